import type { MigrationPlan } from "@confiture/model";
import { databaseFromPool } from "@confiture/postgres";
import type { MigrateOutcome } from "../execute/migration-outcome.js";
import {
  type MigrateOptions,
  migrate as migrateDatabase,
  planMigrations as planOnDatabase,
  rollback as rollbackDatabase,
} from "../migrate.js";

/**
 * A `pg` pool. What a client had set is restored before it goes back; a setting of your own making (`app.tenant`) that a
 * migration sets for the session stays.
 */
export type PoolLike = Parameters<typeof databaseFromPool>[0];

/**
 * As `migrate` of `@confiture/migrator`, over a `pg` pool. It takes one client of the pool, and
 * opens up to two connections beside it, with the pool's settings, to watch locks and to tell a pooler. To cancel on
 * `signal` it takes a second client: from a pool of one, the running statement comes to its end first.
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
