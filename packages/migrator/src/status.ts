import type { Database } from "@confiture/model";
import { type RunOptions, resolveRunOptions } from "./execute/run-options.js";
import { examine, type MigrationSource, migrationsOf } from "./migrate.js";
import type { MigrationStatus } from "./plan/examine-history.js";

/**
 * What is applied, pending, and out of joint. Reads only: neither lock nor tables are needed. Nothing it finds is an
 * error; `migrate` is what refuses.
 *
 * @throws CONFITURE_OWN_TABLES when the role may not read our tables, what `readMigrations` throws, and what opening a
 * session throws
 */
export async function readStatus(
  database: Database,
  options: Pick<RunOptions, "ownSchema"> & MigrationSource,
): Promise<MigrationStatus> {
  const resolved = resolveRunOptions(options);
  const migrations = await migrationsOf(options);
  await using session = await database.openSession();
  const { status } = await examine({ session, options: resolved }, migrations);
  return status;
}
