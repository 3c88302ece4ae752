import type { Session } from "@confiture/model";
import { type ApplyBuildOptions, type ApplyOutcome, applyScript } from "./apply-script.js";
import type { SchemaBuild } from "./build-schema.js";

/**
 * Runs a build in an empty database, in one transaction; see `applyScript` for what it refuses and throws.
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
