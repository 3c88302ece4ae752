import { exitCodeOf } from "@confiture/model";
import { ExitCode, proposeCompletions, run } from "@stricli/core";
import { buildConfiture } from "./application.js";
import type { CliContext } from "./context.js";
import { hoistGlobalFlags } from "./hoist-global-flags.js";
import { errorDocument } from "./output/print-error.js";
import { UsageMistakes } from "./output/usage-mistakes.js";

declare const confitureVersion: string | undefined;

const cliVersion: string = typeof confitureVersion === "string" ? confitureVersion : "0.0.0-source";

/**
 * The command line, from `process.argv` to `process.exitCode`: what `bin/confiture` calls, for those who ship the command
 * inside a tool of their own. Reads `process.env`, `process.cwd()` and the streams; does not call `process.exit`, and
 * throws nothing: every error is printed with its code.
 */
export async function runCli(process: NodeJS.Process): Promise<void> {
  const inputs = hoistGlobalFlags(process.argv.slice(2));
  const mistakes = new UsageMistakes();
  const application = buildConfiture(cliVersion, mistakes.text);
  const context: CliContext = {
    process,
    cwd: process.cwd(),
    env: process.env,
    propose: async (words) => {
      const proposals = await proposeCompletions(application, words, { process, forCommand: () => context });
      return proposals.map(({ completion }) => completion);
    },
  };
  await run(application, inputs, {
    ...context,
    process: {
      stdout: process.stdout,
      stderr: process.stderr,
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
  const { error } = mistakes;
  if (error === undefined) return;
  process.exitCode = exitCodeOf(error.code);
  // Also a command line that cannot be read answers with one JSON document when JSON was asked for.
  if (wantsJson(inputs)) process.stdout.write(`${JSON.stringify({ error: errorDocument(error) })}\n`);
}

/** Our own commands set the code themselves; what is left are the parser's codes for input it cannot take. */
function exitCodeFor(code: number | string | null, already: number | string | null | undefined): number {
  if (code === ExitCode.Success) return typeof already === "number" ? already : 0;
  return 2;
}

function wantsJson(inputs: readonly string[]): boolean {
  return inputs.some(
    (input, index) => input === "--format=json" || (input === "--format" && inputs[index + 1] === "json"),
  );
}
