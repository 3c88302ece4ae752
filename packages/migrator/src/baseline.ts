import { createHash } from "node:crypto";
import type { Database, ShadowProvider } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { type CatalogDifference, catalogHash, compareCatalogs, readCatalog } from "@confiture/schema";
import { quoteIdentifier } from "@confiture/sql";
import { applyScript } from "./build/apply-script.js";
import { refuseAborted } from "./execute/cancel-on-abort.js";
import { type ExecutingRun, withRun, withRunSettings } from "./execute/run.js";
import { type RunOptions, resolveRunOptions } from "./execute/run-options.js";
import { examine, installInTransaction, type MigrationSource, migrateOnShadow, migrationsOf } from "./migrate.js";
import { checksumMigration } from "./plan/checksum-migration.js";
import { guardOwnTables } from "./record/guard-own-tables.js";
import type { Migration } from "./sources/migration.js";
import { sameVersion, versionKey } from "./sources/migration-version.js";

/** What a database is said to be, and where that is proven. */
export interface BaselineOptions extends RunOptions, MigrationSource {
  /** The version the database is said to be at: every migration up to it counts as applied. `003` or `3`. */
  readonly version: string;
  /** DDL that makes the schema of that version, as `buildSchema` joins it. Absent: the migrations up to it make it. */
  readonly script?: string;
  /** Where what the baseline says is built, to be compared with what is. */
  readonly shadow: ShadowProvider;
}

/** A baseline that was proven and is recorded. */
export interface BaselineOutcome {
  /** As it was asked for. */
  readonly version: string;
  /** SHA-256 (hex) of the live schema's canonical text, our own schema left out. */
  readonly catalogHash: string;
  /** Versions of the migrations that count as applied from now on; those recorded before are not among them. */
  readonly versions: readonly string[];
}

/**
 * Declares that a live database is at a version, after proving it: what the baseline says is built on a shadow, and the
 * two catalogs must be equal. It runs no statement of yours on the database itself. PostgreSQL 13 to 18.
 *
 * @throws CONFITURE_BASELINE_MISMATCH with every difference in `facts.differences`; CONFITURE_VERSION_UNKNOWN when
 * nothing says what the schema of that version is; CONFITURE_STATEMENT_FAILED and what else `migrate` and `applyBuild`
 * end with, when the shadow cannot be built; CONFITURE_SHADOW_UNAVAILABLE, CONFITURE_SERVER_VERSION,
 * CONFITURE_CATALOG_MOVED, CONFITURE_OWN_TABLES, CONFITURE_LOCK_HELD, CONFITURE_POOLER and what `readMigrations` throws
 */
export async function setBaseline(database: Database, options: BaselineOptions): Promise<BaselineOutcome> {
  const resolved = resolveRunOptions(options);
  const migrations = await migrationsOf(options);
  const upTo = versionKey(options.version);
  const covered = migrations.filter((migration) => versionKey(migration.version) <= upTo);
  if (options.script === undefined && covered.length === 0) {
    throw new ConfitureError(
      "CONFITURE_VERSION_UNKNOWN",
      `No migration is at or before version ${options.version}, and there is no DDL to say what the schema is.`,
      {
        hint: "Name a version of the migrations folder, or keep the DDL in the folders of schema.load_order.",
      },
    );
  }
  refuseUnknownVersion(options.version, covered, migrations);
  return withRun(database, resolved, async (run) => {
    const { status } = await examine(run, migrations);
    const known = new Set([...status.applied, ...status.underWay].map(({ version }) => versionKey(version)));
    const hash = await proveBaseline(run, covered, options);
    const added = covered.filter((migration) => !known.has(versionKey(migration.version)));
    await withRunSettings(run, "baseline", (executing) => recordBaseline(executing, options, added, hash));
    return { version: options.version, catalogHash: hash, versions: added.map(({ version }) => version) };
  });
}

/** A version beyond the migrations, or between two of them, is a slip of the pen; one before all of them is not. */
function refuseUnknownVersion(version: string, covered: readonly Migration[], all: readonly Migration[]): void {
  const newest = covered.at(-1);
  if (newest === undefined || all.some((migration) => sameVersion(migration.version, version))) return;
  throw new ConfitureError("CONFITURE_VERSION_UNKNOWN", `No migration has version \`${version}\`.`, {
    hint: `The newest before it is ${newest.version}_${newest.name}.`,
  });
}

async function proveBaseline(
  run: Pick<ExecutingRun, "session" | "options">,
  covered: readonly Migration[],
  options: BaselineOptions,
): Promise<string> {
  const { ownSchema } = run.options;
  const { signal } = run.options;
  refuseAborted(signal);
  await using shadow = await options.shadow.create();
  if (options.script === undefined) {
    const outcome = await migrateOnShadow(shadow, {
      migrations: covered,
      ownSchema,
      ...(signal === undefined ? {} : { signal }),
    });
    if (outcome.failed !== null) throw outcome.failed.error;
  } else {
    await using session = await shadow.openSession();
    await applyScript(session, options.script, {
      onProgress: () => refuseAborted(signal),
      serverWide: "skip",
    });
  }
  refuseAborted(signal);
  await using shadowSession = await shadow.openSession();
  const exclude = { exclude: [ownSchema] };
  const live = await readCatalog(run.session, exclude);
  const differences = compareCatalogs(await readCatalog(shadowSession, exclude), live);
  if (differences.length > 0) throw baselineMismatch(options, differences);
  return catalogHash(live);
}

function baselineMismatch(options: BaselineOptions, differences: readonly CatalogDifference[]): ConfitureError {
  const source = options.script === undefined ? `the migrations up to ${options.version}` : "the DDL";
  const named = differences.slice(0, 10).map(describeDifference);
  const more = differences.length > named.length ? `\n  and ${differences.length - named.length} more` : "";
  return new ConfitureError(
    "CONFITURE_BASELINE_MISMATCH",
    `The live schema is not what ${source} ${options.script === undefined ? "make" : "makes"}:\n  ${named.join("\n  ")}${more}`,
    {
      hint: "Correct the database or the files; nothing was recorded.",
      facts: { differences },
    },
  );
}

/** `missing: index public.orders_customer` as a person says it: from the expected to what is there. */
export function describeDifference(difference: CatalogDifference): string {
  const what = { added: "not expected", removed: "missing", changed: "different" }[difference.change];
  return `${what}: ${difference.kind} ${difference.name}`;
}

async function recordBaseline(
  run: ExecutingRun,
  options: BaselineOptions,
  added: readonly Migration[],
  hash: string,
): Promise<void> {
  const { journal } = run;
  const rows: string[] = [];
  for (const migration of added) {
    const { checksum, algorithm } = await checksumMigration(migration);
    const upText = migration.source === "typescript" ? migration.text : migration.up.text;
    const downText = migration.source === "typescript" ? undefined : migration.down?.text;
    const { version, name, source, file, rawHash } = migration;
    rows.push(
      journal.put(
        {
          version,
          name,
          source,
          file,
          rawHash,
          checksum,
          checksumAlgorithm: algorithm,
          upText,
          downText,
          how: "baseline",
        },
        "applied",
        { durationMs: 0, known: false },
      ),
    );
  }
  const event = journal.event({
    kind: "baseline_set",
    version: options.version,
    details: { catalogHash: hash, versions: added.map(({ version }) => version) },
  });
  await keepScript(run, { version: options.version, kind: "baseline", hash, script: options.script ?? "" }, [
    ...rows,
    event,
  ]);
}

/**
 * Records that a schema was just built into this database, with the script that made it (`SchemaBuild.script`):
 * rehearsals on a shadow start from there. PostgreSQL 13 to 18.
 *
 * @returns the SHA-256 (hex) of the schema's canonical text
 * @throws CONFITURE_OWN_TABLES, CONFITURE_SERVER_VERSION, CONFITURE_CATALOG_MOVED, CONFITURE_LOCK_HELD, CONFITURE_POOLER
 */
export async function recordBuild(
  database: Database,
  script: string,
  options: RunOptions,
): Promise<{ readonly catalogHash: string }> {
  const resolved = resolveRunOptions(options);
  return withRun(database, resolved, async (run) => {
    const hash = catalogHash(await readCatalog(run.session, { exclude: [resolved.ownSchema] }));
    await withRunSettings(run, "build", async (executing) => {
      const event = executing.journal.event({ kind: "build_applied", details: { catalogHash: hash } });
      await keepScript(executing, { version: null, kind: "build", hash, script }, [event]);
    });
    return { catalogHash: hash };
  });
}

interface KeptScript {
  readonly version: string | null;
  readonly kind: "build" | "baseline";
  readonly hash: string;
  readonly script: string;
}

async function keepScript(run: ExecutingRun, kept: KeptScript, records: readonly string[]): Promise<void> {
  const { session, options } = run;
  await installInTransaction(run);
  await guardOwnTables(session, options.ownSchema);
  await session.query(`begin; set local synchronous_commit = ${run.synchronousCommit}`);
  try {
    const { version, kind, hash, script } = kept;
    await session.query(
      `insert into ${quoteIdentifier(options.ownSchema)}.baselines (version, kind, catalog_hash, script, script_hash, execution_id, tool_version)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        version,
        kind,
        hash,
        script,
        createHash("sha256").update(script).digest("hex"),
        options.executionId,
        options.actor.toolVersion,
      ],
    );
    await session.query(`${records.join("\n")}\ncommit`);
  } catch (error) {
    await session.query("rollback");
    throw error;
  }
}
