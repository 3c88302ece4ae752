import { builtInTypes, isWholeNumber, typeOfExpression } from "./column-types.js";
import { type Making, nameFor, newGrant, nextId } from "./making.js";
import type { ColumnPart, ColumnType, TablePart } from "./schema-model.js";

export function newColumn(making: Making, table: TablePart, type: ColumnType = newColumnType(making)): ColumnPart {
  const { model, draw } = making;
  const id = nextId(model);
  const column: ColumnPart = { id, name: nameFor(making, "c", id), type, notNull: draw.percent(25), grants: [] };
  const roll = draw.int(99);
  const sources = table.columns.filter((other) => other.generated === undefined && typeOfExpression(model, other.type));
  if (roll < 25) column.default = { kind: "literal", n: draw.int(9) };
  else if (roll < 32 && isWholeNumber(type)) column.identity = newIdentity(making);
  else if (roll < 37 && isWholeNumber(type)) {
    const sequence = draw.pickOr(model.sequences);
    if (sequence !== undefined) column.default = { kind: "sequence", id: sequence.id };
  } else if (roll < 42 && isWholeNumber(type)) {
    const call = draw.pickOr(model.functions.filter(({ kind }) => kind === "number"));
    if (call !== undefined) column.default = { kind: "function", id: call.id };
  } else if (roll < 50 && sources.length > 0 && table.kind === "table") {
    const source = draw.pick(sources);
    column.type = typeOfExpression(model, source.type)!;
    column.generated = { from: source.id, n: draw.int(1), virtual: model.version >= 18 && draw.percent(50) };
  }
  if (draw.percent(10)) column.comment = `column note ${draw.int(99)}`;
  if (draw.percent(8)) column.grants = [newGrant(making, ["select", "update", "insert"])];
  if (draw.percent(6)) column.statistics = 10 + draw.int(90);
  if (draw.percent(4)) column.distinct = 2 + draw.int(9);
  if (draw.percent(8)) column.storage = "external";
  if (model.version >= 14 && draw.percent(4)) column.compression = "pglz";
  if (draw.percent(8)) column.collation = '"C"';
  return column;
}

export function newColumnType({ model, draw }: Making): ColumnType {
  if (draw.percent(30) && model.types.length > 0) return { type: draw.pick(model.types).id, array: draw.percent(20) };
  return { builtIn: draw.pick(builtInTypes), array: draw.percent(10) };
}

export function newIdentity({ draw }: Making): NonNullable<ColumnPart["identity"]> {
  return {
    always: draw.percent(50),
    start: draw.percent(30) ? 1 + draw.int(50) : undefined,
    increment: draw.percent(20) ? 1 + draw.int(4) : undefined,
  };
}
