import type { Grammar } from "../../parse/parse-statement.js";
import { isFields, listOf, stringNode, stringOf, type TreeValue, walkTree } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { CutText } from "./cut-text.js";

export interface Respelling {
  /** As SQL. */
  readonly from: string;
  readonly to: string;
}

/** The definition of an index, as pg_get_indexdef prints it, with one column in the place of another; undefined when it cannot be read. */
export function respellInIndex(definition: string, column: Respelling, grammar: Grammar): string | undefined {
  const node = grammar.statements(definition)?.[0];
  if (node?.tag !== "IndexStmt") return undefined;
  const cut = new CutText(definition);
  const places = columnPlaces(node.fields, column.from, cut);
  const using = cut.findWord("using");
  if (using === undefined) return undefined;
  places.push(...elementPlaces(node.fields.indexParams, using, column.from, cut));
  const include = cut.findWord("include", using);
  if (include !== undefined) places.push(...elementPlaces(node.fields.indexIncludingParams, include, column.from, cut));
  return replaceAt(definition, places, column.to);
}

/** A CHECK as pg_get_constraintdef prints it, respelled likewise. */
export function respellInCheck(definition: string, column: Respelling, grammar: Grammar): string | undefined {
  const head = "alter table t add ";
  const text = `${head}${definition}`;
  const node = grammar.statements(text)?.[0];
  if (node === undefined) return undefined;
  const cut = new CutText(text);
  return replaceAt(text, columnPlaces(node.fields, column.from, cut), column.to).slice(head.length);
}

/** A foreign key as pg_get_constraintdef prints it, respelled on the side that refers: `ON DELETE SET NULL (column)` too. */
export function respellInForeignKey(definition: string, column: Respelling): string {
  const made = respellInList(definition, 0, column);
  const cut = new CutText(made);
  // Behind its own columns, and behind those it refers to.
  const behind = cut.behindParentheses(cut.behindParentheses(0));
  const action = /\bSET (?:NULL|DEFAULT) (?=\()/.exec(made.slice(behind));
  return action === null ? made : respellInList(made, behind + action.index, column);
}

/** The list of columns in the first parentheses from an offset on, respelled: of a foreign key, or of what it refers to. */
export function respellInList(definition: string, after: number, column: Respelling): string {
  const begin = definition.indexOf("(", after) + 1;
  const end = new CutText(definition).behindParentheses(after) - 1;
  const names = new CutText(definition.slice(begin, end)).splitAtCommas(0);
  const list = names.map((name) => (name === column.from ? column.to : name)).join(", ");
  return `${definition.slice(0, begin)}${list}${definition.slice(end)}`;
}

interface Place {
  readonly offset: number;
  readonly length: number;
}

const identifier = /"(?:[^"]|"")*"|[\p{L}_][\p{L}\d_$]*/uy;

function identifierAt(text: string, offset: number): Place {
  identifier.lastIndex = offset;
  return { offset, length: identifier.test(text) ? identifier.lastIndex - offset : 0 };
}

function columnPlaces(tree: TreeValue, column: string, cut: CutText): Place[] {
  const places: Place[] = [];
  for (const { tag, fields } of walkTree(tree)) {
    if (tag !== "ColumnRef") continue;
    const parts = listOf(fields.fields).map(stringNode);
    if (parts.length !== 1 || quoteIdentifier(parts[0] ?? "") !== column) continue;
    places.push(identifierAt(cut.text, cut.offset(fields.location)));
  }
  return places;
}

/** Columns of an index have no place in the tree: they are the first word of their element. */
function elementPlaces(elements: TreeValue | undefined, from: number, column: string, cut: CutText): Place[] {
  const begin = cut.text.indexOf("(", from) + 1;
  const end = cut.behindParentheses(from) - 1;
  const texts = new CutText(cut.text.slice(begin, end)).splitAtCommas(0);
  let offset = begin;
  return listOf(elements).flatMap((element, position) => {
    const text = texts[position] ?? "";
    const at = cut.text.indexOf(text, offset);
    offset = at + text.length;
    const fields = isFields(element) && isFields(element.IndexElem) ? element.IndexElem : undefined;
    const name = stringOf(fields?.name);
    return name !== undefined && quoteIdentifier(name) === column ? identifierAt(cut.text, at) : [];
  });
}

function replaceAt(text: string, places: readonly Place[], to: string): string {
  const ordered = [...places].sort((a, b) => b.offset - a.offset);
  return ordered.reduce((done, { offset, length }) => done.slice(0, offset) + to + done.slice(offset + length), text);
}
