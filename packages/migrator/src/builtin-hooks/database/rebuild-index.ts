import { ConfitureError, type Session } from "@confiture/model";
import { isServerError, sqlState } from "../../execute/statement-error.js";
import { defineBuiltinHook } from "../builtin-hook-type.js";
import { duration, relationName } from "../config-shapes.js";
import { behindDdl, behindRun, hourMs } from "../hook-events.js";
import { cancelQueries, databaseOf, sessionOf } from "../hook-sessions.js";
import { findRelation } from "./find-relations.js";

interface RebuiltIndex {
  readonly index: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

export const rebuildIndex = defineBuiltinHook({
  type: "rebuild_index",
  kind: "database",
  what: "Rebuilds indexes, CONCURRENTLY unless it is told otherwise, within a deadline, and drops what a build that failed left behind.",
  on: [...behindDdl, ...behindRun],
  onlyThere: "an index that the migration makes is there only behind its DDL.",
  connections: ["own"],
  onlySo: "REINDEX CONCURRENTLY cannot run inside the migration's transaction, and would wait for it for ever.",
  timeoutMs: 24 * hourMs,
  idempotent: true,
  secrets: [],
  config: (z) =>
    z.strictObject({
      indexes: z.array(relationName(z)).min(1).describe("Which indexes."),
      concurrent: z.boolean().default(true).describe("False locks out writers, and is done sooner."),
      deadline: duration(z).prefault("1h").describe("How long one index may take, waits included."),
    }),
  async run({ indexes, concurrent, deadline }, context) {
    const session = sessionOf(context);
    using _cancel = cancelQueries(databaseOf(context), session, context.signal);
    const rebuilt: RebuiltIndex[] = [];
    for (const name of indexes) {
      context.signal.throwIfAborted();
      rebuilt.push(await rebuild(session, name, { concurrent, deadline }));
      context.metadata.report({ done: rebuilt.length, total: indexes.length, unit: "indexes" });
    }
    return { indexes: rebuilt };
  },
});

const cleanUpMs = 10_000;

interface Manner {
  readonly concurrent: boolean;
  readonly deadline: number;
}

async function rebuild(session: Session, name: string, manner: Manner): Promise<RebuiltIndex> {
  const index = await findRelation(session, name);
  if (index.kind !== "i" && index.kind !== "I")
    throw new ConfitureError("CONFITURE_HOOK_CONFIG", `${index.name} is no index.`, {
      hint: "`indexes` takes names of indexes; those of a table are printed by psql's \\d.",
    });
  if (manner.concurrent) await dropLeftovers(session, index.name);
  const bytesBefore = await sizeOf(session, index.name);
  await reindex(session, index.name, manner);
  return { index: index.name, bytesBefore, bytesAfter: await sizeOf(session, index.name) };
}

/**
 * A build that waits without queueing anybody gets a deadline and no lock_timeout; one that locks writers out must have its lock at
 * once, or let go.
 */
async function reindex(session: Session, name: string, { concurrent, deadline }: Manner): Promise<void> {
  await session.query(`set statement_timeout = ${Math.ceil(deadline)}; set lock_timeout = ${concurrent ? 0 : 2_000}`);
  const started = Date.now();
  try {
    await session.query(`reindex index ${concurrent ? "concurrently " : ""}${name}`);
  } catch (error) {
    // Whom the build waited for the drop waits for too: what cannot be dropped now is dropped by the next run.
    await session.query(`set statement_timeout = ${cleanUpMs}`).catch(() => undefined);
    if (concurrent) await dropLeftovers(session, name).catch(() => undefined);
    if (!isServerError(error) || error.code !== sqlState.queryCanceled || Date.now() - started < deadline) throw error;
    throw new ConfitureError("CONFITURE_DEADLINE", `${name} was not rebuilt within ${Math.round(deadline / 1000)} s.`, {
      hint: "The index serves as it did. End the transactions it waits for, or allow more with `deadline`.",
      cause: error,
    });
  } finally {
    await session.query("reset statement_timeout; reset lock_timeout").catch(() => undefined);
  }
}

/**
 * What a REINDEX CONCURRENTLY that failed left: an invalid index that costs every write and serves no read. While somebody else
 * builds on the table it may be his.
 */
async function dropLeftovers(session: Session, name: string): Promise<void> {
  const { rows } = await session.query<{ leftover: string; busy: boolean }>(
    `select pg_catalog.format('%I.%I', n.nspname, l.relname) as leftover,
       exists (select from pg_catalog.pg_stat_progress_create_index p where p.relid = i.indrelid and p.pid <> pg_catalog.pg_backend_pid()) as busy
     from pg_catalog.pg_index i
     join pg_catalog.pg_class c on c.oid = i.indexrelid
     join pg_catalog.pg_index li on li.indrelid = i.indrelid and not li.indisvalid
     join pg_catalog.pg_class l on l.oid = li.indexrelid
     join pg_catalog.pg_namespace n on n.oid = l.relnamespace
     where i.indexrelid = pg_catalog.to_regclass($1) and l.relname ~ '_cc(new|old)[0-9]*$'
       and pg_catalog.starts_with(c.relname::text, pg_catalog.regexp_replace(l.relname::text, '_cc(new|old)[0-9]*$', ''))`,
    [name],
  );
  for (const { leftover, busy } of rows) {
    if (busy)
      throw new ConfitureError("CONFITURE_LOCK_HELD", `Another session builds an index on the table of ${name}.`, {
        hint: "Wait for it to end, and run again.",
      });
    await session.query(`drop index concurrently if exists ${leftover}`);
  }
}

async function sizeOf(session: Session, name: string): Promise<number> {
  const { rows } = await session.query<{ bytes: string }>(
    "select pg_catalog.pg_relation_size($1::pg_catalog.regclass) as bytes",
    [name],
  );
  return Number(rows[0]?.bytes ?? 0);
}
