import { createHash } from "node:crypto";
import type { Statement } from "@confiture/model";
import { isFields, type TreeValue } from "../parse/parse-tree.js";

/** Names how checksums are made: the grammar's version, then ours. Two checksums compare only under one algorithm. */
export const checksumAlgorithm = "parse-tree-18/1";

// Where the grammar of PostgreSQL 18 puts positions. `location` is a position only as a number: in CREATE TABLESPACE
// it is the folder. The property test that changes white space and comments is the proof that none is missing.
const positions = new Set([
  "location",
  "stmt_location",
  "stmt_len",
  "name_location",
  "list_start",
  "list_end",
  "rexpr_list_start",
  "rexpr_list_end",
]);

/** SHA-256 (hex) over a parse tree as canonical JSON without positions, and the inline data of a COPY. */
export function hashTree(tree: TreeValue, copyData: string | undefined): string {
  const hash = createHash("sha256");
  hash.update(canonicalTree(tree));
  if (copyData !== undefined) hash.update(`\ncopy data\n${withLineFeeds(copyData)}`);
  return hash.digest("hex");
}

/** SHA-256 (hex) of a statement the grammar refused: all of its text counts. */
export function hashUnparsable(text: string, copyData: string | undefined): string {
  const data = copyData === undefined ? "" : `\ncopy data\n${withLineFeeds(copyData)}`;
  return createHash("sha256")
    .update(`unparsable\n${withLineFeeds(text)}${data}`)
    .digest("hex");
}

/** SHA-256 (hex) over the statements' own hashes, in order. */
export function semanticChecksum(statements: readonly Pick<Statement, "semanticHash">[]): string {
  const hashes = statements.map((statement) => statement.semanticHash).join("\n");
  return createHash("sha256").update(hashes).digest("hex");
}

/** A checkout may change line ends, also within string constants and function bodies; that is no edit. */
export function withLineFeeds(text: string): string {
  return text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text;
}

/** JSON with sorted keys and without positions. Keeps its own stack: a long chain of operators is a deep tree. */
export function canonicalTree(tree: TreeValue): string {
  const parts: string[] = [];
  // Text waiting to be written stands in an object of its own, so that a string of the tree is never taken for it.
  const open: (TreeValue | Literal)[] = [tree];
  while (open.length > 0) {
    const value = open.pop()!;
    if (value instanceof Literal) parts.push(value.text);
    else if (Array.isArray(value)) pushArray(open, parts, value);
    else if (isFields(value)) pushFields(open, parts, value);
    else parts.push(JSON.stringify(value));
  }
  return parts.join("");
}

class Literal {
  constructor(readonly text: string) {}
}
const closeArray = new Literal("]");
const closeObject = new Literal("}");
const comma = new Literal(",");

function pushArray(open: (TreeValue | Literal)[], parts: string[], items: readonly TreeValue[]): void {
  parts.push("[");
  open.push(closeArray);
  for (let index = items.length - 1; index >= 0; index -= 1) {
    open.push(items[index]!);
    if (index > 0) open.push(comma);
  }
}

function pushFields(
  open: (TreeValue | Literal)[],
  parts: string[],
  fields: { readonly [key: string]: TreeValue | undefined },
): void {
  const names = Object.keys(fields).filter((name) => !(positions.has(name) && typeof fields[name] === "number"));
  if (names.length > 1) names.sort();
  parts.push("{");
  open.push(closeObject);
  for (let index = names.length - 1; index >= 0; index -= 1) {
    const name = names[index]!;
    open.push(fields[name]!, nameLiteral(name, index > 0));
  }
}

const nameLiterals = new Map<string, Literal>();

function nameLiteral(name: string, behindAnother: boolean): Literal {
  const text = `${behindAnother ? "," : ""}"${name}":`;
  const known = nameLiterals.get(text);
  if (known !== undefined) return known;
  const literal = new Literal(text);
  nameLiterals.set(text, literal);
  return literal;
}
