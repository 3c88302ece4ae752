import type { Catalog, Session, Statement } from "@confiture/model";
import { readCatalog } from "@confiture/schema";
import {
  compareEffects,
  type EffectDifference,
  type EffectPredictor,
  observeEffects,
  parseSqlFile,
} from "@confiture/sql";
import { openTestDatabase, type ServerVersion } from "@confiture/testkit";
import { drawWith } from "@confiture/testkit/draw";
import { arbitraryFile, arbitrarySchema } from "./arbitrary-ddl.js";

/** A statement that a server ran, and in what its prediction was wrong. */
export interface Mismatch {
  readonly seed: number;
  /** Statements of the same transaction before it. */
  readonly behind: readonly string[];
  readonly sql: string;
  readonly under: readonly EffectDifference[];
  readonly over: readonly EffectDifference[];
  readonly certainty: string;
}

/** What became of the statements that were tried. */
export interface RandomDdlReport {
  readonly version: ServerVersion;
  readonly seed: number;
  readonly databases: number;
  /** Statements that the server ran. */
  readonly compared: number;
  /** Of those, the ones whose prediction claims to be certain. */
  readonly certain: number;
  /** Those of which the prediction says that it does not understand them: then it claims nothing. */
  readonly unknown: number;
  readonly rejected: readonly { readonly sql: string; readonly because: string }[];
  readonly mismatches: readonly Mismatch[];
  /** The predictor threw. */
  readonly thrown: readonly { readonly sql: string; readonly error: string }[];
}

export interface TryRandomDdlOptions {
  readonly version: ServerVersion;
  readonly predict: EffectPredictor;
  readonly seed: number;
  /** How many statements shall be compared. */
  readonly samples: number;
  /** Leaves out files in which no statement matches. */
  readonly only?: RegExp;
}

/** So many statements share a database, and the one reading of its catalog. */
const samplesEach = 40;

export async function tryRandomDdl(options: TryRandomDdlOptions): Promise<RandomDdlReport> {
  const { version, seed, samples } = options;
  const tally = emptyTally();
  let databases = 0;
  while (tally.compared < samples) {
    await tryOneDatabase(
      { ...options, seed: seed + databases, samples: Math.min(samplesEach, samples - tally.compared) },
      tally,
    );
    databases += 1;
  }
  return { version, seed, databases, ...tally };
}

interface Tally {
  compared: number;
  certain: number;
  unknown: number;
  readonly rejected: { sql: string; because: string }[];
  readonly mismatches: Mismatch[];
  readonly thrown: { sql: string; error: string }[];
}

async function tryOneDatabase(options: TryRandomDdlOptions, tally: Tally): Promise<void> {
  await using database = await openTestDatabase({ version: options.version });
  await using session = await database.openSession();
  const catalog = await buildDatabase(session, arbitrarySchema(options.seed, options.version));
  const draw = drawWith(options.seed);
  const enough = tally.compared + options.samples;
  for (let attempt = 0; tally.compared < enough && attempt < 50 * samplesEach; attempt += 1) {
    const file = arbitraryFile({ draw, catalog, version: options.version });
    if (!file.some((text) => options.only?.test(text) ?? true)) continue;
    await tryFile({ ...options, session, catalog, file }, tally);
  }
}

/** @throws an Error that names the statement: what builds the database must be accepted. */
export async function buildDatabase(session: Session, setup: readonly string[]): Promise<Catalog> {
  // All in one message and one transaction: most of the time goes into going back and forth.
  await session.query(setup.join(";\n")).catch(() => buildOneByOne(session, setup));
  return readCatalog(session);
}

async function buildOneByOne(session: Session, setup: readonly string[]): Promise<void> {
  for (const text of setup) {
    await session.query(text).catch((cause: unknown) => {
      throw new Error(`the database cannot be built: ${text}: ${messageOf(cause)}`, { cause });
    });
  }
}

export interface FileToTry {
  readonly session: Session;
  readonly catalog: Catalog;
  readonly file: readonly string[];
  readonly version: ServerVersion;
  readonly predict: EffectPredictor;
  readonly seed: number;
}

/** Runs a file in one transaction that is rolled back, up to the first statement that the server refuses. */
export async function tryFile(work: FileToTry, tally: Tally): Promise<void> {
  const { session, file, seed } = work;
  const { statements } = await parseSqlFile(file.join(";\n"), { file: "random" });
  if (statements.some(({ transactionality }) => transactionality.kind === "alone")) return;
  const predicted = await predictFile(work, statements, tally);
  if (predicted === undefined) return;
  await session.query("begin");
  try {
    for (const [place, { text }] of statements.entries()) {
      const effect = predicted[place]!.effect;
      const observed = await observeEffects(session, text);
      const { under, over } = compareEffects(effect, observed);
      const behind = statements.slice(0, place).map((earlier) => earlier.text);
      tally.compared += 1;
      if (effect.certainty === "certain") tally.certain += 1;
      if (effect.certainty === "unknown") tally.unknown += 1;
      if (under.length + over.length > 0) {
        tally.mismatches.push({ seed, behind, sql: text, under, over, certainty: effect.certainty });
      }
    }
  } catch (error) {
    tally.rejected.push({ sql: file.join("; "), because: messageOf(error) });
  } finally {
    await session.query("rollback");
  }
}

async function predictFile({ catalog, version, predict }: FileToTry, statements: readonly Statement[], tally: Tally) {
  try {
    const predicted = await predict(statements, { catalog, serverVersion: version, searchPath: ["public"] });
    if (predicted.length !== statements.length)
      throw new Error(`${predicted.length} predictions of ${statements.length} statements`);
    return predicted;
  } catch (error) {
    tally.thrown.push({ sql: statements.map(({ text }) => text).join("; "), error: messageOf(error) });
    return undefined;
  }
}

export function emptyTally(): Tally {
  return { compared: 0, certain: 0, unknown: 0, rejected: [], mismatches: [], thrown: [] };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
