import { styleText } from "node:util";
import type { PrintFlags } from "../flags.js";

type Style = Parameters<typeof styleText>[0];

/** The person at the other end: colour, progress and questions go to stderr, and only where there is a terminal. */
export class Terminal {
  readonly color: boolean;
  /** Whether progress is shown as it happens. */
  readonly live: boolean;
  readonly #stderr: NodeJS.WriteStream;
  readonly #quiet: boolean;
  readonly verbose: boolean;
  #status = "";

  constructor(process: NodeJS.Process, flags: PrintFlags) {
    const { NO_COLOR, FORCE_COLOR, TERM, CI } = process.env;
    this.#stderr = process.stderr;
    const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== "0" && FORCE_COLOR !== "";
    const terminal = process.stdout.isTTY === true && process.stderr.isTTY === true && TERM !== "dumb";
    this.color =
      flags.color && flags.format === "pretty" && (NO_COLOR === undefined || NO_COLOR === "") && (forced || terminal);
    this.live =
      process.stderr.isTTY === true &&
      TERM !== "dumb" &&
      (CI === undefined || CI === "") &&
      !flags.quiet &&
      flags.format === "pretty";
    this.#quiet = flags.quiet;
    this.verbose = flags.verbose;
  }

  paint(style: Style, text: string): string {
    return this.color ? styleText(style, text, { validateStream: false }) : text;
  }

  /** A line of progress that stays. */
  note(line: string): void {
    if (this.#quiet) return;
    this.clearStatus();
    this.#stderr.write(`${line}\n`);
  }

  /** What limits or explains a result: no progress, so it is told to who wants none as well. */
  remark(line: string): void {
    this.errorLines([line]);
  }

  /** A line of progress that the next one replaces. */
  status(line: string): void {
    if (!this.live) return;
    this.clearStatus();
    const width = this.#stderr.columns ?? 80;
    this.#status = line.length >= width ? `${line.slice(0, width - 2)}…` : line;
    this.#stderr.write(this.#status);
  }

  clearStatus(): void {
    if (this.#status === "") return;
    this.#stderr.write("\r\u001b[2K");
    this.#status = "";
  }

  errorLines(lines: readonly string[]): void {
    this.clearStatus();
    this.#stderr.write(`${lines.join("\n")}\n`);
  }
}
