import { quoteIdentifier } from "@confiture/sql";
import { defineBuiltinHook } from "../builtin-hook-type.js";
import { relationName } from "../config-shapes.js";
import { beforeChanges, behindDdl, hourMs } from "../hook-events.js";
import { allOrNothing, ensureOwnTables } from "../hook-sessions.js";
import { type FoundRelation, findTables } from "./find-relations.js";

interface Statistics {
  readonly relation: string;
  readonly rows: string | null;
  readonly tableBytes: string | null;
  readonly indexBytes: string | null;
}

export const captureStatistics = defineBuiltinHook({
  type: "capture_statistics",
  kind: "database",
  what: "Counts rows and measures tables, and keeps the numbers for `verify_consistency`.",
  on: [...beforeChanges, ...behindDdl],
  onlyThere: "it measures what a migration is about to change, or has changed.",
  connections: ["own", "migration"],
  onlySo: "it asks the database.",
  timeoutMs: hourMs,
  idempotent: true,
  secrets: [],
  config: (z) =>
    z.strictObject({
      tables: z.array(relationName(z)).min(1).optional().describe("Which tables; without it, all of the project's."),
      capture_row_counts: z.boolean().default(true).describe("Count every row, which reads the whole table."),
      capture_table_sizes: z.boolean().default(true).describe("Ask how many bytes tables and indexes take."),
    }),
  async run(config, context, { ownSchema, id }) {
    await ensureOwnTables(context, ownSchema);
    return allOrNothing(context, async (session) => {
      const tables = await findTables(session, config.tables, ownSchema);
      const captured: Statistics[] = [];
      for (const table of tables) {
        const { rows } = await session.query<Statistics>(measure(table, config));
        captured.push(rows[0]!);
        context.metadata.report({ done: captured.length, total: tables.length, unit: "tables" });
      }
      await session.query(
        `insert into ${quoteIdentifier(ownSchema)}.table_statistics (execution_id, hook_id, version, relation, row_count, table_bytes, index_bytes)
         select $1, $2, $3, s.relation, s.rows, s.table_bytes, s.index_bytes
         from pg_catalog.jsonb_to_recordset($4) as s (relation text, rows bigint, table_bytes bigint, index_bytes bigint)`,
        [context.executionId, id, versionOf(context.data), JSON.stringify(captured.map(asRow))],
      );
      return { tables: captured.length };
    });
  },
});

function measure(
  { name }: FoundRelation,
  config: { capture_row_counts: boolean; capture_table_sizes: boolean },
): string {
  const literal = `'${name.replaceAll("'", "''")}'`;
  const sizes = config.capture_table_sizes
    ? `pg_catalog.pg_table_size(${literal}) as "tableBytes", pg_catalog.pg_indexes_size(${literal}) as "indexBytes"`
    : `null as "tableBytes", null as "indexBytes"`;
  const rows = config.capture_row_counts ? `(select pg_catalog.count(*) from ${name})` : "null";
  return `select ${literal} as relation, ${rows} as rows, ${sizes}`;
}

function asRow({ relation, rows, tableBytes, indexBytes }: Statistics) {
  return { relation, rows, table_bytes: tableBytes, index_bytes: indexBytes };
}

function versionOf(data: object): string | null {
  return "version" in data && typeof data.version === "string" ? data.version : null;
}
