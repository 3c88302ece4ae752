import { defineBuiltinHook } from "../builtin-hook-type.js";
import { relationName } from "../config-shapes.js";
import { behindDdl, behindRun, hourMs } from "../hook-events.js";
import { sessionOf } from "../hook-sessions.js";
import { findTables } from "./find-relations.js";

export const analyzeStatistics = defineBuiltinHook({
  type: "analyze_statistics",
  kind: "database",
  what: "Runs ANALYZE, so that the planner knows the tables as they are now.",
  on: [...behindDdl, ...behindRun],
  onlyThere: "before a migration there is nothing new to learn.",
  connections: ["own", "migration"],
  onlySo: "it asks the database.",
  timeoutMs: hourMs,
  idempotent: true,
  secrets: [],
  config: (z) =>
    z.strictObject({
      tables: z.array(relationName(z)).min(1).optional().describe("Which tables; without it, all of the project's."),
      update_table_stats: z
        .literal(true)
        .optional()
        .describe("Says what the hook does in any case; leave the hook out when that is not wanted."),
    }),
  async run({ tables }, context, { ownSchema }) {
    const session = sessionOf(context);
    const found = await findTables(session, tables, ownSchema);
    for (const [index, { name }] of found.entries()) {
      context.signal.throwIfAborted();
      await session.query(`analyze ${name}`);
      context.metadata.report({ done: index + 1, total: found.length, unit: "tables" });
    }
    return { tables: found.length };
  },
});
