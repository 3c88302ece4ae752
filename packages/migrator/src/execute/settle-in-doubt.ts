import type { PlannedMigration, QualifiedName, Session, StandaloneAction } from "@confiture/model";
import { indexShape, quoteIdentifier, quoteQualified } from "@confiture/sql";
import type { StepEvidence } from "../record/applied-migration.js";
import type { ExecutingRun } from "./run.js";
import { type AloneSegment, dropToDeadline } from "./run-alone.js";

/** What the server says of a statement whose end nobody saw. */
export type Verdict =
  | { readonly kind: "finished"; readonly evidence: string }
  /** It did not happen, or what it left half-made has been removed; it can be run. */
  | { readonly kind: "not-started"; readonly evidence: string; readonly droppedIndexes: readonly string[] }
  /** Only a person can tell. */
  | { readonly kind: "in-doubt"; readonly evidence: string };

/** Looks, before a statement runs alone, at what must be known to tell later whether it happened. */
export async function gatherEvidence(session: Session, segment: AloneSegment): Promise<StepEvidence> {
  const { action } = segment;
  switch (action.kind) {
    case "create-index-concurrently": {
      const shape = await indexShape(segment.steps[0].sql);
      return {
        action,
        indexesBefore: (await readIndexes(session, action.table)).map((index) => index.name),
        ...(shape === undefined ? {} : { indexShape: shape }),
      };
    }
    case "create-database":
    case "create-tablespace":
    case "create-subscription":
      return { action, existedBefore: await exists(session, action.kind, action.name) };
    case "reindex":
      return { action, invalidBefore: (await readLeftovers(session)).map(({ schema, name }) => `${schema}.${name}`) };
    case "drop-index-concurrently":
      return { action, ...(await oidOf(session, "oidBefore", action.index)) };
    case "detach-partition-concurrently":
    case "detach-partition-finalize":
      return {
        action,
        ...(await oidOf(session, "parentBefore", action.table)),
        ...(await oidOf(session, "oidBefore", action.partition)),
      };
    default:
      return { action };
  }
}

/** What a name means under the search path of now: another may mean something else by it later. */
async function oidOf<Key extends "oidBefore" | "parentBefore">(
  session: Session,
  key: Key,
  name: QualifiedName,
): Promise<Partial<Record<Key, string>>> {
  const { rows } = await session.query<{ oid: string | null }>("select pg_catalog.to_regclass($1)::oid::text as oid", [
    quoteQualified(name),
  ]);
  const oid = rows[0]?.oid ?? null;
  return (oid === null ? {} : { [key]: oid }) as Partial<Record<Key, string>>;
}

/**
 * Decides by looking at the server whether an interrupted statement happened, and removes the invalid index a broken
 * CONCURRENTLY left behind. Never guesses: what the catalog cannot answer stays in doubt.
 */
export async function settleInDoubt(
  run: ExecutingRun,
  migration: PlannedMigration,
  action: StandaloneAction,
  evidence: StepEvidence,
): Promise<Verdict> {
  const { session } = run;
  switch (action.kind) {
    case "create-index-concurrently":
      return settleCreatedIndex(run, migration, action, evidence);
    case "drop-index-concurrently":
      if (evidence.oidBefore === undefined) return notStarted("there was no index of that name");
      return (await relationExists(session, evidence.oidBefore))
        ? notStarted("the index is still there")
        : finished("the index is gone");
    case "reindex":
      return settleReindex(run, migration, action.concurrently, evidence);
    case "detach-partition-concurrently":
    case "detach-partition-finalize":
      return settleDetach(session, action, evidence);
    case "create-database":
    case "create-tablespace":
    case "create-subscription":
      if (evidence.existedBefore === true) return notStarted("it stood there before");
      return (await exists(session, action.kind, action.name))
        ? finished("it is there")
        : notStarted("it is not there");
    case "drop-database":
    case "drop-tablespace":
    case "drop-subscription":
      return (await exists(session, action.kind, action.name))
        ? notStarted("it is still there")
        : finished("it is gone");
    case "alter-database":
    case "alter-subscription":
    case "repeatable":
      return notStarted("running it again does no harm");
    case "unknowable":
      return { kind: "in-doubt", evidence: `${action.what}: the catalog cannot tell how far it came` };
    default:
      return action satisfies never;
  }
}

function finished(evidence: string): Verdict {
  return { kind: "finished", evidence };
}

function notStarted(evidence: string, droppedIndexes: readonly string[] = []): Verdict {
  return { kind: "not-started", evidence, droppedIndexes };
}

/** Before CREATE INDEX CONCURRENTLY: an invalid index of that name makes it fail, or with IF NOT EXISTS pass in silence. */
export async function dropInvalidIndexes(
  run: ExecutingRun,
  migration: PlannedMigration,
  { action }: AloneSegment,
): Promise<readonly string[]> {
  if (action.kind !== "create-index-concurrently" || action.index === undefined) return [];
  const name = action.index.name;
  const invalid = (await readIndexes(run.session, action.table)).filter(
    (index) => index.name === name && !index.valid && !index.building,
  );
  return dropIndexes(run, migration, invalid);
}

async function settleCreatedIndex(
  run: ExecutingRun,
  migration: PlannedMigration,
  { table, index }: Extract<StandaloneAction, { kind: "create-index-concurrently" }>,
  evidence: StepEvidence,
): Promise<Verdict> {
  const before = new Set(evidence.indexesBefore ?? []);
  const indexes = await readIndexes(run.session, table);
  // An index that stood there before is not ours to judge; an invalid one of the very name is what an earlier try left.
  const made = indexes.filter((found) =>
    index === undefined
      ? !before.has(found.name)
      : found.name === index.name && (!before.has(found.name) || !found.valid),
  );
  const valid = evidence.failed === true ? [] : made.filter((found) => found.valid);
  const [ours, ...others] = await sameShape(valid, evidence.indexShape);
  if (ours !== undefined && others.length === 0) return finished(`index ${ours.name} is there and valid`);
  if (valid.length > 0 && (index === undefined || ours === undefined))
    return {
      kind: "in-doubt",
      evidence: `${valid.map(({ name }) => name).join(" and ")} came since it began, and may be its index or somebody else's`,
    };
  if (made.some((found) => found.building))
    return { kind: "in-doubt", evidence: "the index is being built by another session right now" };
  const dropped = await dropIndexes(
    run,
    migration,
    made.filter((found) => !found.valid),
  );
  return notStarted(
    dropped.length === 0 ? "the index is not there" : `invalid index ${dropped.join(", ")} was dropped`,
    dropped,
  );
}

/** Those that are what the statement makes. Without its shape, of an older record, the name alone has to do. */
async function sameShape(indexes: readonly IndexRow[], shape: string | undefined): Promise<readonly IndexRow[]> {
  if (shape === undefined) return indexes;
  const same: IndexRow[] = [];
  for (const index of indexes) if ((await indexShape(index.definition)) === shape) same.push(index);
  return same;
}

async function settleReindex(
  run: ExecutingRun,
  migration: PlannedMigration,
  concurrently: boolean,
  evidence: StepEvidence,
): Promise<Verdict> {
  if (!concurrently) return notStarted("running it again does no harm");
  const before = new Set(evidence.invalidBefore ?? []);
  const rows = (await readLeftovers(run.session)).filter(({ schema, name }) => !before.has(`${schema}.${name}`));
  const dropped = await dropIndexes(
    run,
    migration,
    rows.filter((row) => !row.building),
  );
  return notStarted(
    dropped.length === 0 ? "nothing was left behind" : `invalid index ${dropped.join(", ")} was dropped`,
    dropped,
  );
}

/** Invalid indexes named as REINDEX CONCURRENTLY names those it builds and those it replaces. */
async function readLeftovers(session: Session): Promise<readonly IndexRow[]> {
  const { rows } = await session.query<IndexRow>(
    `${indexQuery} where not i.indisvalid and c.relname ~ '_ccnew[0-9]*$|_ccold[0-9]*$'`,
  );
  return rows;
}

async function settleDetach(
  session: Session,
  {
    table,
    partition,
  }: Extract<StandaloneAction, { kind: "detach-partition-concurrently" | "detach-partition-finalize" }>,
  { parentBefore, oidBefore }: StepEvidence,
): Promise<Verdict> {
  if (parentBefore === undefined || oidBefore === undefined) return notStarted("there was no such partition");
  const { rows } = await session.query<{ pending: boolean }>(
    `select coalesce((pg_catalog.to_jsonb(h) ->> 'inhdetachpending')::boolean, false) as pending
     from pg_catalog.pg_inherits h
     where h.inhparent = $1::text::oid and h.inhrelid = $2::text::oid`,
    [parentBefore, oidBefore],
  );
  if (rows[0] === undefined) return finished("the partition is detached");
  if (!rows[0].pending) return notStarted("the partition is still attached");
  await session.query(`alter table ${quoteQualified(table)} detach partition ${quoteQualified(partition)} finalize`);
  return finished("the detach was pending and has been finalized");
}

interface IndexRow {
  readonly schema: string;
  readonly name: string;
  readonly valid: boolean;
  readonly definition: string;
  /** Another session holds the lock that building it takes, and is neither vacuuming nor analyzing the table. */
  readonly building: boolean;
}

const indexQuery = `
  select n.nspname::text as schema, c.relname::text as name, i.indisvalid as valid,
         pg_catalog.pg_get_indexdef(i.indexrelid) as definition,
         exists (select from pg_catalog.pg_locks l
                 where l.locktype = 'relation' and l.relation = i.indrelid and l.granted
                   and l.mode = 'ShareUpdateExclusiveLock' and l.pid <> pg_catalog.pg_backend_pid()
                   and l.pid not in (select pid from pg_catalog.pg_stat_progress_vacuum)
                   and l.pid not in (select pid from pg_catalog.pg_stat_progress_analyze)) as building
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace`;

async function readIndexes(session: Session, table: QualifiedName): Promise<readonly IndexRow[]> {
  const { rows } = await session.query<IndexRow>(`${indexQuery} where i.indrelid = pg_catalog.to_regclass($1)`, [
    quoteQualified(table),
  ]);
  return rows;
}

/** It waits without queueing anybody, so it has no lock_timeout, which would leave the invalid index where it is, but a deadline. */
async function dropIndexes(
  run: ExecutingRun,
  migration: PlannedMigration,
  indexes: readonly IndexRow[],
): Promise<readonly string[]> {
  for (const index of indexes) {
    await dropToDeadline(run, migration, `${quoteIdentifier(index.schema)}.${quoteIdentifier(index.name)}`);
  }
  return indexes.map((index) => `${index.schema}.${index.name}`);
}

async function relationExists(session: Session, oid: string): Promise<boolean> {
  const { rows } = await session.query("select from pg_catalog.pg_class where oid = $1::text::oid", [oid]);
  return rows.length > 0;
}

const catalogOf = {
  database: "pg_catalog.pg_database where datname",
  tablespace: "pg_catalog.pg_tablespace where spcname",
  subscription: "pg_catalog.pg_subscription where subname",
} as const;

async function exists(
  session: Session,
  action: `${"create" | "drop"}-${keyof typeof catalogOf}`,
  name: string,
): Promise<boolean> {
  const what = action.slice(action.indexOf("-") + 1) as keyof typeof catalogOf;
  const { rows } = await session.query(`select from ${catalogOf[what]} = $1`, [name]);
  return rows.length > 0;
}
