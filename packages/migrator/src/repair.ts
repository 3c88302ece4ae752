import { existsSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Database } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import { type ExecutingRun, withRun, withRunSettings } from "./execute/run.js";
import { type RunOptions, resolveRunOptions } from "./execute/run-options.js";
import { examine, type MigrationSource, migrationsOf } from "./migrate.js";
import { checksumMigration } from "./plan/checksum-migration.js";
import type { MigrationStatus } from "./plan/examine-history.js";
import type { AppliedMigration } from "./record/applied-migration.js";
import { readStoredTexts } from "./record/read-history.js";
import type { Migration } from "./sources/migration.js";
import { readMigrationFileName } from "./sources/migration-file-name.js";
import { sameVersion } from "./sources/migration-version.js";
import { nextVersion } from "./sources/new-migration.js";

/** What a person decided about a record and a file that contradict each other. */
export type Repair =
  /** The database already is as the edited file says: keep the new checksum and copy. */
  | { readonly kind: "accept-changed"; readonly version: string }
  /** Write a lost file back from the copy kept, into `directory`; what was YAML comes back as .up.sql and .down.sql. */
  | { readonly kind: "restore"; readonly version: string; readonly directory: string }
  /** Drop it from the record; the database is left as it is. */
  | { readonly kind: "forget"; readonly version: string }
  /** The interrupted statement did happen, or the interrupted program came to its end. */
  | { readonly kind: "mark-finished"; readonly version: string }
  /** The interrupted statement did not happen, or was undone by hand. */
  | { readonly kind: "mark-not-started"; readonly version: string };

/** What a repair did. */
export interface RepairOutcome {
  /** As it was recorded. */
  readonly version: string;
  /** A sentence for a person. */
  readonly done: string;
  /** Paths of the files written. */
  readonly files: readonly string[];
}

/**
 * Carries out one decision, under the run's lock, and records it as an event.
 *
 * @throws CONFITURE_VERSION_UNKNOWN when the version does not have that problem, CONFITURE_LOCK_HELD, CONFITURE_POOLER,
 * and what `readMigrations` throws
 */
export async function repair(
  database: Database,
  decision: Repair,
  options: RunOptions & MigrationSource,
): Promise<RepairOutcome> {
  const resolved = resolveRunOptions(options);
  const migrations = await migrationsOf(options);
  return withRun(database, resolved, async (run) => {
    const { status } = await examine(run, migrations);
    return withRunSettings(run, "repair", (executing) => carryOut(executing, decision, status, migrations));
  });
}

async function carryOut(
  run: ExecutingRun,
  decision: Repair,
  status: MigrationStatus,
  migrations: readonly Migration[],
): Promise<RepairOutcome> {
  switch (decision.kind) {
    case "accept-changed":
      return acceptChanged(run, decision.version, status);
    case "restore":
      return restore(run, decision.version, decision.directory, status);
    case "forget":
      return forget(run, decision.version, status);
    case "mark-finished":
    case "mark-not-started":
      return markStep(run, decision, status, migrations);
    default:
      return decision satisfies never;
  }
}

async function acceptChanged(run: ExecutingRun, version: string, status: MigrationStatus): Promise<RepairOutcome> {
  const found = status.changed.find(({ applied }) => sameVersion(applied.version, version));
  if (found === undefined) throw noSuchProblem(version, "was not edited since it was applied");
  const { migration, applied } = found;
  const { checksum, algorithm } = await checksumMigration(migration);
  const upText = migration.source === "typescript" ? migration.text : migration.up.text;
  const downText = migration.source === "typescript" ? null : (migration.down?.text ?? null);
  await recordRepair(run, applied, "accepted the edited file", async (own) => {
    await run.session.query(
      `update ${own}.migrations set checksum = $2, checksum_algorithm = $3, raw_hash = $4, up_text = $5, down_text = $6, file = $7, name = $8 where version = $1`,
      [applied.version, checksum, algorithm, migration.rawHash, upText, downText, migration.file, migration.name],
    );
  });
  return { version: applied.version, done: `The record now says what ${migration.file} says.`, files: [] };
}

async function restore(
  run: ExecutingRun,
  version: string,
  directory: string,
  status: MigrationStatus,
): Promise<RepairOutcome> {
  const applied = status.missing.find((row) => sameVersion(row.version, version));
  if (applied === undefined) throw noSuchProblem(version, "has its file");
  const texts = (await readStoredTexts(run.session, run.options.ownSchema, [applied.version])).get(applied.version);
  const stem = `${applied.version}_${applied.name}`;
  const files: [string, string][] =
    applied.source === "typescript"
      ? [[`${stem}.ts`, texts?.up ?? ""]]
      : [
          [`${stem}.up.sql`, texts?.up ?? ""],
          ...(typeof texts?.down === "string" ? ([[`${stem}.down.sql`, texts.down]] as [string, string][]) : []),
        ];
  const paths = files.map(([name]) => join(directory, name));
  const lost = paths.filter((path) => !existsSync(path));
  for (const [index, [, text]] of files.entries()) {
    const path = paths[index] ?? "";
    if (lost.includes(path)) writeFileSync(path, text, { flag: "wx" });
  }
  await recordRepair(run, applied, "restored the file", async () => undefined);
  return {
    version: applied.version,
    done: `Written back${applied.source === "yaml" ? ", as SQL," : ""} from the copy kept when it was applied.`,
    files: lost,
  };
}

async function forget(run: ExecutingRun, version: string, status: MigrationStatus): Promise<RepairOutcome> {
  const applied = [...status.applied, ...status.underWay].find((row) => sameVersion(row.version, version));
  if (applied === undefined) throw noSuchProblem(version, "is not in the record");
  await recordRepair(run, applied, "forgot it", async (own) => {
    await run.session.query(`delete from ${own}.steps where version = $1`, [applied.version]);
    await run.session.query(`delete from ${own}.migrations where version = $1`, [applied.version]);
  });
  return {
    version: applied.version,
    done: "It is no longer in the record; the database itself was left as it is.",
    files: [],
  };
}

async function markStep(
  run: ExecutingRun,
  decision: Extract<Repair, { kind: "mark-finished" | "mark-not-started" }>,
  status: MigrationStatus,
  migrations: readonly Migration[],
): Promise<RepairOutcome> {
  const applied = status.underWay.find((row) => sameVersion(row.version, decision.version));
  const known = migrations.some((migration) => sameVersion(migration.version, decision.version));
  if (applied === undefined) throw noSuchProblem(decision.version, known ? "is not in doubt" : "is not in the record");
  const happened = decision.kind === "mark-finished";
  await refuseSettleable(run, applied.version);
  await recordRepair(
    run,
    applied,
    happened ? "said that the interrupted statement happened" : "said that the interrupted statement did not happen",
    async (own) => {
      const { rowCount } = await run.session.query(
        happened
          ? `update ${own}.steps set state = 'finished', finished_at = pg_catalog.clock_timestamp() where version = $1 and state = 'started'`
          : `delete from ${own}.steps where version = $1 and state = 'started'`,
        [applied.version],
      );
      if (rowCount === 0) throw noSuchProblem(decision.version, "has no interrupted statement");
    },
  );
  return { version: applied.version, done: "Recorded. `confiture migrate resume` goes on from here.", files: [] };
}

/** What the server can be asked, nobody has to say: and what they say could be wrong. */
async function refuseSettleable(run: ExecutingRun, version: string): Promise<void> {
  const { rows } = await run.session.query<{ statement: string; kind: string | null }>(
    `select statement, evidence -> 'action' ->> 'kind' as kind from ${quoteIdentifier(run.options.ownSchema)}.steps where version = $1 and state = 'started'`,
    [version],
  );
  const open = rows[0];
  if (open === undefined || open.kind === null || open.kind === "unknowable") return;
  throw new ConfitureError("CONFITURE_USAGE", `The server itself can tell what became of \`${open.statement}\`.`, {
    hint: "Run `confiture migrate resume`: it looks, cleans up and goes on. Where the statement cannot succeed, take it out of the file first.",
  });
}

async function recordRepair(
  run: ExecutingRun,
  applied: AppliedMigration,
  done: string,
  change: (own: string) => Promise<void>,
): Promise<void> {
  const { session, journal, options } = run;
  await session.query(`begin; set local synchronous_commit = ${run.synchronousCommit}`);
  try {
    await change(quoteIdentifier(options.ownSchema));
    await session.query(
      `${journal.event({ kind: "repaired", version: applied.version, name: applied.name, details: { done } })}\ncommit`,
    );
  } catch (error) {
    await session.query("rollback");
    throw error;
  }
}

function noSuchProblem(version: string, because: string): ConfitureError {
  return new ConfitureError(
    "CONFITURE_VERSION_UNKNOWN",
    `Migration ${version} ${because}; there is nothing to repair.`,
    {
      hint: "`confiture migrate repair` without flags lists what is out of joint.",
    },
  );
}

/** Files renamed: each of `from` has become the one of `to` in the same position. */
export interface Renumbered {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/**
 * Gives a migration that was merged late, or shares its version with another, a version later than every other. Only
 * files are renamed, both of an SQL pair; refuse it for one that is applied by looking at the status first.
 *
 * @param existing versions that are taken
 * @param now the moment that becomes the version
 * @throws CONFITURE_FILE_NOT_FOUND, CONFITURE_MIGRATION_NAME; CONFITURE_VERSION_UNKNOWN when one of `existing` is none
 */
export function renumberMigration(file: string, existing: readonly string[], now: Date): Renumbered {
  if (!existsSync(file)) {
    throw new ConfitureError("CONFITURE_FILE_NOT_FOUND", `There is no file \`${file}\`.`, {
      hint: "Name the file as it stands in the migrations folder.",
    });
  }
  const name = readMigrationFileName(basename(file), file);
  if (name === undefined)
    throw new ConfitureError("CONFITURE_MIGRATION_NAME", `\`${file}\` is not a migration.`, {
      hint: "Name an .up.sql, .yaml or .ts file of the migrations folder.",
    });
  const version = nextVersion(now, existing);
  const pairs = siblingsOf(file, name.part).map(
    (path) => [path, join(dirname(path), `${version}${basename(path).slice(name.version.length)}`)] as const,
  );
  for (const [from, to] of pairs) renameSync(from, to);
  return { from: pairs.map(([from]) => from), to: pairs.map(([, to]) => to) };
}

function siblingsOf(file: string, part: string): readonly string[] {
  if (part !== "up" && part !== "down") return [file];
  const stem = file.replace(/\.(up|down)\.sql$/, "");
  return [`${stem}.up.sql`, `${stem}.down.sql`].filter((path) => existsSync(path));
}
