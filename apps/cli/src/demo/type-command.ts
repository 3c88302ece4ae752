import { spawn } from "node:child_process";
import type { CliContext } from "../context.js";

/** How a command that the demo typed ended. */
export interface TypedCommand {
  readonly command: string;
  readonly exitCode: number;
  /** The document it printed, when it was run for its JSON. */
  readonly document: unknown;
}

export interface TypeOptions {
  readonly directory: string;
  /** Arguments added to every command: what the caller said about colour and talk. */
  readonly flags: readonly string[];
  readonly asJson: boolean;
}

/** Runs this very program with other arguments, in a process of its own: what is shown is what a user would see. */
export function typeCommand(context: CliContext, options: TypeOptions, args: readonly string[]): Promise<TypedCommand> {
  const [program = ""] = context.process.argv.slice(1);
  const json = options.asJson ? ["--format", "json"] : [];
  const child = spawn(context.process.execPath, [program, ...args, ...options.flags, ...json], {
    cwd: options.directory,
    env: context.env as NodeJS.ProcessEnv,
    stdio: ["ignore", options.asJson ? "pipe" : "inherit", "inherit"],
  });
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code) => {
      const document: unknown = output === "" ? null : JSON.parse(output);
      done({ command: `confiture ${args.join(" ")}`, exitCode: code ?? 130, document });
    });
  });
}
