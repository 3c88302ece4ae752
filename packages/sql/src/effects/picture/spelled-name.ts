import { quoteIdentifier } from "../../write/quote-identifier.js";

/** The parts of a name as SQL spells it, without quotes: `public."Order"` → `public`, `Order`. */
export function nameParts(spelled: string): readonly string[] {
  const parts: string[] = [];
  for (const [, quoted, plain] of spelled.matchAll(/"((?:[^"]|"")*)"|([^".]+)/g)) {
    parts.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
  }
  return parts;
}

/** The same name in our spelling; servers differ in which words they quote. */
export function respell(spelled: string): string {
  return /["$]/.test(spelled) || !/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*$/.test(spelled)
    ? nameParts(spelled).map(quoteIdentifier).join(".")
    : spelled.split(".").map(quoteIdentifier).join(".");
}

export function splitName(spelled: string): { readonly schema: string; readonly bare: string } {
  const parts = nameParts(spelled).map(quoteIdentifier);
  return parts.length === 1
    ? { schema: "", bare: parts[0]! }
    : { schema: parts.slice(0, -1).join("."), bare: parts.at(-1)! };
}

/** `public.area(numeric,numeric)` → `public.area`. */
export function withoutArguments(signature: string): string {
  return /^(?:"(?:[^"]|"")*"|[^"(])*/.exec(signature)?.[0] ?? signature;
}
