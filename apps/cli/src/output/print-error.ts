import { styleText } from "node:util";
import { type ConfitureError, formatLocation } from "@confiture/model";

/** An error as JSON: stable code, prose, place, and what to do. */
export interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly at?: { readonly file: string; readonly line: number; readonly column: number };
}

export function errorDocument(error: ConfitureError): ErrorDocument {
  return {
    code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.at === undefined ? {} : { at: error.at }),
  };
}

/** An error for a person: what, where, what to do. */
export function errorLines(error: ConfitureError, color: boolean): readonly string[] {
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text;
  return [
    `${paint("red", "error")} ${paint("bold", error.code)}: ${error.message}`,
    ...(error.at === undefined ? [] : [`  at ${formatLocation(error.at)}`]),
    ...(error.hint === undefined || error.hint === "" ? [] : [`  ${paint("cyan", "→")} ${error.hint}`]),
  ];
}
