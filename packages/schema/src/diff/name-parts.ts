import { quoteIdentifier } from "@confiture/sql";

/** The same length, with nothing in it that could be taken for punctuation of the name. */
function withoutQuoted(name: string): string {
  return name.replace(/"(?:[^"]|"")*"/g, (quoted) => "_".repeat(quoted.length));
}

/** `shop.orders.id` as `shop.orders` and `id`: cut at the last dot that is not inside quotes. */
export function cutLastPart(name: string): readonly [whole: string, part: string] {
  const dot = withoutQuoted(name).lastIndexOf(".");
  return dot < 0 ? ["", name] : [name.slice(0, dot), name.slice(dot + 1)];
}

/** What stands before the parenthesis of a signature. */
export function cutArguments(signature: string): string {
  const open = withoutQuoted(signature).indexOf("(");
  return open < 0 ? signature : signature.slice(0, open);
}

/** Writes the words between two names otherwise: `positive on shop.price` as `positive on domain shop.price`. */
export function respell(name: string, words: string, otherwise: string): string {
  const at = withoutQuoted(name).indexOf(words);
  return at < 0 ? name : name.slice(0, at) + otherwise + name.slice(at + words.length);
}

/** Types of the server are named without their schema in a catalog, and with it by `pg_identify_object`. */
export function withoutServerSchema(name: string): string {
  return name.replace(/("(?:[^"]|"")*")|\bpg_catalog\./g, (_, quoted?: string) => quoted ?? "");
}

/** `pg_identify_object` says `on language` before PostgreSQL 16, and never quotes the language. */
export function spellTransform(identity: string): string {
  const [, type = identity, language = ""] = /^(.*?)(?: on)? language (.*)$/s.exec(identity) ?? [];
  return `${type} language ${language.startsWith('"') ? language : quoteIdentifier(language)}`;
}
