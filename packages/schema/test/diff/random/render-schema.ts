import { quoteIdentifier, quoteLiteral } from "@confiture/sql";
import { columnName, placed, tableOf } from "./find-parts.js";
import { renderFunction } from "./render-function.js";
import { notesOn, withNotes } from "./render-notes.js";
import { renderOther } from "./render-other.js";
import { renderTable } from "./render-table.js";
import { renderForeignKeys, renderPolicies, renderTriggers } from "./render-table-parts.js";
import { renderView } from "./render-view.js";
import type { SchemaModel, SequencePart, TablePart, TypePart } from "./schema-model.js";

/** What tables need. */
const early: ReadonlySet<string> = new Set(["extension", "collation", "server"]);

/** DDL that builds the schema in an empty database, in an order that works. */
export function renderSchema(model: SchemaModel): readonly string[] {
  const free = model.functions.filter(({ kind }) => kind !== "reads table" && kind !== "atomic");
  const late = model.functions.filter(({ kind }) => kind === "reads table" || kind === "atomic");
  return [
    ...model.schemas.filter(({ isPublic }) => !isPublic).map(({ name }) => `create schema ${quoteIdentifier(name)}`),
    ...model.schemas.flatMap((schema) => notesOn(`schema ${quoteIdentifier(schema.name)}`, schema)),
    ...model.others.filter(({ kind }) => early.has(kind)).flatMap((other) => renderOther(model, other)),
    ...model.types.flatMap((type) => renderType(model, type)),
    ...model.sequences.flatMap((sequence) => renderSequence(model, sequence)),
    ...free.flatMap((part) => withNotes(renderFunction(model, part), part)),
    ...inOrder(model.tables).flatMap((table) => renderTable(model, table)),
    ...model.sequences.flatMap((sequence) => renderOwnedBy(model, sequence)),
    ...model.tables.flatMap((table) => renderForeignKeys(model, table)),
    ...late.flatMap((part) => withNotes(renderFunction(model, part), part)),
    ...model.views.flatMap((view) => renderView(model, view)),
    ...model.tables.flatMap((table) => renderTriggers(model, table)),
    ...model.tables.flatMap((table) => renderPolicies(model, table)),
    ...model.others.filter(({ kind }) => !early.has(kind)).flatMap((other) => renderOther(model, other)),
  ];
}

/** Parents before children. */
function inOrder(tables: readonly TablePart[]): readonly TablePart[] {
  const depth = (table: TablePart): number => {
    const parent = tables.find(({ id }) => id === table.parent);
    return parent === undefined ? 0 : 1 + depth(parent);
  };
  return [...tables].sort((a, b) => depth(a) - depth(b));
}

function renderType(model: SchemaModel, type: TypePart): readonly string[] {
  const name = placed(model, type);
  switch (type.kind) {
    case "enum":
      return [
        `create type ${name} as enum (${type.labels.map(quoteLiteral).join(", ")})`,
        ...notesOn(`type ${name}`, type),
      ];
    case "composite":
      return [
        `create type ${name} as (${type.attributes.map((attribute) => `${quoteIdentifier(attribute.name)} ${attribute.type}`).join(", ")})`,
        ...notesOn(`type ${name}`, type),
      ];
    case "range":
      return [`create type ${name} as range (subtype = ${type.subtype})`, ...notesOn(`type ${name}`, type)];
    case "domain": {
      const value = type.base === "integer" ? "value" : "length(value)";
      const parts = [
        `create domain ${name} as ${type.base}`,
        ...(type.default === undefined
          ? []
          : [`default ${type.base === "integer" ? type.default + 100 : `'dd${type.default}'`}`]),
        ...(type.notNull ? ["not null"] : []),
        ...(type.atLeast === undefined
          ? []
          : [`constraint ${quoteIdentifier(`${type.name} floor`)} check (${value} >= ${type.atLeast})`]),
      ];
      return [parts.join(" "), ...notesOn(`domain ${name}`, type)];
    }
  }
}

function renderSequence(model: SchemaModel, sequence: SequencePart): readonly string[] {
  const { as, start, increment, cycle } = sequence;
  const name = placed(model, sequence);
  return [
    `create sequence ${name} as ${as} increment by ${increment} start with ${start}${cycle ? " cycle" : ""}`,
    ...(sequence.ownedBy === undefined ? notesOn(`sequence ${name}`, sequence) : []),
  ];
}

/** Behind the tables, whose owners it must share. */
function renderOwnedBy(model: SchemaModel, sequence: SequencePart): readonly string[] {
  const table = tableOf(model, sequence.ownedBy?.table);
  if (table === undefined || sequence.ownedBy === undefined) return [];
  const name = placed(model, sequence);
  return [
    ...(table.owner === undefined ? [] : [`alter sequence ${name} owner to ${table.owner}`]),
    `alter sequence ${name} owned by ${placed(model, table)}.${columnName(model, table, sequence.ownedBy.column)}`,
    ...notesOn(`sequence ${name}`, { ...sequence, owner: undefined }),
  ];
}
