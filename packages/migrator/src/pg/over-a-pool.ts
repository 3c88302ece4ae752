import type { MigrationPlan } from "@confiture/model";
import { databaseFromPool } from "@confiture/postgres";
import type { MigrateOutcome } from "../execute/migration-outcome.js";
import {
  type MigrateOptions,
  migrate as migrateDatabase,
  planMigrations as planOnDatabase,
  rollback as rollbackDatabase,
} from "../migrate.js";

/** A `pg` pool: the run takes clients of its own from it and gives them back as they were. */
export type PoolLike = Parameters<typeof databaseFromPool>[0];

/**
 * As `migrate` of `@confiture/migrator`, over a `pg` pool. It takes one client of the pool, and
 * opens up to two connections beside it, with the pool's settings, to watch locks and to tell a pooler.
 */
export function migrate(pool: PoolLike, options: MigrateOptions): Promise<MigrateOutcome> {
  return migrateDatabase(databaseFromPool(pool), options);
}

/** As `rollback` of `@confiture/migrator`, over a `pg` pool. */
export function rollback(pool: PoolLike, options: MigrateOptions): Promise<MigrateOutcome> {
  return rollbackDatabase(databaseFromPool(pool), options);
}

/** As `planMigrations` of `@confiture/migrator`, over a `pg` pool. */
export function planMigrations(
  pool: PoolLike,
  direction: "up" | "down",
  options: Omit<MigrateOptions, "plan">,
): Promise<MigrationPlan> {
  return planOnDatabase(databaseFromPool(pool), direction, options);
}
