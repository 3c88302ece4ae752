import { createHash } from "node:crypto";
import type { Database, Session } from "@confiture/model";
import { pause } from "../../execute/backoff.js";
import type { MigratorHookContext } from "../builtin-hook-type.js";
import { databaseOf, ensureOwnTables, openWorker, sessionOf } from "../hook-sessions.js";
import { BackfillRecord, type OpenBackfill } from "./backfill-record.js";
import { type BackfillTask, type BackfillWork, backfillWork, stageKey, stageName, stagingOf } from "./backfill-work.js";
import { BatchCutter, type BatchSize } from "./cut-batches.js";
import { type BatchLimits, runBatch } from "./run-batch.js";
import { undoneRanges } from "./undone-ranges.js";
import { type Place, refuseBackfill } from "./walk.js";

export interface BackfillManner {
  readonly size: BatchSize;
  readonly limits: BatchLimits;
  readonly workers: number;
  /** Pause of each worker behind each batch. */
  readonly throttleMs: number;
}

export interface BackfillOutcome {
  /** Rows that were changed, by interrupted runs before this one too. */
  readonly rows: number;
  readonly batches: number;
  /** Whether it went on from where an interrupted run had stopped. */
  readonly resumed: boolean;
}

interface Going {
  readonly session: Session;
  readonly database: Database;
  readonly record: BackfillRecord;
  readonly context: MigratorHookContext;
  readonly manner: BackfillManner;
}

// A walk over pages ends when nothing is left; an application that makes such rows all the time would keep it going for ever.
const mostPasses = 20;

/**
 * Does a backfill in batches of its own transactions, from where an interrupted one of the same id and task has stopped, as far as
 * there are rows when it begins.
 */
export async function runBackfill(
  task: BackfillTask,
  manner: BackfillManner,
  run: { readonly context: MigratorHookContext; readonly id: string; readonly ownSchema: string },
): Promise<BackfillOutcome> {
  const { context, id, ownSchema } = run;
  const session = sessionOf(context);
  await ensureOwnTables(context, ownSchema);
  const record = new BackfillRecord(id, ownSchema);
  await record.lock(session, context.signal);
  try {
    // Keys are kept as text: they must look the same in every session.
    await session.query(keySettings);
    const going: Going = { session, database: databaseOf(context), record, context, manner };
    const definition = createHash("sha256").update(JSON.stringify(task)).digest("hex");
    const found = await record.open(session);
    const resumed = found?.definition === definition;
    const open = resumed ? found : await begin(going, { task, definition, ownSchema });
    const work = await backfillWork(session, task, open.stage === null ? undefined : stageName(ownSchema, open.stage));
    if (open.end !== null) await walkToEnd(going, work, open, open.end);
    const total = await record.finish(session);
    if (open.stage !== null) await session.query(`drop table if exists ${stageName(ownSchema, open.stage)}`);
    return { ...total, resumed };
  } finally {
    await record.unlock(session).catch(() => undefined);
  }
}

const keySettings =
  "set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set extra_float_digits = 1; set bytea_output = 'hex'";

/** Stages what has no key, and notes how far the walk goes: both or neither. */
async function begin(
  { session, record }: Going,
  {
    task,
    definition,
    ownSchema,
  }: { readonly task: BackfillTask; readonly definition: string; readonly ownSchema: string },
): Promise<OpenBackfill> {
  const staging = await stagingOf(session, task);
  const stage =
    staging === undefined
      ? null
      : `backfill_stage_${createHash("sha256").update(record.id).digest("hex").slice(0, 16)}`;
  await session.query("begin");
  try {
    if (staging !== undefined && stage !== null) {
      const name = stageName(ownSchema, stage);
      await session.query(`drop table if exists ${name}`);
      await session.query(
        `create table ${name} as select pg_catalog.row_number() over () as ${stageKey}, staged.* from (${staging.query.replace(/;\s*$/, "")}\n) staged`,
      );
      await session.query(`alter table ${name} add primary key (${stageKey})`);
    }
    const { walk, walked } = await backfillWork(
      session,
      task,
      stage === null ? undefined : stageName(ownSchema, stage),
    );
    const end = (await walk.end(session)) ?? null;
    const totalRows = stage === null || end === null ? await estimateRows(session, walked.name) : Number(end[0]);
    const open = { definition, end, totalRows, stage };
    await record.begin(session, open);
    await session.query("commit");
    return open;
  } catch (error) {
    await session.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** As the planner would; a partitioned table has what its partitions have. */
async function estimateRows(session: Session, name: string): Promise<number> {
  const { rows } = await session.query<{ rows: string }>(
    `select coalesce(pg_catalog.sum(greatest(c.reltuples, 0)), 0)::bigint as rows
     from (select $1::pg_catalog.regclass as relid union select relid from pg_catalog.pg_partition_tree($1::pg_catalog.regclass)) t
     join pg_catalog.pg_class c on c.oid = t.relid and c.relkind <> 'p'`,
    [name],
  );
  return Number(rows[0]?.rows ?? 0);
}

async function walkToEnd(going: Going, work: BackfillWork, open: OpenBackfill, firstEnd: Place): Promise<void> {
  const { session, record, context } = going;
  let end: Place | undefined = firstEnd;
  for (let pass = 1; end !== undefined; pass += 1) {
    await walkOnce(going, work, { end, totalRows: open.totalRows });
    if (work.left === undefined || (await session.query(work.left)).rows.length === 0) return;
    context.signal.throwIfAborted();
    if (pass === mostPasses)
      refuseBackfill(
        `Behind ${mostPasses} passes over ${work.walked.name} there are still rows for which \`where\` holds.`,
        "Let the application write such rows no more before the backfill begins, and let `set` make `where` false.",
      );
    end = await work.walk.end(session);
    if (end !== undefined) await record.repeat(session, end);
  }
}

async function walkOnce(
  { session, database, record, context, manner }: Going,
  work: BackfillWork,
  { end, totalRows }: { readonly end: Place; readonly totalRows: number },
): Promise<void> {
  const ranges = undoneRanges(await record.doneBatches(session, work.walk), end);
  const cutter = new BatchCutter(session, work.walk, manner.size, ranges);
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  let walked = 0;
  const worker = async (): Promise<void> => {
    await using own = await openWorker(database, signal);
    await own.query(keySettings);
    for (let batch = await cutter.next(); batch !== undefined; batch = await cutter.next()) {
      const started = performance.now();
      await runBatch(own, batch.range, { work, record, limits: manner.limits, signal });
      cutter.learn(batch, performance.now() - started);
      walked += batch.rows;
      context.metadata.report({
        done: Math.min(walked, Math.max(walked, totalRows)),
        unit: "rows",
        ...(totalRows > 0 ? { total: totalRows } : {}),
      });
      if (manner.throttleMs > 0) await pause(manner.throttleMs, signal);
      signal.throwIfAborted();
    }
  };
  const workers = Array.from({ length: manner.workers }, () =>
    worker().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  const endings = await Promise.allSettled(workers);
  context.signal.throwIfAborted();
  // The first that failed stopped the others, which say only that they were.
  if (failed.signal.aborted) throw failed.signal.reason;
  const rejected = endings.find((ending) => ending.status === "rejected");
  if (rejected !== undefined) throw rejected.reason;
}
