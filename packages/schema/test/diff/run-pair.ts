import type { Catalog, Session } from "@confiture/model";
import { compareCatalogs, type DiffStatement, diffCatalogs, readCatalog } from "@confiture/schema";

/** A database somebody opened, and how to get rid of it. */
export type OpenDatabase = () => Promise<{ openSession(): Promise<Session & AsyncDisposable> } & AsyncDisposable>;

/** What came of going from one schema to another. */
export interface PairOutcome {
  readonly statements: readonly DiffStatement[];
  /** The statement that failed, with what the server said; or what was refused. */
  readonly failure?: string;
  /** Objects that still differ. */
  readonly differences: readonly string[];
  /** What a second plan would do. */
  readonly again: readonly string[];
}

/** From `a` to `b` and from `b` to `a`, in a database of its own each. */
export async function runPair(open: OpenDatabase, a: string, b: string): Promise<readonly [PairOutcome, PairOutcome]> {
  await using one = await open();
  await using other = await open();
  await using first = await one.openSession();
  await using second = await other.openSession();
  const [left, right] = [await load(first, a), await load(second, b)];
  return [await bring(first, left, right), await bring(second, right, left)];
}

async function load(session: Session, sql: string): Promise<Catalog> {
  await session.query("set client_min_messages = error");
  if (sql.trim() !== "") await session.query(sql);
  await session.query("reset all");
  await session.query("reset session authorization");
  return readCatalog(session);
}

/** Brings a database that stands as `before` to `after`. */
async function bring(session: Session, before: Catalog, after: Catalog): Promise<PairOutcome> {
  let statements: readonly DiffStatement[];
  try {
    ({ statements } = diffCatalogs(before, after));
  } catch (error) {
    return { statements: [], failure: `refused: ${message(error)}`, differences: [], again: [] };
  }
  const failure = await apply(session, statements);
  if (failure !== undefined) return { statements, failure, differences: [], again: [] };
  const reached = await readCatalog(session);
  return { statements, differences: differencesOf(reached, after), again: againOf(reached, after) };
}

function differencesOf(reached: Catalog, after: Catalog): readonly string[] {
  return compareCatalogs(reached, after).map(
    ({ kind, name, change, before, after: wanted }) =>
      `${change} ${kind} ${name}\n--- is\n${before ?? ""}\n--- wanted\n${wanted ?? ""}`,
  );
}

function againOf(reached: Catalog, after: Catalog): readonly string[] {
  try {
    return diffCatalogs(reached, after).statements.map(({ sql }) => sql);
  } catch (error) {
    return [message(error)];
  }
}

async function apply(session: Session, statements: readonly DiffStatement[]): Promise<string | undefined> {
  await session.query("set search_path = ''");
  await session.query("set check_function_bodies = off");
  await session.query("set client_min_messages = error");
  for (const { sql } of statements) {
    try {
      await session.query(sql);
    } catch (error) {
      return `${message(error)}\n${sql}`;
    }
  }
  return undefined;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
