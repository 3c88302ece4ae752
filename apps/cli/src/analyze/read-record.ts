import { type Migration, type MigrationStatus, readStatus } from "@confiture/migrator";
import { ConfitureError } from "@confiture/model";
import type { Project } from "../project/open-project.js";

/**
 * What is applied to the environment and what is pending.
 *
 * @throws CONFITURE_OWN_TABLES for a role that may not read the record, and what `readStatus` throws
 */
export async function readRecord(project: Project, migrations: readonly Migration[]): Promise<MigrationStatus> {
  const { ownSchema } = project.config.migrations;
  try {
    return await readStatus(project.database, { migrations, ownSchema });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "42501")) throw error;
    throw new ConfitureError("CONFITURE_OWN_TABLES", `This role may not read what is recorded in \`${ownSchema}\`.`, {
      hint: `Grant it usage on schema ${ownSchema} and select on its tables, or name the files to analyse.`,
      cause: error,
    });
  }
}
