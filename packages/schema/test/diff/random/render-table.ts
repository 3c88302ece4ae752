import { quoteIdentifier } from "@confiture/sql";
import { condition, literal } from "./column-types.js";
import { allColumns, columnName, columnOf, placed, tableOf } from "./find-parts.js";
import { columnDefinition, columnSettings } from "./render-column.js";
import { renderIndex } from "./render-index.js";
import { commentOn, notesOn } from "./render-notes.js";
import type { CheckPart, KeyPart, PartitionPart, SchemaModel, TablePart } from "./schema-model.js";

export function renderTable(model: SchemaModel, table: TablePart): readonly string[] {
  const name = placed(model, table);
  const word = table.kind === "foreign" ? "foreign table" : "table";
  return [
    createTable(model, table),
    ...(table.partition?.parts ?? []).flatMap((part) => renderPartition(model, table, part)),
    ...allColumns(model, table).flatMap((column) =>
      table.columns.includes(column) ? columnSettings(name, word, column) : [],
    ),
    ...table.indexes.flatMap((index) => renderIndex(model, table, index)),
    ...table.statistics.flatMap(({ name: own, columns, kinds, target }) => {
      const statistics = placed(model, { schema: table.schema, name: own });
      const of = kinds.length === 0 ? "" : ` (${kinds.join(", ")})`;
      return [
        `create statistics ${statistics}${of} on ${columns.map((id) => columnName(model, table, id)).join(", ")} from ${name}`,
        ...(target === undefined ? [] : [`alter statistics ${statistics} set statistics ${target}`]),
      ];
    }),
    ...(table.replicaIdentity === "default" ? [] : [`alter table ${name} replica identity ${table.replicaIdentity}`]),
    ...notesOn(`${word} ${name}`, table),
    ...table.checks.flatMap((check) =>
      commentOn(`constraint ${quoteIdentifier(check.name)} on ${name}`, check.comment),
    ),
    ...table.columns.flatMap((column) => [
      ...commentOn(`column ${name}.${quoteIdentifier(column.name)}`, column.comment),
      ...column.grants.map(
        ({ privilege, to, withOption }) =>
          `grant ${privilege} (${quoteIdentifier(column.name)}) on ${name} to ${to}${withOption ? " with grant option" : ""}`,
      ),
    ]),
  ];
}

function createTable(model: SchemaModel, table: TablePart): string {
  const name = placed(model, table);
  const options = storageOptions(table.options);
  if (table.kind === "foreign") {
    const server = model.others.find(({ kind }) => kind === "server");
    const columns = table.columns.map((column) => columnDefinition(model, table, column));
    return `create foreign table ${name} (${columns.join(", ")}) server ${quoteIdentifier(server?.name ?? "missing")}`;
  }
  const ofType = model.types.find(({ id }) => id === table.ofType);
  if (ofType !== undefined) return `create table ${name} of ${placed(model, ofType)}${options}`;
  const parent = tableOf(model, table.parent);
  const parts = [
    ...table.columns.map((column) => columnDefinition(model, table, column)),
    ...(table.primaryKey === undefined ? [] : [keyDefinition(model, table, table.primaryKey)]),
    ...table.uniques.map((key) => keyDefinition(model, table, key)),
    ...table.checks.filter(({ notValid }) => !notValid).map((check) => checkDefinition(model, table, check)),
    ...table.excludes.map(({ name: own, column }) => {
      const isRange = model && columnOf(model, table, column)?.type.builtIn?.endsWith("range");
      return `constraint ${quoteIdentifier(own)} exclude using ${isRange ? "gist" : "btree"} (${columnName(model, table, column)} with ${isRange ? "&&" : "="})`;
    }),
  ];
  const partition =
    table.partition && ` partition by ${table.partition.by} (${columnName(model, table, table.partition.column)})`;
  return [
    `create ${table.unlogged ? "unlogged " : ""}table ${name} (${parts.join(", ")})`,
    parent === undefined ? "" : ` inherits (${placed(model, parent)})`,
    partition ?? "",
    table.partition === undefined ? options : "",
    ...table.checks
      .filter(({ notValid }) => notValid)
      .map((check) => `; alter table ${name} add ${checkDefinition(model, table, check)}`),
    table.rowSecurity ? `; alter table ${name} enable row level security` : "",
    table.forceRowSecurity ? `; alter table ${name} force row level security` : "",
  ].join("");
}

function storageOptions({ fillfactor, autovacuum }: TablePart["options"]): string {
  const options = [
    ...(fillfactor === undefined ? [] : [`fillfactor = ${fillfactor}`]),
    ...(autovacuum === undefined ? [] : [`autovacuum_enabled = ${autovacuum}`]),
  ];
  return options.length === 0 ? "" : ` with (${options.join(", ")})`;
}

function keyDefinition(model: SchemaModel, table: TablePart, key: KeyPart): string {
  const columns = key.columns.map((id) => columnName(model, table, id)).join(", ");
  const kind = key === table.primaryKey ? "primary key" : `unique${key.nullsNotDistinct ? " nulls not distinct" : ""}`;
  return `constraint ${quoteIdentifier(key.name)} ${kind} (${columns})${key.deferrable ? " deferrable" : ""}`;
}

function checkDefinition(model: SchemaModel, table: TablePart, check: CheckPart): string {
  const column = columnOf(model, table, check.column)!;
  const flags = `${check.noInherit ? " no inherit" : ""}${check.notEnforced ? " not enforced" : ""}${check.notValid ? " not valid" : ""}`;
  return `constraint ${quoteIdentifier(check.name)} check (${condition(model, column.type, quoteIdentifier(column.name), check.n)})${flags}`;
}

function renderPartition(model: SchemaModel, table: TablePart, part: PartitionPart): readonly string[] {
  const { by, column: key } = table.partition!;
  const name = placed(model, { schema: table.schema, name: part.name });
  const below = part.parts === 0 ? "" : ` partition by hash (${columnName(model, table, key)})`;
  const options = part.parts === 0 && part.fillfactor !== undefined ? ` with (fillfactor = ${part.fillfactor})` : "";
  const leaves = Array.from({ length: part.parts }, (_, place) => {
    const leaf = placed(model, { schema: table.schema, name: `${part.name}_${place}` });
    return `create table ${leaf} partition of ${name} for values with (modulus ${part.parts}, remainder ${place})`;
  });
  const settings = [
    ...part.defaults.map(({ column: id, n }) => {
      const column = columnOf(model, table, id)!;
      return `alter column ${quoteIdentifier(column.name)} set default ${literal(model, column.type, n)}`;
    }),
    ...part.notNull.map((id) => `alter column ${columnName(model, table, id)} set not null`),
    ...part.checks.map((check) => `add ${checkDefinition(model, table, check)}`),
  ];
  return [
    `create table ${name} partition of ${placed(model, table)} ${bound(by, part.slot)}${below}${options}`,
    ...leaves,
    ...settings.map((setting) => `alter table ${name} ${setting}`),
    ...part.indexes.flatMap((index) => renderIndex(model, { ...table, name: part.name }, index)),
    ...notesOn(`table ${name}`, part),
  ];
}

function bound(by: "range" | "list" | "hash", slot: number | "default"): string {
  if (slot === "default") return "default";
  if (by === "range") return `for values from (${slot * 100}) to (${(slot + 1) * 100})`;
  return by === "list"
    ? `for values in (${slot * 2}, ${slot * 2 + 1})`
    : `for values with (modulus 8, remainder ${slot % 8})`;
}
