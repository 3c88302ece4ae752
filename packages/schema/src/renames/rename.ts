import { ConfitureError, type SourceLocation } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";

/** What can be declared to have another name now. */
export type RenamedKind =
  | "schema"
  | "table"
  | "foreign table"
  | "view"
  | "materialized view"
  | "sequence"
  | "index"
  | "type"
  | "column"
  | "constraint"
  | "trigger"
  | "policy"
  | "rule"
  | "function"
  | "procedure"
  | "aggregate";

/** That something is still the same thing under another name: nobody can see that from the two schemas. */
export interface Rename {
  readonly kind: RenamedKind;
  /** As a catalog names it: `shop.orders`, `shop.orders.note`, `orders_check on shop.orders`, `shop.total(integer)`. */
  readonly from: string;
  readonly to: string;
  /** Where it was declared. */
  readonly at?: SourceLocation;
}

/** How the name of each kind is made: parts separated by dots, of which the last is the one that changes. */
const kinds: Readonly<
  Record<RenamedKind, { readonly parts: 1 | 2 | 3; readonly shape: "plain" | "on" | "signature" }>
> = {
  schema: { parts: 1, shape: "plain" },
  table: { parts: 2, shape: "plain" },
  "foreign table": { parts: 2, shape: "plain" },
  view: { parts: 2, shape: "plain" },
  "materialized view": { parts: 2, shape: "plain" },
  sequence: { parts: 2, shape: "plain" },
  index: { parts: 2, shape: "plain" },
  type: { parts: 2, shape: "plain" },
  column: { parts: 3, shape: "plain" },
  constraint: { parts: 3, shape: "on" },
  trigger: { parts: 3, shape: "on" },
  policy: { parts: 3, shape: "on" },
  rule: { parts: 3, shape: "on" },
  function: { parts: 2, shape: "signature" },
  procedure: { parts: 2, shape: "signature" },
  aggregate: { parts: 2, shape: "signature" },
};

/**
 * Reads `column shop.orders.note to remark`. The new name may be written with everything in front of it or alone; a name
 * without a schema is one of `public`.
 *
 * @throws CONFITURE_RENAME for anything else
 */
export function parseRename(text: string, at?: SourceLocation): Rename {
  const refuse = (what: string): ConfitureError => cannotRead(text, what, at);
  const words = Object.keys(kinds).sort((a, b) => b.length - a.length) as RenamedKind[];
  const kind = words.find((word) => new RegExp(`^${word.replace(" ", "\\s+")}\\s`, "i").test(text));
  if (kind === undefined) throw refuse(`it begins with none of ${words.sort().join(", ")}`);
  const reader = new NameReader(text.slice(text.match(new RegExp(`^${kind.replace(" ", "\\s+")}`, "i"))![0].length));
  const { parts, shape } = kinds[kind];
  const from = reader.name();
  const signature = shape === "signature" ? reader.signature() : "";
  if (from === undefined) throw refuse(`no name stands behind \`${kind}\``);
  if (signature === undefined)
    throw refuse(`a ${kind} is named with the types of its arguments: \`${kind} shop.total(integer) to sum\``);
  if (!reader.word("to")) throw refuse("`to` and the new name are missing");
  const to = reader.name();
  if (to === undefined) throw refuse("no name stands behind `to`");
  // The arguments stay what they are.
  if (shape === "signature") reader.signature();
  if (!reader.ended()) throw refuse(`\`${reader.rest()}\` behind the new name says nothing`);
  const full = from.length === parts - 1 && parts > 1 ? ["public", ...from] : from;
  if (full.length !== parts)
    throw refuse(`the name of a ${kind} has ${parts === 1 ? "one part" : `${parts} parts, each behind a dot`}`);
  const above = full.slice(0, -1);
  const kept =
    to.length === 1 ? above : to.length === parts - 1 && parts > 1 ? ["public", ...to.slice(0, -1)] : to.slice(0, -1);
  if (kept.join("\0") !== above.join("\0"))
    throw refuse(`a rename keeps what stands before the last dot, here \`${above.map(quoteIdentifier).join(".")}\``);
  const named = (last: string) => spell([...above, last], shape, signature);
  const rename = { kind, from: named(full.at(-1)!), to: named(to.at(-1)!) };
  if (rename.from === rename.to) throw refuse("both names are the same");
  return at === undefined ? rename : { ...rename, at };
}

/** As a catalog spells it. */
function spell(parts: readonly string[], shape: "plain" | "on" | "signature", signature: string): string {
  const quoted = parts.map(quoteIdentifier);
  if (shape === "on") return `${quoted.at(-1)} on ${quoted.slice(0, -1).join(".")}`;
  return `${quoted.join(".")}${signature}`;
}

/** `alter table shop.orders rename column note to remark` */
export function renameStatement({ kind, from, to }: Pick<Rename, "kind" | "from" | "to">): string {
  const { shape, parts } = kinds[kind];
  const reader = new NameReader(shape === "on" ? `${to.slice(0, to.lastIndexOf(" on "))}` : to);
  const last = quoteIdentifier(reader.name()!.at(-1)!);
  if (shape === "on") {
    const [name, table] = [from.slice(0, from.lastIndexOf(" on ")), from.slice(from.lastIndexOf(" on ") + 4)];
    if (kind === "constraint") return `alter table ${table} rename constraint ${name} to ${last}`;
    return `alter ${kind} ${name} on ${table} rename to ${last}`;
  }
  if (parts < 3) return `alter ${kind} ${from} rename to ${last}`;
  const names = new NameReader(from).name()!.map(quoteIdentifier);
  return `alter table ${names.slice(0, -1).join(".")} rename column ${names.at(-1)} to ${last}`;
}

/** Reads names as SQL spells them, one after another. */
class NameReader {
  #rest: string;

  constructor(text: string) {
    this.#rest = text;
  }

  /** The parts of a name without quotes, folded as the server folds them. */
  name(): readonly string[] | undefined {
    const parts: string[] = [];
    for (;;) {
      const match = /^\s*(?:"((?:[^"]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*))/u.exec(this.#rest);
      if (match === null) return undefined;
      parts.push(match[1]?.replaceAll('""', '"') ?? match[2]!.toLowerCase());
      this.#rest = this.#rest.slice(match[0].length);
      const dot = /^\s*\./.exec(this.#rest);
      if (dot === null) return parts;
      this.#rest = this.#rest.slice(dot[0].length);
    }
  }

  /** `(integer,text)`, as a catalog spells it: no blank behind the comma. */
  signature(): string | undefined {
    const match = /^\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)/.exec(this.#rest);
    if (match === null) return undefined;
    this.#rest = this.#rest.slice(match[0].length);
    return `(${match[1]!
      .trim()
      .replace(/\s*,\s*/g, ",")
      .replace(/\s+/g, " ")})`;
  }

  word(word: string): boolean {
    const match = new RegExp(`^\\s+${word}\\s`, "i").exec(this.#rest);
    if (match === null) return false;
    this.#rest = this.#rest.slice(match[0].length);
    return true;
  }

  ended(): boolean {
    return /^\s*;?\s*$/.test(this.#rest);
  }

  rest(): string {
    return this.#rest.trim();
  }
}

function cannotRead(text: string, what: string, at: SourceLocation | undefined): ConfitureError {
  return new ConfitureError("CONFITURE_RENAME", `\`rename ${text.trim()}\` cannot be read: ${what}.`, {
    ...(at === undefined ? {} : { at }),
    hint: "Write `rename table shop.orders to purchases`, `rename column shop.orders.note to remark`, ….",
  });
}
