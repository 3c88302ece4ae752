import { ConfitureError } from "@confiture/model";
import {
  type ApplicationText,
  ArgumentScannerError,
  formatMessageForArgumentScannerError,
  text_en,
  type UnexpectedFlagError,
} from "@stricli/core";
import { errorLines } from "./print-error.js";

/** What was wrong with a command line, collected while it is read. */
export class UsageMistakes {
  readonly #messages: string[] = [];

  /** All of them as one error; undefined when there was none. */
  get error(): ConfitureError | undefined {
    return this.#messages.length === 0 ? undefined : usageError(this.#messages.join("\n"));
  }

  /** The parser's words, with our code in front and what to do behind. */
  readonly text: ApplicationText = {
    ...text_en,
    noCommandRegisteredForInput: (input) =>
      this.#note(`${text_en.noCommandRegisteredForInput(input)}${end(input.corrections)}`),
    exceptionWhileParsingArguments: (thrown) => this.#note(messageOf(thrown)),
  };

  #note(message: string): string {
    this.#messages.push(message);
    return errorLines(usageError(message), false).join("\n");
  }
}

function end(corrections: readonly string[]): string {
  return corrections.length === 0 ? "." : "";
}

function messageOf(thrown: unknown): string {
  const message =
    thrown instanceof ArgumentScannerError
      ? formatMessageForArgumentScannerError(thrown, { UnexpectedFlagError: givenTwice })
      : thrown instanceof Error
        ? thrown.message
        : String(thrown);
  const words = message.replace(/--[a-z]+(?:[A-Z][a-z]+)+/g, kebabCase);
  return /[.?!]$/.test(words) ? words : `${words}.`;
}

/** A switch has a value only in the eyes of the parser: nobody typed one. */
function givenTwice({ externalFlagName: flag, previousInput, input }: UnexpectedFlagError): string {
  const switches: Readonly<Record<string, string>> = { true: `--${flag}`, false: `--no-${flag}` };
  const [first, second] = [switches[previousInput], switches[input]];
  if (first === undefined || second === undefined)
    return `--${flag} was given twice: "${previousInput}" and "${input}"`;
  return first === second ? `${first} was given twice` : `${first} and ${second} say the opposite: choose one`;
}

/** The parser proposes flags by their names in the code; on a command line they are written with hyphens. */
function kebabCase(flag: string): string {
  return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function usageError(message: string): ConfitureError {
  return new ConfitureError("CONFITURE_USAGE", message, { hint: "See --help of the command." });
}
