import { quoteIdentifier, quoteLiteral } from "@confiture/sql";
import { condition, expression, literal } from "./column-types.js";
import { allColumns, columnName, columnOf, keysOf, placed, tableOf, typeName } from "./find-parts.js";
import { renderFunction } from "./render-function.js";
import { renderOther } from "./render-other.js";
import type {
  CheckPart,
  ColumnPart,
  Grant,
  IndexPart,
  KeyPart,
  PartitionPart,
  SchemaModel,
  SequencePart,
  TablePart,
  TypePart,
  ViewPart,
} from "./schema-model.js";

const q = quoteIdentifier;

/** What tables need. */
const early: ReadonlySet<string> = new Set(["extension", "collation", "server"]);

/** DDL that builds the schema in an empty database, in an order that works. */
export function renderSchema(model: SchemaModel): readonly string[] {
  const free = model.functions.filter(({ kind }) => kind !== "reads table" && kind !== "atomic");
  const late = model.functions.filter(({ kind }) => kind === "reads table" || kind === "atomic");
  return [
    ...model.schemas.filter(({ isPublic }) => !isPublic).map(({ name }) => `create schema ${q(name)}`),
    ...model.schemas.flatMap((schema) => notesOn(`schema ${q(schema.name)}`, schema)),
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

interface Noted {
  readonly comment?: string | undefined;
  readonly grants: readonly Grant[];
  readonly owner?: string | undefined;
}

function withNotes({ sql, named }: { readonly sql: string; readonly named: string }, noted: Noted): readonly string[] {
  return [sql, ...notesOn(named, noted)];
}

/** Owner first: what is granted afterwards is granted by it. */
function notesOn(named: string, { comment, grants, owner }: Noted): readonly string[] {
  const on = named.replace(/^(view|materialized view|foreign table) /, "table ").replace(/^domain /, "type ");
  return [
    ...(owner === undefined ? [] : [`alter ${named} owner to ${owner}`]),
    ...commentOn(named, comment),
    ...grants.map(
      ({ privilege, to, withOption }) =>
        `grant ${privilege} on ${on} to ${to}${withOption ? " with grant option" : ""}`,
    ),
  ];
}

function commentOn(named: string, comment: string | undefined): readonly string[] {
  return comment === undefined ? [] : [`comment on ${named} is ${quoteLiteral(comment)}`];
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
        `create type ${name} as (${type.attributes.map((attribute) => `${q(attribute.name)} ${attribute.type}`).join(", ")})`,
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
          : [`constraint ${q(`${type.name} floor`)} check (${value} >= ${type.atLeast})`]),
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

function renderTable(model: SchemaModel, table: TablePart): readonly string[] {
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
    ...table.checks.flatMap((check) => commentOn(`constraint ${q(check.name)} on ${name}`, check.comment)),
    ...table.columns.flatMap((column) => [
      ...commentOn(`column ${name}.${q(column.name)}`, column.comment),
      ...column.grants.map(
        ({ privilege, to, withOption }) =>
          `grant ${privilege} (${q(column.name)}) on ${name} to ${to}${withOption ? " with grant option" : ""}`,
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
    return `create foreign table ${name} (${columns.join(", ")}) server ${q(server?.name ?? "missing")}`;
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
      return `constraint ${q(own)} exclude using ${isRange ? "gist" : "btree"} (${columnName(model, table, column)} with ${isRange ? "&&" : "="})`;
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

function columnDefinition(model: SchemaModel, table: TablePart, column: ColumnPart): string {
  const { identity, generated, notNull } = column;
  return [
    q(column.name),
    typeName(model, column.type),
    ...(column.collation === undefined ? [] : [`collate ${column.collation}`]),
    ...(identity === undefined ? [] : [identityClause(identity)]),
    ...(generated === undefined ? [] : [generatedClause(model, table, generated)]),
    ...(column.default === undefined ? [] : [`default ${defaultText(model, column)}`]),
    ...(notNull ? ["not null"] : []),
  ].join(" ");
}

function identityClause({ always, start, increment }: NonNullable<ColumnPart["identity"]>): string {
  const settings = [
    ...(start === undefined ? [] : [`start with ${start}`]),
    ...(increment === undefined ? [] : [`increment by ${increment}`]),
  ];
  return `generated ${always ? "always" : "by default"} as identity${settings.length === 0 ? "" : ` (${settings.join(" ")})`}`;
}

function generatedClause(
  model: SchemaModel,
  table: TablePart,
  { from, n, virtual }: NonNullable<ColumnPart["generated"]>,
): string {
  const source = columnOf(model, table, from)!;
  const of = expression(model, source.type, q(source.name), n)!;
  return `generated always as (${of}) ${virtual ? "virtual" : "stored"}`;
}

export function defaultText(model: SchemaModel, column: ColumnPart): string {
  const value = column.default!;
  if (value.kind === "literal") return literal(model, column.type, value.n);
  if (value.kind === "sequence")
    return `nextval('${placed(model, model.sequences.find(({ id }) => id === value.id)!)}')`;
  return `${placed(model, model.functions.find(({ id }) => id === value.id)!)}(1)`;
}

function keyDefinition(model: SchemaModel, table: TablePart, key: KeyPart): string {
  const columns = key.columns.map((id) => columnName(model, table, id)).join(", ");
  const kind = key === table.primaryKey ? "primary key" : `unique${key.nullsNotDistinct ? " nulls not distinct" : ""}`;
  return `constraint ${q(key.name)} ${kind} (${columns})${key.deferrable ? " deferrable" : ""}`;
}

function checkDefinition(model: SchemaModel, table: TablePart, check: CheckPart): string {
  const column = columnOf(model, table, check.column)!;
  const flags = `${check.noInherit ? " no inherit" : ""}${check.notEnforced ? " not enforced" : ""}${check.notValid ? " not valid" : ""}`;
  return `constraint ${q(check.name)} check (${condition(model, column.type, q(column.name), check.n)})${flags}`;
}

function columnSettings(table: string, word: string, column: ColumnPart): readonly string[] {
  const alter = `alter ${word} ${table} alter column ${q(column.name)}`;
  return [
    ...(column.storage === undefined ? [] : [`${alter} set storage ${column.storage}`]),
    ...(column.compression === undefined ? [] : [`${alter} set compression ${column.compression}`]),
    ...(column.statistics === undefined ? [] : [`${alter} set statistics ${column.statistics}`]),
    ...(column.distinct === undefined ? [] : [`${alter} set (n_distinct = ${column.distinct})`]),
  ];
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
      return `alter column ${q(column.name)} set default ${literal(model, column.type, n)}`;
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

function renderIndex(
  model: SchemaModel,
  table: Pick<TablePart, "schema" | "name"> & TablePart,
  index: IndexPart,
): readonly string[] {
  const columns = index.columns.map((part) => {
    const column = columnOf(model, table, part.column)!;
    const of = part.expression ? expression(model, column.type, q(column.name), 0) : undefined;
    return `${of === undefined ? q(column.name) : `(${of})`}${part.descending ? " desc" : ""}`;
  });
  return [...indexStatements(model, table, index, columns)];
}

function indexStatements(
  model: SchemaModel,
  table: TablePart,
  index: IndexPart,
  columns: readonly string[],
): readonly string[] {
  const include = index.include.map((id) => columnName(model, table, id));
  const partial = index.where === undefined ? undefined : columnOf(model, table, index.where);
  const name = placed(model, { schema: table.schema, name: index.name });
  return [
    [
      `create ${index.unique ? "unique " : ""}index ${q(index.name)} on ${placed(model, table)} using ${index.method} (${columns.join(", ")})`,
      include.length === 0 ? "" : ` include (${include.join(", ")})`,
      index.fillfactor === undefined ? "" : ` with (fillfactor = ${index.fillfactor})`,
      partial === undefined ? "" : ` where ${condition(model, partial.type, q(partial.name), 1)}`,
    ].join(""),
    ...(index.clustered ? [`alter table ${placed(model, table)} cluster on ${q(index.name)}`] : []),
    ...commentOn(`index ${name}`, index.comment),
  ];
}

function renderForeignKeys(model: SchemaModel, table: TablePart): readonly string[] {
  return table.foreignKeys.map((key) => {
    const target = tableOf(model, key.target)!;
    const referred = keysOf(target).find(({ id }) => id === key.key)!;
    const names = (of: TablePart, ids: readonly number[]) => ids.map((id) => columnName(model, of, id)).join(", ");
    return [
      `alter table ${placed(model, table)} add constraint ${q(key.name)} foreign key (${names(table, key.columns)})`,
      ` references ${placed(model, target)} (${names(target, referred.columns)})${key.onDelete}${key.deferrable}`,
      key.notValid ? " not valid" : "",
    ].join("");
  });
}

function renderView(model: SchemaModel, view: ViewPart): readonly string[] {
  const name = placed(model, view);
  const word = view.materialized ? "materialized view" : "view";
  const below = model.views.find(({ id }) => id === view.from);
  const base = baseTable(model, view);
  const column = (id: number, alias: string) => `${alias}.${columnName(model, base, id)}`;
  const joined = tableOf(model, view.join);
  const source = [
    `from ${placed(model, below ?? base)} a`,
    ...(joined === undefined
      ? []
      : [
          `left join ${placed(model, joined)} b on a.${columnName(model, base, view.columns[0]!)}::text = b.${q(joined.columns[0]!.name)}::text`,
        ]),
  ].join(" ");
  const picked = view.columns.map((id) => column(id, "a"));
  const filter =
    view.where === undefined
      ? ""
      : ` where ${condition(model, columnOf(model, base, view.where)!.type, column(view.where, "a"), 2)}`;
  const grouped = view.grouped ? ` group by ${picked.join(", ")}` : "";
  const list = view.grouped ? [...picked, "count(*) as how_many"] : picked;
  const extra = joined === undefined || view.grouped ? [] : [`b.${q(joined.columns[0]!.name)} as other`];
  const options = view.barrier && !view.materialized ? " with (security_barrier = true)" : "";
  const check = view.checkOption && !view.materialized ? " with local check option" : "";
  return [
    `create ${word} ${name}${options} as select ${[...list, ...extra].join(", ")} ${source}${filter}${grouped}${check}${view.materialized && mustBeEmpty(model, view) ? " with no data" : ""}`,
    ...view.indexes.flatMap((index) =>
      indexStatements(
        model,
        { ...base, name: view.name, schema: view.schema },
        { ...index, clustered: false, include: [], where: undefined },
        index.columns.map((part) => columnName(model, base, part.column)),
      ),
    ),
    ...notesOn(`${word} ${name}`, view),
  ];
}

/** Nobody is there to ask for the rows of a foreign table, and the owner of a view below may not look. */
function mustBeEmpty(model: SchemaModel, { from, join }: ViewPart): boolean {
  const isForeign = (id: number | undefined) => tableOf(model, id)?.kind === "foreign";
  const below = model.views.find(({ id }) => id === from);
  return (
    isForeign(from) ||
    isForeign(join) ||
    (below !== undefined && (below.materialized || below.owner !== undefined || mustBeEmpty(model, below)))
  );
}

function baseTable(model: SchemaModel, view: ViewPart): TablePart {
  const below = model.views.find(({ id }) => id === view.from);
  return below === undefined ? tableOf(model, view.from)! : baseTable(model, below);
}

function renderTriggers(model: SchemaModel, table: TablePart): readonly string[] {
  const name = placed(model, table);
  return [
    ...table.triggers.flatMap((trigger) => {
      const events = trigger.events.map((event) =>
        event === "update" && trigger.updateOf !== undefined
          ? `update of ${columnName(model, table, trigger.updateOf)}`
          : event,
      );
      const run = placed(model, model.functions.find(({ id }) => id === trigger.function)!);
      return [
        `create trigger ${q(trigger.name)} ${trigger.timing} ${events.join(" or ")} on ${name} for each ${trigger.level} execute function ${run}()`,
        ...(trigger.enabled === "enable" ? [] : [`alter table ${name} ${trigger.enabled} trigger ${q(trigger.name)}`]),
        ...commentOn(`trigger ${q(trigger.name)} on ${name}`, trigger.comment),
      ];
    }),
    ...(table.partition?.parts ?? []).flatMap((part) =>
      part.disabledTriggers.map((id) => {
        const trigger = table.triggers.find((candidate) => candidate.id === id)!;
        return `alter table ${placed(model, { schema: table.schema, name: part.name })} disable trigger ${q(trigger.name)}`;
      }),
    ),
    ...table.rules.flatMap((rule) => [
      `create rule ${q(rule.name)} as on ${rule.event} to ${name} do also nothing`,
      ...commentOn(`rule ${q(rule.name)} on ${name}`, rule.comment),
    ]),
  ];
}

function renderPolicies(model: SchemaModel, table: TablePart): readonly string[] {
  return table.policies.map((policy) => {
    const column = columnOf(model, table, policy.column)!;
    const call = model.functions.find(({ id }) => id === policy.function);
    const plain = condition(model, column.type, q(column.name), 3);
    const of = call === undefined ? plain : `${plain} and ${placed(model, call)}(1) > 0`;
    const kind = policy.restrictive ? " as restrictive" : "";
    const clause = policy.command === "insert" ? `with check (${of})` : `using (${of})`;
    return `create policy ${q(policy.name)} on ${placed(model, table)}${kind} for ${policy.command} to ${policy.role} ${clause}`;
  });
}
