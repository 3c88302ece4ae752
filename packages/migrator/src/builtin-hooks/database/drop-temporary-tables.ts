import type { Session } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import { findOwnTable } from "../../record/find-own-table.js";
import { defineBuiltinHook } from "../builtin-hook-type.js";
import { duration } from "../config-shapes.js";
import { behindRun, minuteMs } from "../hook-events.js";
import { allOrNothing, sessionOf } from "../hook-sessions.js";

export const dropTemporaryTables = defineBuiltinHook({
  type: "drop_temporary_tables",
  kind: "database",
  what: "Drops what was made for a migration and is not needed any more: our own staging tables, and the tables it is told.",
  on: ["cleanup", "on_success", "on_error", ...behindRun],
  onlyThere: "before its end a migration may still need them.",
  connections: ["own"],
  onlySo: "what it drops is committed, so that a lock that cannot be had loses nothing else.",
  timeoutMs: 10 * minuteMs,
  idempotent: true,
  secrets: [],
  config: (z) =>
    z.strictObject({
      tables: z
        .array(
          z.string().refine(isPattern, { error: "must be a name or a pattern with a letter in it: `shop.tmp_003_*`" }),
        )
        .min(1)
        .optional()
        .describe(
          "Tables by name or pattern (`*`), with their schema or in `public`. Without CASCADE: what is in use stays.",
        ),
      keep_logs: z
        .boolean()
        .default(true)
        .describe("False also forgets captured statistics and finished backfills of this migration."),
      lock_timeout: duration(z).prefault("2s").describe("How long to wait for the lock on one table."),
    }),
  async run({ tables = [], keep_logs: keepLogs, lock_timeout: lockTimeout }, context, { ownSchema }) {
    const names = [
      ...(await finishedStages(sessionOf(context), ownSchema)),
      ...(await tablesLike(sessionOf(context), tables)),
    ];
    for (const [index, name] of names.entries()) {
      await allOrNothing(context, async (session) => {
        await session.query(`set local lock_timeout = ${Math.ceil(lockTimeout)}; drop table if exists ${name}`);
      });
      context.metadata.report({ done: index + 1, total: names.length, unit: "tables" });
    }
    if (!keepLogs) await forgetLogs(sessionOf(context), ownSchema, context.executionId);
    return { dropped: names };
  },
});

/** `*` alone would be everything. */
function isPattern(written: string): boolean {
  return /^(?:[\w$]+\.)?[\w$*]*[A-Za-z][\w$*]*$/.test(written);
}

async function finishedStages(session: Session, ownSchema: string): Promise<readonly string[]> {
  const { there } = await findOwnTable(session, ownSchema, "backfills");
  if (!there) return [];
  const { rows } = await session.query<{ name: string }>(
    `select pg_catalog.format('%I.%I', n.nspname, c.relname) as name
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relkind = 'r' and pg_catalog.starts_with(c.relname::text, 'backfill_stage_')
       and not exists (select from ${quoteIdentifier(ownSchema)}.backfills b where b.stage = c.relname and b.finished_at is null)
     order by 1`,
    [ownSchema],
  );
  return rows.map(({ name }) => name);
}

async function tablesLike(session: Session, patterns: readonly string[]): Promise<readonly string[]> {
  const { rows } = await session.query<{ name: string }>(
    `select distinct pg_catalog.format('%I.%I', n.nspname, c.relname) as name
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace,
       pg_catalog.unnest($1::text[]) as p (pattern)
     where c.relkind in ('r', 'p')
       and pg_catalog.concat(n.nspname, '.', c.relname) like p.pattern
     order by 1`,
    [patterns.map(likePattern)],
  );
  return rows.map(({ name }) => name);
}

function likePattern(written: string): string {
  const whole = written.includes(".") ? written : `public.${written}`;
  return whole.replace(/[\\%_]/g, "\\$&").replaceAll("*", "%");
}

async function forgetLogs(session: Session, ownSchema: string, executionId: string): Promise<void> {
  const { there } = await findOwnTable(session, ownSchema, "backfills");
  if (!there) return;
  const own = quoteIdentifier(ownSchema);
  await session.query(`delete from ${own}.table_statistics where execution_id = $1`, [executionId]);
  await session.query(`delete from ${own}.backfills where finished_at is not null`, []);
}
