import type { AppliedMigration, History } from "../record/applied-migration.js";
import type { StoredTexts } from "../record/read-history.js";
import type { Migration } from "../sources/migration.js";
import { compareVersions, versionKey } from "../sources/migration-version.js";
import { checksumMigration, checksumStoredText } from "./checksum-migration.js";

/** The files and the record, held against each other. */
export interface MigrationStatus {
  /** Applied whole, in order of version. */
  readonly applied: readonly AppliedMigration[];
  /** Not applied, in order; a migration that was applied in part is among them. */
  readonly pending: readonly Migration[];
  /** Applied, and its file is gone. */
  readonly missing: readonly AppliedMigration[];
  /** Applied, and its file says something else now. */
  readonly changed: readonly { readonly applied: AppliedMigration; readonly migration: Migration }[];
  /** Pending, and older than one that was applied: merged late. */
  readonly outOfOrder: readonly Migration[];
  /** Begun and committed in part: `applying` or `reverting`. */
  readonly underWay: readonly AppliedMigration[];
}

/**
 * Holds the files against the record. An equal raw hash means unchanged; otherwise the parse trees decide, so that a
 * comment, white space or a line end is no change. `readTexts` is asked only for what another checksum algorithm wrote.
 */
export async function examineHistory(
  history: History,
  migrations: readonly Migration[],
  readTexts: (versions: readonly string[]) => Promise<ReadonlyMap<string, StoredTexts>>,
): Promise<MigrationStatus> {
  const filed = new Map(migrations.map((migration) => [versionKey(migration.version), migration]));
  const recorded = new Map(history.migrations.map((applied) => [versionKey(applied.version), applied]));
  const whole = history.migrations.filter((applied) => applied.state === "applied");
  const newest = whole.reduce<bigint>(
    (highest, { version }) => (versionKey(version) > highest ? versionKey(version) : highest),
    -1n,
  );
  const pending = migrations.filter((migration) => recorded.get(versionKey(migration.version))?.state !== "applied");
  return {
    applied: whole,
    pending,
    missing: history.migrations.filter((applied) => !filed.has(versionKey(applied.version))),
    changed: await findChanged(whole, filed, readTexts),
    outOfOrder: pending.filter(({ version }) => versionKey(version) < newest && !recorded.has(versionKey(version))),
    underWay: history.migrations
      .filter((applied) => applied.state !== "applied")
      .sort((left, right) => compareVersions(left.version, right.version)),
  };
}

async function findChanged(
  applied: readonly AppliedMigration[],
  filed: ReadonlyMap<bigint, Migration>,
  readTexts: (versions: readonly string[]) => Promise<ReadonlyMap<string, StoredTexts>>,
): Promise<MigrationStatus["changed"]> {
  const suspects = applied.flatMap((row) => {
    const migration = filed.get(versionKey(row.version));
    return migration === undefined || migration.rawHash === row.rawHash ? [] : [{ applied: row, migration }];
  });
  const changed: { applied: AppliedMigration; migration: Migration }[] = [];
  for (const suspect of suspects) {
    const now = await checksumMigration(suspect.migration);
    const then =
      now.algorithm === suspect.applied.checksumAlgorithm
        ? suspect.applied.checksum
        : await checksumStoredText(
            suspect.applied,
            (await readTexts([suspect.applied.version])).get(suspect.applied.version)?.up ?? "",
          );
    if (now.checksum !== then) changed.push(suspect);
  }
  return changed;
}
