import type { DataRequirement, Operation, OperationKind } from "@confiture/model";
import { unqualified } from "../ask/relation-name.js";

/** The same end by a way that keeps fewer people waiting, or loses less. */
export interface SaferForm {
  readonly text: string;
  readonly sql?: readonly string[];
}

export interface SaferFormInput {
  readonly operation: Operation;
  /** The statement, when this operation is all of it. */
  readonly sql?: string;
}

type Form = (input: SaferFormInput) => SaferForm | undefined;

/** One row for each kind that has one; undefined where the operation at hand already is harmless. */
const forms: Readonly<Partial<Record<OperationKind, Form>>> = {
  create_index: createIndex,
  reindex: ({ operation: { on }, sql }) => ({
    text: `Rebuild ${on?.name ?? "the index"} beside the old one: readers and writers go on.`,
    sql: [
      sql?.replace(
        /^\s*(reindex\s*(?:\([^)]*\)\s*)?(?:index|table|schema|database)\s+)(?!concurrently)/i,
        "$1concurrently ",
      ) ?? `reindex ${on?.kind === "index" ? "index" : "table"} concurrently ${on?.name}`,
    ],
  }),
  drop_index: ({ operation: { on }, sql }) => ({
    text: "Drop the index without keeping readers and writers out.",
    sql: [
      sql?.replace(/^\s*(drop\s+index\s+)(?!concurrently)/i, "$1concurrently ") ??
        `drop index concurrently ${on?.name}`,
    ],
  }),
  refresh_materialized_view: ({ operation: { on } }) => ({
    text: `Refresh ${on?.name} while it is read. It needs a unique index over all of its rows.`,
    sql: [`refresh materialized view concurrently ${on?.name}`],
  }),
  detach_partition: ({ operation: { on, part } }) => ({
    text: "Detach the partition without keeping readers of its parent out (PostgreSQL 14 and newer, outside a transaction).",
    ...(part === undefined ? {} : { sql: [`alter table ${on?.name} detach partition ${part} concurrently`] }),
  }),
  set_not_null: setNotNull,
  add_check: addCheck,
  add_foreign_key: addForeignKey,
  add_unique: (input) => addByIndex(input, "unique"),
  add_primary_key: (input) => addByIndex(input, "primary key"),
  alter_column_type: changeType,
  add_column: addColumn,
  vacuum_full: packInPlace,
  cluster: packInPlace,
  drop_column: ({ operation }) => drop(operation, "column"),
  drop_table: ({ operation }) => drop(operation, "table"),
  truncate: ({ operation: { on } }) => ({
    text: `Keep a copy of what TRUNCATE takes from ${on?.name}, or be sure nobody will want it: nothing brings it back.`,
  }),
  rename_column: ({ operation: { on, part } }) => ({
    text: `Add a column with the new name, write to both and move the code over, and drop ${part ?? "the old one"} of ${on?.name} afterwards: a rename breaks every query that runs.`,
  }),
  rename_table: ({ operation: { on } }) => ({
    text: `Leave a view with the old name of ${on?.name} behind, in the same transaction, until no code uses it.`,
  }),
};

/** The safer form of an operation that is not harmless, where there is one. */
export function saferForm(input: SaferFormInput): SaferForm | undefined {
  return forms[input.operation.kind]?.(input);
}

function createIndex({ operation, sql }: SaferFormInput): SaferForm | undefined {
  const [build] = operation.effect.indexBuilds;
  if (build === undefined || build.concurrently) return undefined;
  const told = sql?.replace(/^\s*(create\s+(?:unique\s+)?index\s+)(?!concurrently)/i, "$1concurrently ");
  const requirement = requirementOf(operation, "unique");
  const where = requirement?.where === undefined ? "" : ` where ${requirement.where}`;
  const own = `create ${build.unique ? "unique " : ""}index concurrently ${build.index === undefined ? "" : `${unqualified(build.index)} `}on ${build.table} using ${build.method} (${build.columns.join(", ")})${where}`;
  return {
    text:
      `Build the index on ${build.table} without keeping writers out, outside a transaction.` +
      (told === undefined ? " Add the INCLUDE, WHERE and WITH clauses of yours." : "") +
      " Should it fail, it leaves an invalid index behind: drop that and build again.",
    sql: [told ?? own],
  };
}

function setNotNull({ operation }: SaferFormInput): SaferForm | undefined {
  const requirement = requirementOf(operation, "not_null");
  if (requirement === undefined || operation.effect.scans.length === 0) return undefined;
  const { relation, column } = requirement;
  const constraint = quoted(`${bare(relation)}_${bare(column)}_not_null`);
  return {
    text: `Prove that ${column} of ${relation} holds no nulls under a lock that lets others write; SET NOT NULL then need not read the table. Each statement in a transaction of its own.`,
    sql: [
      `alter table ${relation} add constraint ${constraint} check (${column} is not null) not valid`,
      `alter table ${relation} validate constraint ${constraint}`,
      `alter table ${relation} alter column ${column} set not null`,
      `alter table ${relation} drop constraint ${constraint}`,
    ],
  };
}

function addCheck({ operation }: SaferFormInput): SaferForm | undefined {
  const requirement = requirementOf(operation, "check");
  if (requirement === undefined || operation.part === undefined) return undefined;
  const { relation, expression } = requirement;
  return {
    text: `Add the check to ${relation} for new rows first and prove the old ones under a lock that lets others write. Each statement in a transaction of its own.`,
    sql: [
      `alter table ${relation} add constraint ${operation.part} check (${expression}) not valid`,
      `alter table ${relation} validate constraint ${operation.part}`,
    ],
  };
}

function addForeignKey({ operation, sql }: SaferFormInput): SaferForm | undefined {
  const requirement = requirementOf(operation, "foreign_key");
  if (requirement === undefined || operation.part === undefined) return undefined;
  const { relation, columns, references, referencedColumns, match } = requirement;
  const target = referencedColumns === undefined ? references : `${references} (${referencedColumns.join(", ")})`;
  const full = match === "full" ? " match full" : "";
  const own = `alter table ${relation} add constraint ${operation.part} foreign key (${columns.join(", ")}) references ${target}${full} not valid`;
  const told = sql === undefined ? undefined : `${sql.trim().replace(/;$/, "")} not valid`;
  return {
    text:
      `Add the foreign key of ${relation} for new rows first and prove the old ones under locks that let others write. Each statement in a transaction of its own.` +
      (told === undefined ? " Keep the ON DELETE, ON UPDATE and DEFERRABLE clauses of yours." : ""),
    sql: [told ?? own, `alter table ${relation} validate constraint ${operation.part}`],
  };
}

function addByIndex({ operation }: SaferFormInput, what: "unique" | "primary key"): SaferForm | undefined {
  const [build] = operation.effect.indexBuilds;
  if (build === undefined || operation.part === undefined) return undefined;
  const nulls = requirementOf(operation, "unique")?.nullsNotDistinct && what === "unique" ? " nulls not distinct" : "";
  const nullable = what === "primary key" ? operation.effect.requires.filter(({ kind }) => kind === "not_null") : [];
  return {
    text:
      `Build the index on ${build.table} without keeping anybody out, and make it the constraint's afterwards, which takes a moment.` +
      (nullable.length > 0 ? " Make its columns NOT NULL before, or the table is read under the lock." : ""),
    sql: [
      `create unique index concurrently ${operation.part} on ${build.table} (${build.columns.join(", ")})${nulls}`,
      `alter table ${build.table} add constraint ${operation.part} ${what} using index ${operation.part}`,
    ],
  };
}

function changeType({ operation }: SaferFormInput): SaferForm | undefined {
  const { on, part, effect } = operation;
  if (effect.rewrites.length === 0 || on === undefined || part === undefined) return undefined;
  const requirement = requirementOf(operation, "castable");
  const table = on.name;
  const fresh = quoted(`${bare(part)}_new`);
  const text = `Give ${table} a second column of the new type, let a trigger fill it, copy in batches and swap the names: the table is then never written anew under a lock.`;
  if (requirement === undefined) return { text };
  const converted = requirement.using ?? `${part}::${requirement.type}`;
  return {
    text: `${text} A trigger that sets ${fresh} on INSERT and UPDATE stands between the first statement and the second; repeat the second until it changes nothing.`,
    sql: [
      `alter table ${table} add column ${fresh} ${requirement.type}`,
      `update ${table} set ${fresh} = ${converted} where ctid = any (array(select ctid from ${table} where ${fresh} is distinct from ${converted} limit 10000 for update skip locked))`,
      `begin; alter table ${table} drop column ${part}; alter table ${table} rename column ${fresh} to ${part}; commit`,
    ],
  };
}

function addColumn({ operation }: SaferFormInput): SaferForm | undefined {
  const { on, part, effect } = operation;
  if (effect.rewrites.length === 0 || on === undefined) return undefined;
  return {
    text: `Add ${part ?? "the column"} to ${on.name} without its default, set the default for new rows, and fill the old ones in batches: a volatile default writes the whole table anew under a lock.`,
  };
}

function packInPlace({ operation: { on } }: SaferFormInput): SaferForm {
  return {
    text: `${on?.name ?? "The table"} is locked against everybody while it is written anew: use a maintenance window, or pg_repack, which does it beside the application.`,
  };
}

function drop({ on, part }: Operation, what: "column" | "table"): SaferForm {
  const name = what === "table" ? (on?.name ?? "the table") : `${part ?? "the column"} of ${on?.name}`;
  return { text: `Deploy code that no longer uses ${name} first, and keep a copy: its data does not come back.` };
}

function requirementOf<Kind extends DataRequirement["kind"]>(operation: Operation, kind: Kind) {
  return operation.effect.requires.find((one): one is Extract<DataRequirement, { kind: Kind }> => one.kind === kind);
}

function bare(name: string): string {
  return unqualified(name).replaceAll('"', "");
}

/** Names PostgreSQL gives are cut at 63 bytes; ours too, so that both statements mean the same constraint. */
function quoted(name: string): string {
  const cut = name.slice(0, 63);
  return /^[a-z_][a-z0-9_]*$/.test(cut) ? cut : `"${cut}"`;
}
