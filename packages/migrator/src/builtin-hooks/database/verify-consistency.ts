import type { ZodNamespace } from "@confiture/config";
import { ConfitureError, type Session } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import { findOwnTable } from "../../record/find-own-table.js";
import { defineBuiltinHook } from "../builtin-hook-type.js";
import { columnName, relationName, sqlText } from "../config-shapes.js";
import { behindDdl, behindRun, hourMs } from "../hook-events.js";
import { sessionOf } from "../hook-sessions.js";
import { type Comparison, compareNumbers, type Nearness } from "./compare-numbers.js";
import { readComparison } from "./read-comparison.js";

interface Finding {
  readonly name: string;
  readonly passed: boolean;
  /** Without a value of a row. */
  readonly found: string;
}

export const verifyConsistency = defineBuiltinHook({
  type: "verify_consistency",
  kind: "database",
  what: "Holds numbers against each other: named queries, how much of a source is in a target, and row counts captured before.",
  on: [...behindDdl, ...behindRun],
  onlyThere: "it says whether the result is as it should be.",
  connections: ["own", "migration"],
  onlySo: "it asks the database.",
  timeoutMs: hourMs,
  idempotent: true,
  secrets: [],
  config: (z) =>
    z
      .strictObject({
        source_target_joins: z
          .array(joinShape(z))
          .min(1)
          .optional()
          .describe("How many keys of a source stand in a target."),
        checks: z
          .array(checkShape(z))
          .min(1)
          .optional()
          .describe("Queries that give what is expected and what is there."),
        validation_queries: z.array(checkShape(z)).min(1).optional().describe("Another name of `checks`."),
        captured: capturedShape(z)
          .optional()
          .describe("Row counts of `capture_statistics` in this run, held against those of now."),
      })
      .refine((config) => Object.values(config).some((part) => part !== undefined), {
        error: "must name something to check: `checks`, `source_target_joins` or `captured`",
      }),
  sql: ({ checks = [], validation_queries: queries = [] }) => [
    ...checks.map(({ query }, index) => ({
      path: ["checks", index, "query"],
      text: query,
      form: "statement" as const,
    })),
    ...queries.map(({ query }, index) => ({
      path: ["validation_queries", index, "query"],
      text: query,
      form: "statement" as const,
    })),
  ],
  async run(config, context, { ownSchema }) {
    const session = sessionOf(context);
    const findings: Finding[] = [];
    for (const join of config.source_target_joins ?? []) findings.push(await checkJoin(session, join));
    for (const check of [...(config.checks ?? []), ...(config.validation_queries ?? [])])
      findings.push(await checkQuery(session, check));
    if (config.captured !== undefined)
      findings.push(
        ...(await checkCaptured(session, config.captured, { ownSchema, executionId: context.executionId })),
      );
    refuseFailures(findings);
    return { checks: findings };
  },
});

function nearness(z: ZodNamespace) {
  return {
    expected_ratio: z.number().gt(0).max(1).optional().describe("The smaller by the larger is at least this."),
    tolerance_percent: z.number().min(0).optional().describe("How far off it may be, in percent of what is expected."),
  };
}

function joinShape(z: ZodNamespace) {
  return z.strictObject({
    name: z.string().min(1).optional(),
    source: relationName(z),
    target: relationName(z),
    join_key: columnName(z),
    ...nearness(z),
  });
}

function checkShape(z: ZodNamespace) {
  return z.strictObject({ name: z.string().min(1), query: sqlText(z), ...nearness(z) });
}

function capturedShape(z: ZodNamespace) {
  return z.strictObject({ tables: z.array(relationName(z)).min(1).optional(), ...nearness(z) });
}

interface WrittenNearness {
  readonly expected_ratio?: number | undefined;
  readonly tolerance_percent?: number | undefined;
}

function nearnessOf({ expected_ratio: expectedRatio, tolerance_percent: tolerancePercent }: WrittenNearness): Nearness {
  return { expectedRatio, tolerancePercent };
}

interface Join extends WrittenNearness {
  readonly name?: string | undefined;
  readonly source: string;
  readonly target: string;
  readonly join_key: string;
}

async function checkJoin(session: Session, join: Join): Promise<Finding> {
  const { source, target, join_key: key } = join;
  const { rows } = await session.query<{ keys: string; found: string }>(
    `select pg_catalog.count(*) as keys, pg_catalog.count(*) filter (where exists (select from ${target} t where t.${key} = s.${key})) as found
     from (select distinct ${key} from ${source} where ${key} is not null) s`,
  );
  const { keys = "0", found = "0" } = rows[0] ?? {};
  const comparison = compareNumbers(keys, found, nearnessOf(join));
  return {
    name: join.name ?? `${source} in ${target}`,
    passed: comparison.passed,
    found: `${found} of ${keys} keys of ${source} are in ${target}`,
  };
}

interface Check extends WrittenNearness {
  readonly name: string;
  readonly query: string;
}

async function checkQuery(session: Session, check: Check): Promise<Finding> {
  const { rows } = await session.query<Record<string, unknown>>(check.query, []);
  const read = readComparison(rows);
  if (read.kind === "nothing") return { name: check.name, passed: false, found: read.because };
  if (read.kind === "variances")
    return {
      name: check.name,
      passed: read.values.every((value) => Number(value) === 0),
      found: `${read.names.join(", ")} must be 0`,
    };
  return { name: check.name, ...described(compareNumbers(read.expected, read.actual, nearnessOf(check))) };
}

/** Sums of a user's query may be as secret as a row: only how far they are apart is told. */
function described({ passed, deviationPercent }: Comparison): Pick<Finding, "passed" | "found"> {
  const off = Number.isFinite(deviationPercent)
    ? `${Number(deviationPercent.toPrecision(3))} % off`
    : "nothing was expected";
  return { passed, found: passed && deviationPercent === 0 ? "equal" : off };
}

interface Captured extends WrittenNearness {
  readonly tables?: readonly string[] | undefined;
}

async function checkCaptured(
  session: Session,
  captured: Captured,
  { ownSchema, executionId }: { readonly ownSchema: string; readonly executionId: string },
): Promise<readonly Finding[]> {
  const { there } = await findOwnTable(session, ownSchema, "table_statistics");
  const { rows } = there
    ? await session.query<{ relation: string; rows: string }>(
        `select distinct on (relation) relation, row_count as rows from ${quoteIdentifier(ownSchema)}.table_statistics
         where execution_id = $1 and row_count is not null
           and ($2::text[] is null or pg_catalog.to_regclass(relation) = any (select pg_catalog.to_regclass(n) from pg_catalog.unnest($2::text[]) n))
         order by relation, id desc`,
        [executionId, captured.tables ?? null],
      )
    : { rows: [] };
  if (rows.length === 0 || (captured.tables !== undefined && rows.length < captured.tables.length))
    return [
      {
        name: "captured",
        passed: false,
        found: "nothing was captured in this run; add `capture_statistics` at before_ddl",
      },
    ];
  const findings: Finding[] = [];
  for (const { relation, rows: before } of rows) {
    const { rows: now } = await session.query<{ rows: string }>(`select pg_catalog.count(*) as rows from ${relation}`);
    const after = now[0]?.rows ?? "0";
    const { passed } = compareNumbers(before, after, nearnessOf(captured));
    findings.push({ name: `rows of ${relation}`, passed, found: `${before} before, ${after} now` });
  }
  return findings;
}

function refuseFailures(findings: readonly Finding[]): void {
  const failed = findings.filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  throw new ConfitureError(
    "CONFITURE_HOOK_CHECK",
    `${failed.length} of ${findings.length} checks failed: ${failed.map(({ name, found }) => `${name} (${found})`).join("; ")}.`,
    { hint: "Correct the data, or say how much is allowed with `tolerance_percent`.", facts: { checks: findings } },
  );
}
