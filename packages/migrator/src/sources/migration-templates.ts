/** What a new migration's files hold before somebody writes in them. */
export const migrationTemplates = {
  up: "-- What this migration does, and why.\n\n",
  down: "-- The way back. Remove this file when there is none.\n\n",
  yaml: `migration:
  description: What this migration does, and why.
  ddl: |
    -- Its statements.
  rollback:
    ddl: |
      -- The way back. Remove the rollback when there is none.
`,
  typescript: `import { defineMigration } from "@confiture/migrator";

export default defineMigration({
  async up(db) {
    // await db.schema.alterTable("orders").addColumn("note", "text").execute();
    throw new Error("Nothing is written in this migration yet.");
  },
  async down(db) {
    // await db.schema.alterTable("orders").dropColumn("note").execute();
    throw new Error("Nothing is written in this migration yet.");
  },
});
`,
} as const;

const untouched = new Set(
  [
    migrationTemplates.up,
    migrationTemplates.down,
    "-- Its statements.",
    "-- The way back. Remove the rollback when there is none.",
  ].map((text) => text.trim()),
);

/** True for SQL that says only what the template said. */
export function isTemplate(sql: string): boolean {
  return untouched.has(sql.trim());
}
