import type { Session } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import { type FoundRelation, findRelation } from "../database/find-relations.js";
import { type DividedInsert, divideInsert } from "./divide-insert.js";
import { keyWalk, pageWalk, refuseBackfill, type Walk } from "./walk.js";

/** What is to be done, from the config: names are quoted. */
export interface BackfillTask {
  readonly target_table?: string | undefined;
  readonly source_table?: string | undefined;
  readonly source_query?: string | undefined;
  readonly backfill_query?: string | undefined;
  readonly set?: Readonly<Record<string, string>> | undefined;
  readonly columns?: Readonly<Record<string, string>> | undefined;
  readonly where?: string | undefined;
  readonly on_conflict?: "update" | "nothing" | "error" | undefined;
}

/** How it is done: a relation is walked, and a statement is run for each piece of it. */
export interface BackfillWork {
  readonly walked: FoundRelation;
  readonly walk: Walk;
  /** `$1` and `$2` are the ends of the piece. */
  readonly sql: string;
  /** SQL that says whether anything is left, where the walk repeats. */
  readonly left?: string;
}

/** A query whose rows are kept in a table of ours first, each with a number, as a query has no key to walk over. */
export interface Staging {
  readonly query: string;
}

export const stageKey = "confiture_row";

/** What must be staged before there is anything to walk over; undefined where a table is walked as it is. */
export async function stagingOf(session: Session, task: BackfillTask): Promise<Staging | undefined> {
  if (task.source_query !== undefined) return { query: task.source_query };
  if (task.backfill_query !== undefined) return stagedSelect(divided(task.backfill_query));
  if (task.source_table === undefined) return undefined;
  const source = await findRelation(session, task.source_table);
  // Without a key there is no order to go on in; a copy of the moment has one.
  const walk = await keyWalk(session, source);
  return walk === undefined ? { query: `select * from ${source.name}` } : undefined;
}

/** @throws CONFITURE_BACKFILL where the tables are not such that it can be done */
export async function backfillWork(
  session: Session,
  task: BackfillTask,
  stage: string | undefined,
): Promise<BackfillWork> {
  if (task.set !== undefined) return updateWork(session, task, task.set);
  if (task.backfill_query !== undefined && stage !== undefined)
    return dividedWork(session, divided(task.backfill_query), stage);
  return insertWork(session, task, await findRelation(session, stage ?? task.source_table!));
}

async function updateWork(
  session: Session,
  task: BackfillTask,
  set: Readonly<Record<string, string>>,
): Promise<BackfillWork> {
  const walked = await findRelation(session, task.target_table!);
  const byKey = await keyWalk(session, walked);
  if (byKey === undefined && (task.where === undefined || walked.kind !== "r"))
    refuseBackfill(
      `${walked.name} has no primary key and no other unique index without null.`,
      walked.kind === "r"
        ? "Say with `where` which rows are still to be done: one that holds no longer where it was done. Then it is walked page by page."
        : "Give it a key.",
    );
  const walk = byKey ?? pageWalk(walked);
  const moved = walk.key.find((name) => Object.hasOwn(set, name));
  if (moved !== undefined)
    refuseBackfill(
      `\`set\` changes ${moved}, over which ${walked.name} is walked.`,
      "Change keys in a statement of the migration.",
    );
  const assignments = Object.entries(set).map(([column, value]) => `${column} = (${value}\n)`);
  const condition = task.where === undefined ? "" : ` and (${task.where}\n)`;
  return {
    walked,
    walk,
    sql: `update ${walked.name} as t set ${assignments.join(", ")} where ${walk.condition("t")}${condition}`,
    ...(walk.repeats ? { left: `select from ${walked.name} as t where (${task.where}\n) limit 1` } : {}),
  };
}

async function insertWork(session: Session, task: BackfillTask, source: FoundRelation): Promise<BackfillWork> {
  const target = await findRelation(session, task.target_table!);
  const walk = (await keyWalk(session, source))!;
  const columns = task.columns ?? (await sharedColumns(session, source, target));
  const names = Object.keys(columns);
  const condition = task.where === undefined ? "" : ` and (${task.where}\n)`;
  return {
    walked: source,
    walk,
    sql: `insert into ${target.name} (${names.join(", ")})
      select ${Object.values(columns)
        .map((value) => `(${value}\n)`)
        .join(", ")} from ${source.name} as s where ${walk.condition("s")}${condition}
      ${await conflictClause(session, target, { names, wish: task.on_conflict })}`,
  };
}

/** Columns of the same name that can be written; of a staged query every column must be one. */
async function sharedColumns(
  session: Session,
  source: FoundRelation,
  target: FoundRelation,
): Promise<Readonly<Record<string, string>>> {
  const { rows } = await session.query<{ name: string; writable: boolean | null }>(
    `select pg_catalog.quote_ident(s.attname) as name, t.attgenerated = '' and t.attidentity <> 'a' as writable
     from pg_catalog.pg_attribute s
     left join pg_catalog.pg_attribute t on t.attrelid = $2 and t.attname = s.attname and t.attnum > 0 and not t.attisdropped
     where s.attrelid = $1 and s.attnum > 0 and not s.attisdropped and s.attname <> '${stageKey}' order by s.attnum`,
    [source.oid, target.oid],
  );
  const shared = rows.filter(({ writable }) => writable === true).map(({ name }) => name);
  const staged = /\.backfill_stage_/.test(source.name);
  const strangers = rows.filter(({ writable }) => writable !== true).map(({ name }) => name);
  if (staged && strangers.length > 0)
    refuseBackfill(
      `The query gives ${strangers.join(", ")}, and ${target.name} has no such column to be written.`,
      "Name its columns as the target's are, with AS.",
    );
  if (shared.length === 0)
    refuseBackfill(
      `${source.name} and ${target.name} have no column of the same name.`,
      "Say with `columns` what goes where, or write a `source_query`.",
    );
  return Object.fromEntries(shared.map((name) => [name, staged ? name : `s.${name}`]));
}

interface Conflict {
  /** Quoted names of the columns that are written. */
  readonly names: readonly string[];
  readonly wish: "update" | "nothing" | "error" | undefined;
}

/** A row that is there already is brought up to date, where the target says by a unique index which row that is. */
async function conflictClause(session: Session, target: FoundRelation, { names, wish }: Conflict): Promise<string> {
  if (wish === "error") return "";
  if (wish === "nothing") return "on conflict do nothing";
  const { rows } = await session.query<{ key: readonly string[] }>(
    `select pg_catalog.jsonb_agg(pg_catalog.quote_ident(a.attname) order by p.position) as key
     from pg_catalog.pg_index i
     cross join lateral pg_catalog.generate_series(1, i.indnkeyatts) as p (position)
     join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[p.position - 1]
     where i.indrelid = $1 and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null
     group by i.indexrelid, i.indisprimary
     having pg_catalog.bool_and(pg_catalog.quote_ident(a.attname) = any ($2::text[]))
     order by i.indisprimary desc, i.indexrelid limit 1`,
    [target.oid, names],
  );
  const key = rows[0]?.key;
  if (key === undefined) {
    if (wish === undefined) return "on conflict do nothing";
    refuseBackfill(
      `${target.name} has no unique index over columns that are written, so which row is to be updated cannot be told.`,
      "Make one, or say `on_conflict: nothing`.",
    );
  }
  const others = names.filter((name) => !key.includes(name));
  if (others.length === 0) return "on conflict do nothing";
  return `on conflict (${key.join(", ")}) do update set ${others.map((name) => `${name} = excluded.${name}`).join(", ")}`;
}

async function dividedWork(session: Session, parts: DividedInsert, stage: string): Promise<BackfillWork> {
  const walked = await findRelation(session, stage);
  const walk = (await keyWalk(session, walked))!;
  const { rows } = await session.query<{ name: string }>(
    `select pg_catalog.quote_ident(attname) as name from pg_catalog.pg_attribute
     where attrelid = $1 and attnum > 0 and not attisdropped and attname <> '${stageKey}' order by attnum`,
    [walked.oid],
  );
  return {
    walked,
    walk,
    sql: `${parts.head}
      select ${rows.map(({ name }) => `s.${name}`).join(", ")} from ${walked.name} as s where ${walk.condition("s")}
      ${parts.conflict}`,
  };
}

/** Where columns are named, those of the SELECT count by their place, whatever they are called. */
function stagedSelect({ query, columns }: DividedInsert): Staging {
  if (columns === undefined) return { query };
  const names = Array.from({ length: columns }, (_, index) => `c${index + 1}`);
  return { query: `select * from (${query}\n) as selected (${names.join(", ")})` };
}

function divided(sql: string): DividedInsert {
  const parts = divideInsert(sql);
  if (parts !== undefined) return parts;
  return refuseBackfill(
    "`backfill_query` is not one INSERT … SELECT without RETURNING, so it cannot be done in batches.",
    "Write it as INSERT … SELECT, or use `source_query` and `target_table`, or `set` to update rows in place.",
  );
}

/** The name of the table in which a backfill's rows wait. */
export function stageName(ownSchema: string, stage: string): string {
  return `${quoteIdentifier(ownSchema)}.${quoteIdentifier(stage)}`;
}
