import type { Catalog, Session } from "@confiture/model";
import { compareCatalogs, compareObservations, diffCatalogs, observeSchema, readCatalog } from "@confiture/schema";
import { openTestDatabase, type ServerVersion, type TestDatabase } from "@confiture/testkit";
import { dumpSchema, normalizeDump } from "../pg-dump.js";

/** What came of going from one schema to another. */
export interface PairOutcome {
  readonly statements: readonly string[];
  /** The statement that failed, with what the server said. */
  readonly failure?: string;
  /** Why no statements lead there, when the difference says so itself. */
  readonly refused?: string;
  /** Objects that still differ, as the catalog has them. */
  readonly differences: readonly string[];
  /** What the second observer still sees. */
  readonly observed: readonly string[];
  /** What a second plan would do. */
  readonly again: readonly string[];
  /** Statements that only one of the two dumps has; undefined where no `pg_dump` was asked. */
  readonly dumped?: readonly string[];
}

export interface RunPairOptions {
  /** Compare what `pg_dump` says too: one that reads this server has to be there. */
  readonly dump?: boolean;
}

/** What is wrong with an outcome, in lines to print; nothing when the other schema was reached. A refusal is not wrong. */
export function faultsOf({
  failure,
  differences,
  observed,
  again,
  dumped = [],
  statements,
}: PairOutcome): readonly string[] {
  const faults = [...(failure === undefined ? [] : [failure]), ...differences, ...observed, ...again, ...dumped];
  return faults.length === 0 ? [] : [...faults, `by\n${statements.join(";\n")}`];
}

/** From `a` to `b` and from `b` to `a`, in a database of its own each. */
export async function runPair(
  version: ServerVersion,
  a: string,
  b: string,
  { dump = false }: RunPairOptions = {},
): Promise<{ readonly there: PairOutcome; readonly back: PairOutcome }> {
  await using one = await openTestDatabase({ version });
  await using other = await openTestDatabase({ version });
  await using first = await one.openSession();
  await using second = await other.openSession();
  const [left, right] = [await load(first, a), await load(second, b)];
  const observed = [await observeSchema(first), await observeSchema(second)] as const;
  const dumps = dump ? ([await dumpOf(one), await dumpOf(other)] as const) : undefined;
  const there = await bring(first, left, right, observed[1]);
  const back = await bring(second, right, left, observed[0]);
  if (dumps === undefined) return { there, back };
  return {
    there: { ...there, dumped: compareDumps(await dumpOf(one), dumps[1]) },
    back: { ...back, dumped: compareDumps(await dumpOf(other), dumps[0]) },
  };
}

async function dumpOf({ url }: TestDatabase): Promise<readonly string[]> {
  return normalizeDump(await dumpSchema(url));
}

function compareDumps(is: readonly string[], wanted: readonly string[]): readonly string[] {
  const [has, should] = [new Set(is), new Set(wanted)];
  return [
    ...is.filter((statement) => !should.has(statement)).map((statement) => `only reached: ${statement}`),
    ...wanted.filter((statement) => !has.has(statement)).map((statement) => `only wanted: ${statement}`),
  ];
}

async function load(session: Session, sql: string): Promise<Catalog> {
  await session.query("set client_min_messages = error");
  if (sql.trim() !== "") await session.query(sql);
  await session.query("reset all");
  await session.query("reset session authorization");
  return readCatalog(session);
}

/** Brings a database that stands as `before` to `after`. */
async function bring(
  session: Session,
  before: Catalog,
  after: Catalog,
  wanted: Awaited<ReturnType<typeof observeSchema>>,
): Promise<PairOutcome> {
  const nothing = { statements: [], differences: [], observed: [], again: [] };
  const plan = planOf(before, after);
  if (typeof plan === "string") return { ...nothing, refused: plan };
  const failure = await apply(session, plan);
  if (failure !== undefined) return { ...nothing, statements: plan, failure };
  const reached = await readCatalog(session);
  const again = planOf(reached, after);
  return {
    statements: plan,
    differences: compareCatalogs(reached, after).map(
      ({ kind, name, change, before: is, after: should }) => `${change} ${kind} ${name}: is ${is}, wanted ${should}`,
    ),
    observed: compareObservations(await observeSchema(session), wanted).map((difference) => JSON.stringify(difference)),
    again: typeof again === "string" ? [again] : again,
  };
}

function planOf(before: Catalog, after: Catalog): readonly string[] | string {
  try {
    return diffCatalogs(before, after).statements.map(({ sql }) => sql);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "CONFITURE_DIFF_IMPOSSIBLE") return error.message;
    throw error;
  }
}

async function apply(session: Session, statements: readonly string[]): Promise<string | undefined> {
  await session.query("set search_path = ''");
  await session.query("set check_function_bodies = off");
  await session.query("set client_min_messages = error");
  for (const sql of statements) {
    try {
      await session.query(sql);
    } catch (error) {
      return `${error instanceof Error ? error.message : String(error)}: ${sql}`;
    }
  }
  await session.query("reset all");
  return undefined;
}
