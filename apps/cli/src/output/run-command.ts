import { ConfitureError, exitCodeOf, isConfitureError } from "@confiture/model";
import type { CliContext } from "../context.js";
import type { PrintFlags } from "../flags.js";
import { errorDocument, errorLines } from "./print-error.js";
import { Terminal } from "./terminal.js";

/** What a command found or did. */
export interface CommandResult {
  /** What `--format json` prints. */
  readonly document: unknown;
  /** What every other format prints, line by line. */
  readonly lines: readonly string[];
  /** 0 when nothing was wrong. */
  readonly exitCode?: number;
  /** An error that is part of the result: printed for a person on stderr; the document already holds it. */
  readonly failure?: ConfitureError;
}

export interface CommandTools {
  readonly terminal: Terminal;
  /** Aborted by the first Ctrl-C; the second ends the process. */
  readonly signal: AbortSignal;
}

/** Runs a command, prints its result on stdout and everything else on stderr, and sets the exit code. */
export async function runCommand(
  context: CliContext,
  flags: PrintFlags,
  command: (tools: CommandTools) => Promise<CommandResult>,
): Promise<void> {
  const terminal = new Terminal(context.process, flags);
  const interrupt = new AbortController();
  // Stays on while the command ends in good order; who cannot wait for that asks a second time.
  const onSignal = (): void => {
    if (interrupt.signal.aborted) context.process.exit(exitCodeOf("CONFITURE_CANCELLED"));
    interrupt.abort();
  };
  context.process.on("SIGINT", onSignal);
  context.process.on("SIGTERM", onSignal);
  try {
    const result = await command({ terminal, signal: interrupt.signal });
    terminal.clearStatus();
    await printResult(context, flags, terminal, result);
    context.process.exitCode = result.exitCode ?? (result.failure === undefined ? 0 : exitCodeOf(result.failure.code));
  } catch (error) {
    terminal.clearStatus();
    const ours = asOurs(error);
    if (flags.format === "json") await write(context, `${JSON.stringify({ error: errorDocument(ours) })}\n`);
    else terminal.errorLines(errorLines(ours, terminal.color));
    if (flags.verbose && !isConfitureError(error) && error instanceof Error) terminal.errorLines([error.stack ?? ""]);
    context.process.exitCode = exitCodeOf(ours.code);
  } finally {
    context.process.off("SIGINT", onSignal);
    context.process.off("SIGTERM", onSignal);
  }
}

async function printResult(
  context: CliContext,
  flags: PrintFlags,
  terminal: Terminal,
  result: CommandResult,
): Promise<void> {
  if (flags.format === "json") await write(context, `${JSON.stringify(result.document)}\n`);
  else if (result.lines.length > 0) await write(context, `${result.lines.join("\n")}\n`);
  if (flags.format === "pretty" && result.failure !== undefined)
    terminal.errorLines(errorLines(result.failure, terminal.color));
}

/** Waits until a pipe has taken it: the process ends right behind. A reader that went away (`| head`) is no error. */
function write(context: CliContext, text: string): Promise<void> {
  return new Promise((done, failed) => {
    context.process.stdout.write(text, (error) => {
      if (error === null || error === undefined || ("code" in error && error.code === "EPIPE")) done();
      else failed(error);
    });
  });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
};

/** What the operating system refuses is nobody's defect. */
function fileRefused(error: unknown): ConfitureError | undefined {
  const { code, path } = (error instanceof Error ? error : {}) as { readonly code?: string; readonly path?: string };
  const reason = reasons[code ?? ""];
  if (reason === undefined || path === undefined) return undefined;
  return new ConfitureError("CONFITURE_FILE_UNREADABLE", `\`${path}\` cannot be read or written: ${reason}.`, {
    hint: "Look at the rights of the file, of its folder and of the user who runs this.",
    cause: error,
  });
}

function asOurs(error: unknown): ConfitureError {
  if (isConfitureError(error)) return error;
  const refused = fileRefused(error);
  if (refused !== undefined) return refused;
  const message = error instanceof Error ? error.message : String(error);
  return new ConfitureError("CONFITURE_DEFECT", `Something went wrong that should not have: ${message}`, {
    hint: "This is a defect of Confiture. Run again with --verbose and report what it prints.",
    cause: error,
  });
}
