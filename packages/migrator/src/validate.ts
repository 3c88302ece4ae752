import type { Database, ShadowProvider } from "@confiture/model";
import { ConfitureError, isConfitureError } from "@confiture/model";
import { type CatalogDifference, compareCatalogs, readCatalog } from "@confiture/schema";
import { applyScript } from "./build/apply-script.js";
import { actsOnServer } from "./execute/program-session.js";
import { type RunOptions, resolveRunOptions, type ShadowRunOptions } from "./execute/run-options.js";
import { type HookedWithoutRun, momentsWithoutRun } from "./hooks/moments-without-run.js";
import { type MigrateOptions, type MigrationSource, migrate, migrationsOf, rollback } from "./migrate.js";
import { parseSqlText } from "./plan/parse-sql-text.js";
import { segmentStatements } from "./plan/segment-statements.js";
import { loadProgram } from "./sources/load-program.js";
import type { Migration } from "./sources/migration.js";
import { withBaseHint } from "./with-base-hint.js";

/** What reading a migration without running it found. */
export interface ValidatedMigration {
  readonly version: string;
  readonly name: string;
  readonly file: string;
  /** Whether there is a down, be it empty. */
  readonly reversible: boolean;
  /** Of the up: statements, and the segments they are grouped in. A program has 0: only running it can tell. */
  readonly statements: number;
  readonly segments: number;
  /**
   * Of the up or the down: CONFITURE_SQL_SYNTAX, CONFITURE_META_COMMAND, CONFITURE_TRANSACTION_CONTROL or
   * CONFITURE_MIGRATION_INVALID.
   */
  readonly error: ConfitureError | null;
}

/**
 * Reads every migration as a run would, both ways, and runs none; no database is needed. Loading a program runs what
 * stands outside its `up` and `down`. Throws what `readMigrations` throws; the rest is in `error`.
 *
 * @throws CONFITURE_HOOK_FAILED for a hook of `before_validate` or `after_validate`
 */
export async function validateMigrations(
  source: MigrationSource & HookedWithoutRun,
): Promise<readonly ValidatedMigration[]> {
  const migrations = await migrationsOf(source);
  const moments = momentsWithoutRun(source);
  const versions = migrations.map(({ version }) => version);
  const started = performance.now();
  await moments.reach("before_validate", { versions }, { place: "outside" });
  const validated = await Promise.all(migrations.map(validateOne));
  const problems = validated.flatMap(({ error, file }) => (error === null ? [] : [`${file}: ${error.message}`]));
  const durationMs = performance.now() - started;
  await moments.reach("after_validate", { versions, problems, durationMs }, { place: "outside" });
  return validated;
}

async function validateOne(migration: Migration): Promise<ValidatedMigration> {
  const base = { version: migration.version, name: migration.name, file: migration.file };
  try {
    if (migration.source === "typescript") {
      const program = await loadProgram(migration);
      return { ...base, reversible: program.down !== undefined, statements: 0, segments: 1, error: null };
    }
    const { statements } = await parseSqlText(migration.up);
    const segments = await segmentStatements(statements);
    if (migration.down !== undefined) await segmentStatements((await parseSqlText(migration.down)).statements);
    return {
      ...base,
      reversible: migration.down !== undefined,
      statements: statements.length,
      segments: segments.length,
      error: null,
    };
  } catch (error) {
    if (!isConfitureError(error)) throw error;
    return { ...base, reversible: false, statements: 0, segments: 0, error };
  }
}

/** What to prove, and where. */
export interface StairwayOptions extends Pick<RunOptions, "ownSchema" | "onProgress" | "signal">, MigrationSource {
  /** DDL that stands before the first migration. Absent: they start on an empty database. */
  readonly script?: string;
  /** Makes the one shadow database that all stairs are climbed on. */
  readonly shadow: ShadowProvider;
}

/** One stair: a migration taken up, down and up again. */
export interface Stair {
  readonly version: string;
  readonly name: string;
  /** `proven`: both ways compared equal. `irreversible`: it has no down, so there was nothing to prove. */
  readonly verdict: "proven" | "irreversible" | "failed";
  /** What is different after up → down, compared with before. */
  readonly afterDown: readonly CatalogDifference[];
  /** What is different after up → down → up, compared with the first up. */
  readonly afterUpAgain: readonly CatalogDifference[];
  /** CONFITURE_STAIRWAY_FAILED with the differences, or why a way could not be gone; null unless `failed`. */
  readonly error: ConfitureError | null;
}

/**
 * Proves every migration on a shadow database: up → down must give the catalog of before, and up again the one after.
 * Stops at the first that fails, since those behind it would start from a schema nobody meant. Catalogs are compared,
 * rows are not. PostgreSQL 13 to 18.
 *
 * @throws CONFITURE_SHADOW_UNAVAILABLE, what `applyBuild` throws for `script`, and what `readMigrations` throws
 */
export async function proveStairway(options: StairwayOptions): Promise<readonly Stair[]> {
  const migrations = await migrationsOf(options);
  await using shadow = await options.shadow.create();
  if (options.script !== undefined) {
    await using session = await shadow.openSession();
    await applyScript(session, options.script, { serverWide: "skip" });
  }
  const stairs: Stair[] = [];
  for (const [index, migration] of migrations.entries()) {
    const stair = await climb(shadow, migrations.slice(0, index + 1), migration, options);
    stairs.push(stair);
    if (stair.verdict === "failed") break;
  }
  return stairs;
}

async function climb(
  shadow: Database,
  upTo: readonly Migration[],
  migration: Migration,
  options: StairwayOptions,
): Promise<Stair> {
  const { ownSchema } = resolveRunOptions(options);
  // A program's queries are looked at as well.
  const run: MigrateOptions & ShadowRunOptions = {
    serverWide: "skip",
    migrations: upTo,
    ownSchema,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  };
  const base = { version: migration.version, name: migration.name };
  const reach = await reachOf(migration);
  if (reach !== undefined)
    return { ...base, verdict: "failed", afterDown: [], afterUpAgain: [], error: actsOnServer(reach) };
  const read = () => readShadow(shadow, ownSchema);
  try {
    const before = await read();
    await orThrow(migrate(shadow, run));
    const up = await read();
    if (!(await isReversible(migration)))
      return { ...base, verdict: "irreversible", afterDown: [], afterUpAgain: [], error: null };
    await orThrow(rollback(shadow, { ...run, steps: 1 }));
    const afterDown = compareCatalogs(before, await read());
    if (afterDown.length > 0)
      return {
        ...base,
        verdict: "failed",
        afterDown,
        afterUpAgain: [],
        error: stairwayFailed(migration, afterDown, []),
      };
    await orThrow(migrate(shadow, run));
    const afterUpAgain = compareCatalogs(up, await read());
    const failed = afterUpAgain.length > 0;
    return {
      ...base,
      verdict: failed ? "failed" : "proven",
      afterDown,
      afterUpAgain,
      error: failed ? stairwayFailed(migration, afterDown, afterUpAgain) : null,
    };
  } catch (error) {
    if (!isConfitureError(error)) throw error;
    return { ...base, verdict: "failed", afterDown: [], afterUpAgain: [], error: withBaseHint(error, options) };
  }
}

/** What a migration does to the whole server, either way: on a shadow it would be done for real. */
async function reachOf(migration: Migration): Promise<string | undefined> {
  if (migration.source === "typescript") return undefined;
  const texts = [migration.up, ...(migration.down === undefined ? [] : [migration.down])];
  const parsed = await Promise.all(texts.map(parseSqlText));
  return parsed.flatMap(({ statements }) => statements).find(({ serverWide }) => serverWide !== undefined)?.serverWide;
}

async function isReversible(migration: Migration): Promise<boolean> {
  if (migration.source !== "typescript") return migration.down !== undefined;
  return (await loadProgram(migration)).down !== undefined;
}

async function readShadow(shadow: Database, ownSchema: string) {
  await using session = await shadow.openSession();
  return await readCatalog(session, { exclude: [ownSchema] });
}

async function orThrow(run: ReturnType<typeof migrate>): Promise<void> {
  const outcome = await run;
  if (outcome.failed !== null) throw outcome.failed.error;
}

function stairwayFailed(
  migration: Migration,
  afterDown: readonly CatalogDifference[],
  afterUpAgain: readonly CatalogDifference[],
): ConfitureError {
  const differences = afterDown.length > 0 ? afterDown : afterUpAgain;
  const when = afterDown.length > 0 ? "up and down" : "up, down and up again";
  const words = { added: "left behind", removed: "lost", changed: "changed" };
  const named = differences
    .slice(0, 10)
    .map((difference) => `${words[difference.change]}: ${difference.kind} ${difference.name}`);
  const file = migration.source === "typescript" ? migration.file : (migration.down?.file ?? migration.file);
  return new ConfitureError(
    "CONFITURE_STAIRWAY_FAILED",
    `After ${when}, ${migration.version}_${migration.name} does not give the schema it should:\n  ${named.join("\n  ")}`,
    {
      at: { file, line: 1, column: 1 },
      hint: "Correct the down so that it undoes all the up does.",
      facts: { differences },
    },
  );
}
