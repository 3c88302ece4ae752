import type { Operation, OperationKind } from "@confiture/model";
import { relationsWithHeldRows } from "../plan/row-changes.js";

type Words = (operation: Operation) => string | undefined;

const target = ({ on }: Operation, otherwise: string): string => on?.name ?? otherwise;
const part = (operation: Operation, otherwise: string): string =>
  `${operation.part ?? otherwise} of ${target(operation, "the table")}`;
const readsRows = ({ effect }: Operation): boolean => effect.scans.length > 0;
const writesAnew = ({ effect }: Operation): boolean => effect.rewrites.length > 0;

/** One row for each kind that has a gentler way; undefined where the operation at hand already is harmless. */
const words: Readonly<Partial<Record<OperationKind, Words>>> = {
  create_index: ({ effect: { indexBuilds } }) =>
    indexBuilds[0] === undefined || indexBuilds[0].concurrently
      ? undefined
      : `Build the index on ${indexBuilds[0].table} CONCURRENTLY, outside a transaction. Should it fail, drop the invalid index it leaves and build again.`,
  reindex: (operation) =>
    `Rebuild ${target(operation, "the index")} CONCURRENTLY, outside a transaction: readers and writers go on.`,
  drop_index: (operation) =>
    `Drop ${target(operation, "the index")} CONCURRENTLY, outside a transaction: readers and writers go on.`,
  refresh_materialized_view: (operation) =>
    `Refresh ${target(operation, "the view")} CONCURRENTLY: it is read meanwhile. That needs a unique index over all of its rows.`,
  detach_partition: () =>
    "Detach the partition CONCURRENTLY (PostgreSQL 14 and newer, outside a transaction, where there is no default partition): readers of its parent go on.",
  set_not_null: (operation) =>
    readsRows(operation)
      ? `Have a constraint that is NOT VALID, then validated, prove that ${part(operation, "the column")} holds no nulls: others write meanwhile.`
      : undefined,
  add_check: (operation) =>
    readsRows(operation)
      ? `Add ${part(operation, "the check")} NOT VALID, for new rows, and validate it in a transaction of its own, under a lock that lets others write.`
      : undefined,
  add_foreign_key: (operation) =>
    readsRows(operation)
      ? `Add ${part(operation, "the foreign key")} NOT VALID (a partitioned table takes that from 18 on) and validate it in a transaction of its own.`
      : undefined,
  add_unique: byIndex,
  add_primary_key: byIndex,
  alter_column_type: (operation) =>
    writesAnew(operation)
      ? `Give ${target(operation, "the table")} a second column of the new type, let a trigger fill it, copy in batches and swap the names: the table is then never written anew under a lock. What stands on the column (keys, defaults, rights, views) has to be carried over.`
      : undefined,
  add_column: (operation) =>
    writesAnew(operation)
      ? `Add ${part(operation, "the column")} without its default, set the default for new rows, and fill the old ones in batches: a volatile default writes the whole table anew under a lock.`
      : undefined,
  vacuum_full: packInPlace,
  cluster: packInPlace,
  drop_column: (operation) => drop(part(operation, "the column")),
  drop_table: (operation) => drop(target(operation, "the table")),
  truncate: (operation) =>
    `Keep a copy of what TRUNCATE takes from ${target(operation, "the table")}, or be sure nobody will want it: nothing brings it back.`,
  rename_column: (operation) =>
    `Add a column with the new name, write to both and move the code over, and drop ${part(operation, "the old one")} afterwards: a rename breaks every query that runs.`,
  rename_table: (operation) =>
    `Leave a view with the old name of ${target(operation, "the table")} behind, in the same transaction, until no code uses it.`,
  update: inBatches,
  delete: inBatches,
  merge: inBatches,
};

/** What to look for instead, in words: the SQL of it takes a parser, and comes with the operation where one was at hand. */
export function gentlerWords(operation: Operation): string | undefined {
  return words[operation.kind]?.(operation);
}

function byIndex(operation: Operation): string | undefined {
  const [build] = operation.effect.indexBuilds;
  if (build === undefined) return undefined;
  const nulls = operation.effect.requires.some(({ kind }) => kind === "not_null")
    ? " Make its columns NOT NULL before, or the table is read under the lock."
    : "";
  return `Build the index on ${build.table} CONCURRENTLY, with all the constraint says of it, and make it the constraint's by USING INDEX, which takes a moment.${nulls}`;
}

function packInPlace(operation: Operation): string {
  return `${target(operation, "The table")} is locked against everybody while it is written anew: use a maintenance window, or pg_repack, which does it beside the application.`;
}

function drop(name: string): string {
  return `Deploy code that no longer uses ${name} first, and keep a copy: its data does not come back.`;
}

function inBatches(operation: Operation): string | undefined {
  const [relation] = relationsWithHeldRows(operation);
  return relation === undefined
    ? undefined
    : `Change the rows of ${relation} in batches by its key, each in a transaction of its own: who changes the same rows then waits for one batch.`;
}
