import type { Grammar } from "../../parse/parse-statement.js";
import { isFields, listOf, stringNode, type TreeValue, walkTree } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { offsetOfByte } from "../expressions-in-text.js";
import { checkExpression } from "./check-expression.js";
import { shapeOf } from "./index-shape.js";
import type { IndexShape, Relation } from "./relation.js";
import { nameParts } from "./spelled-name.js";

interface Renaming {
  /** As SQL. */
  readonly from: string;
  readonly to: string;
  readonly grammar: Grammar;
}

/** Gives a column another name, in everything of its relation that is kept as text too. Views keep what they were written with. */
export function renameColumnOf(relation: Relation, renaming: Renaming): void {
  const { from, to } = renaming;
  const column = relation.columns.get(from);
  if (column === undefined) return;
  // In its place: columns are counted.
  const columns = [...relation.columns.values()];
  relation.columns.clear();
  column.writtenAs ??= from;
  column.name = to;
  for (const one of columns) relation.columns.set(one.name, one);
  const renamed = (names: readonly string[]) => names.map((name) => (name === from ? to : name));
  for (const constraint of relation.constraints.values()) {
    constraint.columns = renamed(constraint.columns);
    const expression = checkExpression(constraint);
    if (expression !== undefined)
      constraint.definition = constraint.definition!.replace(expression, () => respelled(expression, renaming));
  }
  for (const { key } of relation.referencedBy)
    if (key.referencedColumns !== undefined) key.referencedColumns = renamed(key.referencedColumns);
  for (const index of relation.indexes) index.shape = renameInShape(shapeOf(index, renaming.grammar), renaming);
  for (const { generated } of columns)
    if (generated !== undefined) generated.expression = respelled(generated.expression, renaming);
  for (const sequence of relation.sequences)
    if (sequence.ownedBy?.column === from) sequence.ownedBy = { relation, column: to };
  if (relation.partitionKey !== undefined) relation.partitionKey = respelledKey(relation.partitionKey, renaming);
}

function renameInShape(shape: IndexShape, renaming: Renaming): IndexShape {
  const { from, to } = renaming;
  const { match, where } = shape;
  return {
    ...shape,
    columns: shape.columns.map((name) => (name === from ? to : name)),
    uses: new Set([...shape.uses].map((name) => (name === from ? to : name))),
    ...(match === undefined ? {} : { match: JSON.stringify(JSON.parse(match, renamingReviver(renaming))) }),
    ...(where === undefined ? {} : { where: respelled(where, renaming) }),
  };
}

/** In the tree of an index: columns of the key by name, those of expressions as references. */
function renamingReviver({ from, to }: Renaming): (field: string, value: unknown) => unknown {
  return (field, value) => {
    if (field === "name" && value === from) return to;
    if (field !== "ColumnRef" || !isFields(value as TreeValue)) return value;
    const fields = listOf((value as { readonly fields?: TreeValue }).fields);
    const isIt = fields.length === 1 && quoteIdentifier(stringNode(fields[0]) ?? "") === from;
    return isIt ? { ...(value as object), fields: [{ String: { sval: nameParts(to)[0] ?? "" } }] } : value;
  };
}

/** An expression over the relation's columns with the new name; as it was when it cannot be read. */
function respelled(expression: string, { from, to, grammar }: Renaming): string {
  const head = "select ";
  const text = `${head}${expression}`;
  const tree = grammar.statements(text)?.[0];
  if (tree === undefined) return expression;
  const places: number[] = [];
  for (const { tag, fields } of walkTree({ [tree.tag]: tree.fields })) {
    if (tag !== "ColumnRef") continue;
    const parts = listOf(fields.fields).map(stringNode);
    if (parts.length === 1 && quoteIdentifier(parts[0] ?? "") === from)
      places.push(offsetOfByte(text, Number(fields.location ?? 0)));
  }
  const done = places.sort((a, b) => b - a).reduce((written, place) => replaceName(written, place, to), text);
  return done.slice(head.length);
}

function replaceName(text: string, place: number, to: string): string {
  const name = /"(?:[^"]|"")*"|[\p{L}_][\p{L}\d_$]*/uy;
  name.lastIndex = place;
  return name.test(text) ? text.slice(0, place) + to + text.slice(name.lastIndex) : text;
}

/** `RANGE (a, lower(b))`: names stand there alone or in expressions. */
function respelledKey(key: string, renaming: Renaming): string {
  const [, strategy, inside] = /^(\w+) (\([\s\S]*\))$/.exec(key) ?? [];
  return inside === undefined ? key : `${strategy} ${respelled(inside, renaming)}`;
}
