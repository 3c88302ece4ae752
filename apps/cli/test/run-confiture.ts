import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));

export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signalAfterMs?: number;
  /** What stands on standard input; without it there is none. */
  readonly input?: string;
}

/** Runs the built command as a person or a CI would, without a terminal. */
export function runConfiture(args: readonly string[], options: RunOptions): Promise<Ending> {
  return new Promise((done, failed) => {
    const env = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...options.env };
    const { cwd, input } = options;
    const child = spawn(process.execPath, [bin, ...args], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.end(input ?? "");
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (data: Buffer) => {
      output.stdout += data.toString();
    });
    child.stderr.on("data", (data: Buffer) => {
      output.stderr += data.toString();
    });
    const timer =
      options.signalAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGINT"), options.signalAfterMs);
    child.on("error", failed);
    child.on("close", (code) => {
      clearTimeout(timer);
      done({ code, ...output });
    });
  });
}

export interface ProjectFolder extends Disposable {
  readonly path: string;
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
}

/** A project in a folder that goes away with the test. */
export function projectFolder(files: Readonly<Record<string, string | Uint8Array>>): ProjectFolder {
  const path = mkdtempSync(join(tmpdir(), "confiture-project-"));
  const folder: ProjectFolder = {
    path,
    write: (more) => {
      for (const [name, content] of Object.entries(more)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), content);
      }
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
  folder.write(files);
  return folder;
}
