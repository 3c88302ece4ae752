import type { Catalog, Queryable, Statement } from "@confiture/model";
import { type CatalogDifference, compareCatalogs, readCatalog } from "@confiture/schema";
import {
  observeEffects,
  type ParsedFile,
  parseSqlFile,
  predictEffects,
  renderMigration,
  type SaferAnswer,
  type SaferSequence,
  type SaferSequenceOptions,
  saferSequence,
  saferSequences,
  splitStatements,
} from "@confiture/sql";
import { openTestDatabase, type ServerVersion, type TestDatabase } from "@confiture/testkit";
import { expect } from "vitest";
import { blockingWork } from "../../src/safer/blocking-work.js";

/** What keeps at least writers waiting. */
const stopsWrites: ReadonlySet<string> = new Set(["ShareLock", "ShareRowExclusiveLock", "AccessExclusiveLock"]);

export interface BothWays {
  readonly version: ServerVersion;
  /** Makes the tables and their rows. */
  readonly schema: string;
  readonly statement: string;
  /** Schemas in which the session looks; the sequence is told the same. */
  readonly searchPath?: readonly string[];
  /** What running code writes between the steps; on the other databases it is written beforehand. */
  readonly meanwhile?: readonly string[];
  /** Columns whose values are drawn anew for each row, so that only their number is compared. */
  readonly drawn?: readonly string[];
  /** Words that one of the caveats must hold. */
  readonly caveat?: RegExp;
  /** Steps that are predicted to do work and, as every step is watched, do none. */
  readonly watched?: RegExp;
  /** Steps that do work while writers wait, for there is no other way; a caveat says so. */
  readonly stillWorks?: RegExp;
  /** A difference that a caveat tells. */
  readonly tolerated?: (difference: CatalogDifference) => boolean;
}

/**
 * Runs a statement on one database, its safer sequence step by step on another, the rendered file on a third, and
 * expects the same catalog and the same rows everywhere, and no step that works while others wait.
 */
export async function runBothWays(given: BothWays): Promise<SaferSequence> {
  const { version, schema, statement } = given;
  await using plain = await openTestDatabase({ version, sql: schema });
  await using stepwise = await openTestDatabase({ version, sql: schema });
  await using fromFile = await openTestDatabase({ version, sql: schema });
  for (const db of [plain, stepwise, fromFile]) await setSearchPath(db, given);
  const answer = await ask(await only(statement), stepwise, given);
  if (answer.kind !== "safer") throw new Error(`${statement}: ${answer.kind}, ${answer.because}`);
  if (given.caveat !== undefined) expect(answer.caveats.join("\n")).toMatch(given.caveat);
  const meanwhile = (given.meanwhile ?? []).slice(0, answer.steps.length - 1);
  for (const sql of meanwhile) for (const db of [plain, fromFile]) await db.query(sql);
  await plain.query(statement);
  await runSteps(answer, stepwise, given);
  await runFile(answer, fromFile);
  const wanted = await readState(plain, given);
  for (const db of [stepwise, fromFile]) {
    const got = await readState(db, given);
    const differences = compareCatalogs(wanted.catalog, got.catalog);
    expect(differences.filter((one) => given.tolerated?.(one) !== true)).toEqual([]);
    expect(got.rows).toEqual(wanted.rows);
  }
  return answer;
}

export async function answerFor(text: string, options: SaferSequenceOptions): Promise<SaferAnswer> {
  return saferSequence(await only(text), options);
}

export async function catalogOf({ version, schema }: Pick<BothWays, "version" | "schema">): Promise<Catalog> {
  await using db = await openTestDatabase({ version, sql: schema });
  await using session = await db.openSession();
  return await readCatalog(session);
}

async function setSearchPath(db: Queryable, { searchPath }: BothWays): Promise<void> {
  if (searchPath !== undefined) await db.query(`set search_path = ${searchPath.join(", ")}`);
}

async function optionsFor(
  db: TestDatabase,
  { searchPath }: Pick<BothWays, "searchPath">,
): Promise<SaferSequenceOptions> {
  await using session = await db.openSession();
  const catalog = await readCatalog(session);
  return { catalog, ...(searchPath === undefined ? {} : { searchPath }) };
}

async function ask(statement: Statement, db: TestDatabase, given: Pick<BothWays, "searchPath">): Promise<SaferAnswer> {
  return saferSequence(statement, await optionsFor(db, given));
}

async function only(text: string): Promise<Statement> {
  const { statements } = await parseSqlFile(text, { file: "test" });
  expect(statements).toHaveLength(1);
  return statements[0]!;
}

async function runSteps({ steps }: SaferSequence, db: TestDatabase, given: BothWays): Promise<void> {
  const before = (await optionsFor(db, given)).catalog;
  const wasThere = (name: string) => before?.tables.some((table) => table.name === name) === true;
  for (const [position, step] of steps.entries()) {
    const parsed = await parseSqlFile(step.sql, { file: "step" });
    const options = await optionsFor(db, given);
    await expectNoWork(parsed, options, given);
    const isAlone = parsed.statements.some(({ transactionality }) => transactionality.kind === "alone");
    expect(isAlone, step.sql).toBe(step.transaction === "alone");
    await expectSafe(parsed, options, given);
    if (step.repeatUntil !== undefined) await repeat(step.sql, db);
    else if (step.transaction === "own") await runWatched(parsed, db, given, wasThere);
    else await db.query(step.sql);
    const written = given.meanwhile?.[position];
    if (written !== undefined && position < steps.length - 1) await db.query(written);
  }
}

async function expectNoWork({ statements }: ParsedFile, options: SaferSequenceOptions, given: BothWays): Promise<void> {
  for (const { statement, effect } of await predictEffects(statements, options)) {
    if (isExcepted(statement, given)) continue;
    expect(blockingWork(effect), statement.text).toEqual([]);
  }
}

function isExcepted({ text }: Statement, { watched, stillWorks }: BothWays): boolean {
  return watched?.test(text) === true || stillWorks?.test(text) === true;
}

/**
 * No statement of a step has a gentler way of its own, asked as things stand when the step begins. A rename would be
 * told to go by a view, which it is a part of here.
 */
async function expectSafe({ statements }: ParsedFile, options: SaferSequenceOptions, given: BothWays): Promise<void> {
  const inPlace = await saferSequences(statements, options);
  for (const [position, statement] of statements.entries()) {
    if (isExcepted(statement, given) || statement.kind === "RenameStmt") continue;
    const alone = await saferSequence(statement, options);
    // A key that takes the place of one which the step drops first would be refused when asked alone.
    const answer = alone.because.startsWith("the server refuses") ? inPlace[position]! : alone;
    expect(answer.kind, `${statement.text}: ${answer.because}`).toBe("already-safe");
  }
}

/** Runs a step and looks what the server does: no step may read, write or build while it keeps writers waiting. */
async function runWatched(
  { statements }: ParsedFile,
  db: TestDatabase,
  given: BothWays,
  wasThere: (name: string) => boolean,
): Promise<void> {
  await using session = await db.openSession();
  await setSearchPath(session, given);
  await session.query("begin");
  for (const { text } of statements) {
    const { locks, scans, rewrites, indexBuilds } = await observeEffects(session, text);
    const strong = locks.filter(({ mode }) => stopsWrites.has(mode));
    if (strong.length === 0 || given.stillWorks?.test(text) === true) continue;
    const work = [...scans, ...rewrites, ...indexBuilds.map(({ table }) => table)].filter(wasThere);
    expect(work, text).toEqual([]);
  }
  await session.query("commit");
}

async function repeat(sql: string, db: TestDatabase): Promise<void> {
  for (let pass = 0; pass < 50; pass += 1) {
    const { rowCount } = await db.query(sql);
    if (rowCount === 0) return;
  }
  throw new Error(`does not come to an end: ${sql}`);
}

async function runFile(sequence: SaferSequence, db: TestDatabase): Promise<void> {
  for (const when of ["now", "later"] as const) {
    const text = renderMigration(sequence, { when, lockTimeoutMs: 2000 });
    const { statements, metaCommands } = await parseSqlFile(text, { file: "up.sql" });
    expect(statements.filter(({ kind }) => kind === "unparsable")).toEqual([]);
    expect(metaCommands).toEqual([]);
    expect(splitStatements(text, { file: "up.sql" }).pieces.map((piece) => piece.text)).toEqual(
      statements.map((statement) => statement.text),
    );
    for (const statement of statements) await db.query(statement.text);
  }
}

interface State {
  readonly catalog: Catalog;
  readonly rows: Readonly<Record<string, readonly string[]>>;
}

async function readState(db: TestDatabase, { drawn = [] }: BothWays): Promise<State> {
  await using session = await db.openSession();
  const catalog = await readCatalog(session);
  const rows: Record<string, readonly string[]> = {};
  for (const { name } of catalog.tables) {
    const result = await session.query<{ row: string; drawn: string }>(
      `select (to_jsonb(t) - $1::text[])::text as row from only ${name} t order by 1`,
      [drawn],
    );
    rows[name] = result.rows.map(({ row }) => row);
    for (const column of drawn) {
      const [counts] = (
        await session.query<{ n: string }>(
          `select count(to_jsonb(t) ->> $1) || ' of ' || count(distinct to_jsonb(t) ->> $1) as n from only ${name} t`,
          [column],
        )
      ).rows;
      rows[`${name}.${column}`] = [counts!.n];
    }
  }
  return { catalog, rows };
}
