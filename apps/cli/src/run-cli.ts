import { ExitCode, run } from "@stricli/core";
import { buildConfiture } from "./application.js";
import type { CliContext } from "./context.js";
import { hoistGlobalFlags } from "./hoist-global-flags.js";

declare const confitureVersion: string | undefined;

export const cliVersion: string = typeof confitureVersion === "string" ? confitureVersion : "0.0.0-source";

/** The command line, from arguments to exit code. */
export async function runCli(process: NodeJS.Process): Promise<void> {
  const inputs = hoistGlobalFlags(process.argv.slice(2));
  const errors: string[] = [];
  const context: CliContext = { process, cwd: process.cwd(), env: process.env };
  const asJson = wantsJson(inputs);
  await run(buildConfiture(cliVersion), inputs, {
    ...context,
    process: {
      ...streamsOf(process, asJson ? (text) => errors.push(text) : undefined),
      env: { ...process.env, STRICLI_SKIP_VERSION_CHECK: "1" },
      get exitCode() {
        return process.exitCode ?? null;
      },
      set exitCode(code: number | string | null) {
        process.exitCode = exitCodeFor(code, process.exitCode);
      },
    },
    forCommand: () => context,
  });
  if (asJson && errors.length > 0) reportUsage(process, errors.join("").trim());
}

/** Our own commands set the code themselves; what is left are the parser's codes for input it cannot take. */
function exitCodeFor(code: number | string | null, already: number | string | null | undefined): number {
  if (code === ExitCode.Success) return typeof already === "number" ? already : 0;
  return 2;
}

function streamsOf(process: NodeJS.Process, capture: ((text: string) => void) | undefined) {
  return {
    stdout: process.stdout,
    stderr: { write: (text: string) => (capture === undefined ? void process.stderr.write(text) : capture(text)) },
  };
}

function wantsJson(inputs: readonly string[]): boolean {
  return inputs.some(
    (input, index) => input === "--format=json" || (input === "--format" && inputs[index + 1] === "json"),
  );
}

/** Also a command line that cannot be read answers with one JSON document when JSON was asked for. */
function reportUsage(process: NodeJS.Process, message: string): void {
  process.stdout.write(
    `${JSON.stringify({ error: { code: "CONFITURE_USAGE", message, hint: "See --help of the command." } })}\n`,
  );
}
