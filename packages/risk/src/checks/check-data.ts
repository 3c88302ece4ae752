import type { DataRequirement, Queryable } from "@confiture/model";
import { type AskOptions, type BoundedQueries, openBoundedQueries } from "../ask/bounded-queries.js";
import { quoteLiteral } from "../ask/quote-literal.js";
import { unquoteIdentifier } from "../ask/relation-name.js";
import { type TimeBudget, timeBudget } from "../ask/time-budget.js";
import { type CheckedRelation, readCheckedCatalog } from "./checked-relation.js";
import type { DataCheck, RowKey } from "./data-check.js";
import { violatingRows } from "./violating-rows.js";
import type { ViolationQuery } from "./violation-query.js";

export interface CheckDataOptions extends AskOptions {
  /** Milliseconds for all requirements together. Default: `timeoutMs` for each of them. */
  readonly budgetMs?: number;
  /** How many violating rows are named for each requirement. Default 10. */
  readonly sampleSize?: number;
  /** `primary_key` also gives the values of the key's columns, which are row values. Default `ctid`, the place in the file. */
  readonly keys?: "ctid" | "primary_key";
}

/**
 * Counts on the server the rows that stand against what a plan requires, and names where some of them are. PostgreSQL 13–18;
 * needs SELECT on the relations. Each requirement has `timeoutMs` (default 1000) in a read-only transaction: what cannot be
 * counted in that time is `violated` with `exact: false` when some are found, else `not_inspected`. Row security that
 * would hide rows from this role makes it `not_inspected` too. Requirements hold SQL of the plan, which is run as it is.
 *
 * @throws TypeError when a transaction is open and `insideTransaction` does not say so.
 */
export async function checkData(
  queryable: Queryable,
  requirements: readonly DataRequirement[],
  options: CheckDataOptions = {},
): Promise<readonly DataCheck[]> {
  const queries = await openBoundedQueries(queryable, options);
  const eachMs = options.timeoutMs ?? 1_000;
  return checkRequirements(queries, requirements, {
    budget: timeBudget(options.budgetMs ?? eachMs * 2 * requirements.length, eachMs),
    sampleSize: options.sampleSize ?? 10,
    keys: options.keys ?? "ctid",
  });
}

export interface CheckScope {
  readonly budget: TimeBudget;
  readonly sampleSize: number;
  readonly keys: "ctid" | "primary_key";
}

/** The checks in the order of the requirements, one after another while there is time. */
export async function checkRequirements(
  queries: BoundedQueries,
  requirements: readonly DataRequirement[],
  scope: CheckScope,
): Promise<readonly DataCheck[]> {
  if (requirements.length === 0) return [];
  const catalog = await readCheckedCatalog(queries, requirements, scope.keys);
  const checks: DataCheck[] = [];
  for (const requirement of requirements) {
    if (typeof catalog === "string") {
      checks.push({ kind: "not_inspected", requirement, because: catalog });
      continue;
    }
    const rows = violatingRows(requirement, catalog, queries.serverVersion);
    const relation = catalog.relations.get(requirement.relation);
    checks.push(
      rows.kind === "unknown" || relation === undefined
        ? { kind: "not_inspected", requirement, because: rows.kind === "unknown" ? rows.because : "it does not exist" }
        : await checkOne(queries, { requirement, rows, relation, scope }),
    );
  }
  return checks;
}

interface OneCheck {
  readonly requirement: DataRequirement;
  readonly rows: Exclude<ViolationQuery, { kind: "unknown" }>;
  readonly relation: CheckedRelation;
  readonly scope: CheckScope;
}

async function checkOne(queries: BoundedQueries, check: OneCheck): Promise<DataCheck> {
  const { requirement, rows, scope } = check;
  const query = rows.kind === "attempt" ? rows.query : countQuery(rows);
  const timeoutMs = scope.budget.next();
  if (timeoutMs === 0) return { kind: "not_inspected", requirement, because: "the time for all checks was used up" };
  const counted = await queries.ask<{ rows: string }>(query, { timeoutMs, names: "caller" });
  if (rows.kind === "attempt") {
    if (counted.kind === "answered") return { kind: "satisfied", requirement, query };
    // A data exception, or a constraint of a domain: one row at least is to blame.
    return /^2[23]/.test(counted.sqlState)
      ? { kind: "violated", requirement, rows: 1, exact: false, sample: [], query }
      : { kind: "not_inspected", requirement, because: counted.because };
  }
  if (counted.kind === "refused") {
    // An expression that fails on a row is a row that fails: the statement would end there too.
    if (/^22/.test(counted.sqlState))
      return { kind: "violated", requirement, rows: 1, exact: false, sample: [], query };
    return counted.sqlState === "57014"
      ? checkSome(queries, check, query)
      : { kind: "not_inspected", requirement, because: counted.because };
  }
  const total = Number(counted.rows[0]?.rows);
  if (total === 0) return { kind: "satisfied", requirement, query };
  const sample = (await readSample(queries, check)) ?? [];
  return { kind: "violated", requirement, rows: total, exact: true, sample, query };
}

/** Counting takes too long; finding a few may not. When even all were looked at, the answer is whole. */
async function checkSome(queries: BoundedQueries, check: OneCheck, query: string): Promise<DataCheck> {
  const { requirement, scope } = check;
  const sample = await readSample(queries, check);
  if (sample === undefined) {
    return { kind: "not_inspected", requirement, because: "looking at its rows takes longer than allowed" };
  }
  if (sample.length === 0 && scope.sampleSize > 0) return { kind: "satisfied", requirement, query };
  const exact = sample.length < scope.sampleSize;
  return { kind: "violated", requirement, rows: sample.length, exact, sample, query };
}

async function readSample(queries: BoundedQueries, check: OneCheck): Promise<readonly RowKey[] | undefined> {
  const { rows, scope } = check;
  const timeoutMs = scope.budget.next();
  if (rows.kind === "attempt" || timeoutMs === 0 || scope.sampleSize < 1) return undefined;
  const answer = await queries.ask<RowKey>(sampleQuery(rows, check), { timeoutMs, names: "caller" });
  if (answer.kind === "refused") return undefined;
  return answer.rows.map(({ relation, ctid, primaryKey }) => ({
    relation,
    ctid,
    ...(primaryKey ? { primaryKey } : {}),
  }));
}

type FoundByRow = Extract<ViolationQuery, { kind: "rows" }>;

function countQuery({ from, where, alike }: FoundByRow): string {
  if (alike === undefined) return `select pg_catalog.count(*)::text as rows from ${from} where ${where}`;
  return `select coalesce(pg_catalog.sum(copies), 0)::text as rows from (
  select pg_catalog.count(*) as copies from ${from} where ${where}
  group by ${alike.map((column) => `(${column})`).join(", ")} having pg_catalog.count(*) > 1
) alike`;
}

function sampleQuery({ from, where, alike }: FoundByRow, { relation, scope }: OneCheck): string {
  const parts = relation.primaryKey.map((column) => `${quoteLiteral(unquoteIdentifier(column))}, ${column}::text`);
  const key =
    scope.keys === "primary_key" && parts.length > 0
      ? `pg_catalog.json_build_object(${parts.join(", ")})`
      : "null::json";
  const copies =
    alike === undefined
      ? "2"
      : `pg_catalog.count(*) over (partition by ${alike.map((column) => `(${column})`).join(", ")})`;
  return `
select (
    select pg_catalog.format('%I.%I', n.nspname, c.relname)
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.oid = found.tableoid
  ) as relation, found.ctid::text as ctid, found.key as "primaryKey"
from (
  select tableoid, ctid, ${key} as key, ${copies} as copies from ${from} where ${where}
) found
where copies > 1
limit ${Math.floor(scope.sampleSize)}`;
}
