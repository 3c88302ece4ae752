import type { Session } from "@confiture/model";
import { type ApplyBuildOptions, type ApplyOutcome, applyScript } from "./apply-script.js";
import type { SchemaBuild } from "./build-schema.js";

/**
 * Runs a build in an empty database, all of it in one transaction, statement by statement, each file's settings undone
 * before the next. Only a statement that PostgreSQL refuses in a transaction, and a new enum value that is used further
 * down, make a commit before the end; `commits` of the outcome names them. PostgreSQL 13 to 18.
 *
 * @throws CONFITURE_NOT_EMPTY, CONFITURE_SQL_SYNTAX, CONFITURE_META_COMMAND, CONFITURE_COPY_UNSUPPORTED and
 * CONFITURE_TRANSACTION_CONTROL before anything runs; CONFITURE_STATEMENT_FAILED and CONFITURE_CONNECTION_LOST with the
 * place of the statement
 *
 * @example
 * const build = await buildSchema({ root: process.cwd(), loadOrder: ["db/schema/**\/*.sql"] });
 * await using session = await database.openSession();
 * await applyBuild(session, build);
 */
export async function applyBuild(
  session: Session,
  build: SchemaBuild,
  options: ApplyBuildOptions = {},
): Promise<ApplyOutcome> {
  return applyScript(session, build.script, options);
}
