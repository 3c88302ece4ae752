import { hasStorage, type Relation, relationName, withDescendants } from "../effects/picture/relation.js";
import { quoteLiteral } from "../write/quote-literal.js";
import { own, type StepDraft } from "./safer-answer.js";
import type { SaferContext, Target } from "./safer-context.js";
import { dollarQuoted } from "./text/dollar-quoted.js";

/** Rows a batch changes, at most: its row locks are held for the fraction of a second that takes. */
const rowsPerBatch = 1000;
/** Pages a batch goes through where there is no key to go by. */
const pagesPerBatch = 100;

export interface Backfill {
  /** What stands behind SET: `total = default`. */
  readonly set: string;
  /** True exactly for the rows that are not done. */
  readonly where: string;
  readonly because: string;
}

/** One step for each table with rows of its own: the table, or its partitions and children. */
export function backfillSteps(target: Target, fill: Backfill, context: SaferContext): readonly StepDraft[] {
  const { relation } = target;
  if (relation === undefined) return [backfillStep({ table: target.sql, key: [], isKnown: false }, fill, context)];
  const tables = target.only ? [relation] : withDescendants(relation).filter(hasStorage);
  return tables.map((one) =>
    backfillStep({ table: `only ${relationName(one)}`, key: keyOf(one), isKnown: true }, fill, context),
  );
}

/** The columns of the primary key, by which a batch finds where the last one ended. */
function keyOf(relation: Relation): readonly string[] {
  return [...relation.constraints.values()].find(({ kind }) => kind === "primary key")?.columns ?? [];
}

interface Filled {
  readonly table: string;
  readonly key: readonly string[];
  /** False without a catalog: it may well have a key. */
  readonly isKnown: boolean;
}

function backfillStep(filled: Filled, fill: Backfill, { version }: SaferContext): StepDraft {
  const { table, key, isKnown } = filled;
  const unkeyed = isKnown ? "it has no primary key" : "without a catalog its key is not known";
  const name = table.replace(/^only /, "");
  const isKeyed = key.length > 0;
  return {
    sql: isKeyed ? keyedBatch(filled, fill) : unkeyedBatch(filled, fill),
    transaction: "own",
    because: `${fill.because} ${isKeyed ? `At most ${rowsPerBatch} rows of ${name} a batch, by its primary key.` : `A batch of ${name} at a time, by where its rows are stored: ${unkeyed}.`}`,
    repeatUntil: "no rows",
    asLoop: isKeyed ? keyedLoop(filled, fill) : pageLoop(filled, fill, version),
  };
}

/**
 * Fails when a row is left that is not done. The server's own rewrite reaches every row; an UPDATE does not reach those
 * that a trigger, a rule or a policy keeps from it, and does not say so.
 */
export function proofOfFill(
  { sql, only }: Pick<Target, "sql" | "only">,
  { where }: Pick<Backfill, "where">,
): StepDraft {
  const message = `rows of ${sql} are left that were not filled in`;
  const hint =
    "Fill them in by running the step before again, or find what keeps an UPDATE from them: a trigger, a rule, a policy.";
  return own(
    `do ${dollarQuoted(`
begin
  set local row_security = off;
  if exists (select from ${only ? "only " : ""}${sql} where ${where}) then
    raise exception using errcode = 'check_violation', message = ${quoteLiteral(message)},
      hint = ${quoteLiteral(hint)};
  end if;
end
`)}`,
    "Proves that no row was left out, while others read and write.",
  );
}

function keyedBatch({ table, key }: Filled, { set, where }: Backfill): string {
  const columns = key.join(", ");
  const subject = key.length === 1 ? columns : `(${columns})`;
  return `update ${table}
set ${set}
where ${where}
  and ${subject} in (
    select ${columns}
    from ${table}
    where ${where}
    order by ${columns}
    limit ${rowsPerBatch})`;
}

function unkeyedBatch({ table }: Filled, { set, where }: Backfill): string {
  return `update ${table}
set ${set}
where ${where}
  and ctid = any (array(
    select ctid
    from ${table}
    where ${where}
    limit ${rowsPerBatch}))`;
}

/**
 * Goes through the key once, in order, so that no batch reads again what the ones before it did. Variables have a
 * prefix, because a column of the same name would be taken for one or the other.
 */
function keyedLoop({ table, key }: Filled, { set, where }: Backfill): string {
  const columns = key.join(", ");
  const row = (from: string) => `(${key.map((column) => `${from}${column}`).join(", ")})`;
  const down = key.map((column) => `${column} desc`).join(", ");
  return `do ${dollarQuoted(`
declare
  confiture_first record;
  confiture_last record;
begin
  select ${columns} into confiture_first from ${table} order by ${columns} limit 1;
  while found loop
    select ${columns} into confiture_last
    from (select ${columns} from ${table} where ${row("")} >= ${row("confiture_first.")} order by ${columns} limit ${rowsPerBatch}) batch
    order by ${down}
    limit 1;
    update ${table}
    set ${set}
    where ${row("")} >= ${row("confiture_first.")} and ${row("")} <= ${row("confiture_last.")}
      and ${where};
    commit;
    select ${columns} into confiture_first from ${table} where ${row("")} > ${row("confiture_last.")} order by ${columns} limit 1;
  end loop;
end
`)}`;
}

/**
 * Goes through the pages the table has when it begins, and again until a pass changes nothing: a row that is updated
 * meanwhile moves. Ranges of places are read without the rest of the table since PostgreSQL 14; before, single places are.
 */
function pageLoop({ table }: Filled, { set, where }: Backfill, version: number): string {
  const place = (page: string, item: string) => `format('(%s,%s)', ${page}, ${item})::tid`;
  // A page holds at most 291 rows of 8 KiB; larger pages hold more.
  const batch =
    version >= 14
      ? `ctid >= ${place("confiture_page", "0")} and ctid < ${place(`confiture_page + ${pagesPerBatch}`, "0")}`
      : `ctid = any (array(
        select ${place("p", "i")}
        from generate_series(confiture_page, confiture_page + ${pagesPerBatch - 1}) p, generate_series(1, current_setting('block_size')::int / 28) i))`;
  return `do ${dollarQuoted(`
declare
  confiture_page bigint;
  confiture_pages bigint;
  confiture_rows_of_batch bigint;
  confiture_rows_of_pass bigint := 1;
begin
  while confiture_rows_of_pass > 0 loop
    confiture_rows_of_pass := 0;
    confiture_page := 0;
    confiture_pages := pg_relation_size(${literalTable(table)}) / current_setting('block_size')::bigint;
    while confiture_page < confiture_pages loop
      update ${table}
      set ${set}
      where ${batch}
        and ${where};
      get diagnostics confiture_rows_of_batch = row_count;
      confiture_rows_of_pass := confiture_rows_of_pass + confiture_rows_of_batch;
      commit;
      confiture_page := confiture_page + ${pagesPerBatch};
    end loop;
  end loop;
end
`)}`;
}

function literalTable(table: string): string {
  return `'${table.replace(/^only /, "").replaceAll("'", "''")}'::regclass`;
}
