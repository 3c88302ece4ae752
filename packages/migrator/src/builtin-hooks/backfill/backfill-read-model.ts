import { defineBuiltinHook } from "../builtin-hook-type.js";
import { columnName, duration, relationName, sqlText } from "../config-shapes.js";
import { behindDdl, behindRun, hourMs } from "../hook-events.js";
import { runBackfill } from "./run-backfill.js";

const sources = ["source_table", "source_query", "backfill_query", "set"] as const;

export const backfillReadModel = defineBuiltinHook({
  type: "backfill_read_model",
  kind: "database",
  what: "Fills a table in batches: from another table, from a query, or in place. What was done stays done when it is interrupted, and nobody waits longer than one batch takes.",
  on: [...behindDdl, ...behindRun],
  onlyThere: "what it fills is there only behind the migration's DDL.",
  connections: ["own"],
  onlySo:
    "each batch is a transaction of its own; in the migration's, every row it touched would stay locked to the end.",
  timeoutMs: 20 * 24 * hourMs,
  idempotent: true,
  secrets: [],
  config: (z) =>
    z
      .strictObject({
        target_table: relationName(z).optional().describe("The table that is filled. `backfill_query` names its own."),
        source_table: relationName(z).optional().describe("Rows of this table, walked by its key."),
        source_tables: z
          .array(relationName(z))
          .optional()
          .describe("For readers: the tables a `backfill_query` reads."),
        source_query: sqlText(z)
          .optional()
          .describe("Rows of this query, read once into a table of ours; its columns are named as the target's."),
        backfill_query: sqlText(z)
          .optional()
          .describe("An INSERT … SELECT, done in batches: what it selects is read once into a table of ours."),
        set: z
          .record(z.string(), z.string())
          .optional()
          .describe("Updates rows of the target in place: column and expression."),
        columns: z
          .record(z.string(), z.string())
          .optional()
          .describe(
            "With `source_table`: column of the target and expression over the source (`s`). Without it, columns of the same name.",
          ),
        where: z.string().optional().describe("Only rows for which this holds."),
        on_conflict: z
          .enum(["update", "nothing", "error"])
          .optional()
          .describe(
            "What becomes of a row that is in the target already. Without it, it is updated where a unique index tells which it is.",
          ),
        batch_size: z.number().int().min(1).max(1_000_000).default(10_000).describe("Rows of one batch."),
        parallel_workers: z
          .number()
          .int()
          .min(1)
          .max(32)
          .default(1)
          .describe("How many batches run at a time, each on its own connection."),
        throttle: duration(z).prefault("0").describe("Pause of each worker behind each batch."),
        max_batch_duration: duration(z)
          .prefault("1s")
          .describe("Behind a batch that takes longer, batches are cut smaller."),
        lock_timeout: duration(z).prefault("2s").describe("How long a batch waits for rows that others have locked."),
        lock_retry: duration(z).prefault("5m").describe("How long it is tried again then."),
      })
      .superRefine((config, context) => {
        const given = sources.filter((key) => config[key] !== undefined);
        const wrong = (message: string) => context.addIssue({ code: "custom", message });
        if (given.length !== 1) wrong(`must say where rows come from with one of ${sources.join(", ")}`);
        if (config.target_table === undefined && config.backfill_query === undefined)
          wrong("must name a `target_table`");
        if (config.columns !== undefined && config.source_table === undefined)
          wrong("has `columns`, which are for a `source_table`");
        if (config.where !== undefined && config.source_table === undefined && config.set === undefined)
          wrong("has a `where`, which is for a `source_table` and for `set`: a query has its own");
        for (const key of [...Object.keys(config.set ?? {}), ...Object.keys(config.columns ?? {})])
          if (!columnName(z).safeParse(key).success) wrong("names a column that is no name as SQL spells it");
        if (Object.keys(config.set ?? { any: "" }).length === 0) wrong("has a `set` that sets nothing");
      }),
  sql: ({ source_query: query, backfill_query: insert, set = {}, columns = {}, where }) => [
    ...(query === undefined ? [] : [{ path: ["source_query"], text: query, form: "statement" as const }]),
    ...(insert === undefined ? [] : [{ path: ["backfill_query"], text: insert, form: "statement" as const }]),
    ...(where === undefined ? [] : [{ path: ["where"], text: where, form: "expression" as const }]),
    ...Object.entries(set).map(([column, text]) => ({ path: ["set", column], text, form: "expression" as const })),
    ...Object.entries(columns).map(([column, text]) => ({
      path: ["columns", column],
      text,
      form: "expression" as const,
    })),
  ],
  async run(config, context, { id, ownSchema }) {
    const { batch_size: rows, parallel_workers: workers, throttle, max_batch_duration: maxDurationMs } = config;
    const { source_tables: _sources, lock_timeout: lockTimeoutMs, lock_retry: lockRetryMs, ...task } = config;
    const {
      batch_size: _size,
      parallel_workers: _workers,
      throttle: _throttle,
      max_batch_duration: _max,
      ...what
    } = task;
    const version = "version" in context.data ? `${context.data.version}: ` : "";
    return runBackfill(
      what,
      { size: { rows, maxDurationMs }, limits: { lockTimeoutMs, lockRetryMs }, workers, throttleMs: throttle },
      { context, id: id.startsWith(version) ? id : `${version}${id}`, ownSchema },
    );
  },
});
