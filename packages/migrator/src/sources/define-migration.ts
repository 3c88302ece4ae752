import type { Kysely } from "kysely";

/** A migration written in TypeScript. `DB` describes the tables it touches; leave it out to write free-hand. */
export interface MigrationDefinition<DB = unknown> {
  /** For those who read the file; it is not recorded. */
  readonly description?: string;
  /** `db` runs over the run's session: what it does commits with the record. It cannot stream rows. */
  up(db: Kysely<DB>): Promise<void>;
  /** Absent: it cannot be undone. */
  down?(db: Kysely<DB>): Promise<void>;
  /**
   * False runs it outside a transaction, for statements PostgreSQL refuses inside one. After a crash or an error only a
   * person can then tell how far it came, and aborting does not stop it. Default true: all of it or nothing, and run
   * again from its first line when a lock cannot be had, so it should do nothing outside the database.
   */
  readonly transaction?: boolean;
}

/**
 * Types a migration program; the file exports what this returns as its default export.
 *
 * @example
 * export default defineMigration({
 *   async up(db) { await db.schema.createTable("tag").addColumn("id", "integer").execute(); },
 *   async down(db) { await db.schema.dropTable("tag").execute(); },
 * });
 */
export function defineMigration<DB = unknown>(definition: MigrationDefinition<DB>): MigrationDefinition<DB> {
  return definition;
}
