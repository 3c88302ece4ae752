import type { Session } from "@confiture/model";
import { defineBuiltinHook } from "../builtin-hook-type.js";
import { duration, relationName, sqlText } from "../config-shapes.js";
import { behindDdl, behindRun, hourMs } from "../hook-events.js";
import { allOrNothing } from "../hook-sessions.js";
import { findRelation } from "./find-relations.js";

export const rebuildReadModels = defineBuiltinHook({
  type: "rebuild_read_models",
  kind: "database",
  what: "Fills read models again: runs an action, and refreshes materialized views.",
  on: [...behindDdl, ...behindRun],
  onlyThere: "what a migration changes is to be seen in the read models behind it.",
  connections: ["own", "migration"],
  onlySo: "it asks the database.",
  timeoutMs: 24 * hourMs,
  idempotent: false,
  secrets: [],
  config: (z) =>
    z
      .strictObject({
        action: sqlText(z)
          .optional()
          .describe("SQL that is run in one transaction. It may stand beside `config` as well."),
        materialized_views: z
          .array(relationName(z))
          .min(1)
          .optional()
          .describe("Refreshed, each CONCURRENTLY where it has an index that allows that and readers are to go on."),
        lock_timeout: duration(z)
          .prefault("2s")
          .describe("How long to wait for one lock; who comes later waits as long."),
      })
      .refine(({ action, materialized_views: views }) => action !== undefined || views !== undefined, {
        error: "must have an `action`, `materialized_views`, or both: otherwise nothing is rebuilt",
      }),
  sql: ({ action }) => (action === undefined ? [] : [{ path: ["action"], text: action, form: "script" }]),
  async run({ action, materialized_views: views = [], lock_timeout: lockTimeout }, context) {
    return allOrNothing(context, async (session) => {
      await session.query(`set local lock_timeout = ${Math.ceil(lockTimeout)}`);
      if (action !== undefined) await session.query(action);
      for (const view of views) await refresh(session, view);
      return { action: action !== undefined, views: views.length };
    });
  },
});

/** CONCURRENTLY wants a view that was filled before, and a unique index over plain columns of all its rows. */
async function refresh(session: Session, name: string): Promise<void> {
  const view = await findRelation(session, name);
  const { rows } = await session.query<{ gently: boolean }>(
    `select c.relispopulated and exists (
       select from pg_catalog.pg_index i
       where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
     ) as gently
     from pg_catalog.pg_class c where c.oid = $1`,
    [view.oid],
  );
  await session.query(`refresh materialized view ${rows[0]?.gently === true ? "concurrently " : ""}${view.name}`);
}
