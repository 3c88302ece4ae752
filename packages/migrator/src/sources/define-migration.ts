import type { Kysely } from "kysely";

/** A migration written in TypeScript. `DB` describes the tables it touches; leave it out to write free-hand. */
export interface MigrationDefinition<DB = unknown> {
  readonly description?: string;
  up(db: Kysely<DB>): Promise<void>;
  /** Absent: it cannot be undone. */
  down?(db: Kysely<DB>): Promise<void>;
  /**
   * False runs it outside a transaction, for statements PostgreSQL refuses inside one. After a crash only a person can
   * then tell how far it came. Default true: all of it or nothing, and run again from its first line when a lock cannot be had.
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
