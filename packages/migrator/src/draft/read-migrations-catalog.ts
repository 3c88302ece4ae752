import type { Catalog, ShadowProvider } from "@confiture/model";
import { readCatalog } from "@confiture/schema";
import { applyScript } from "../build/apply-script.js";
import { type RunOptions, resolveRunOptions } from "../execute/run-options.js";
import { type MigrationSource, migrateOnShadow, migrationsOf } from "../migrate.js";
import { withBaseHint } from "../with-base-hint.js";

export interface ReadMigrationsCatalogOptions
  extends Pick<RunOptions, "ownSchema" | "onProgress" | "signal">,
    MigrationSource {
  /** DDL that stands before the first migration. Absent: they start on an empty database. */
  readonly script?: string;
  readonly shadow: ShadowProvider;
  /** Major version of the server to run them on. Default: the provider's own. */
  readonly version?: number;
}

/**
 * Applies every migration to a shadow database, from nothing or from DDL, and reads the schema they lead to. What acts
 * on the whole server is left out. PostgreSQL 13 to 18.
 *
 * @throws what a migration ends with, what `applyBuild` throws for `script`, CONFITURE_SHADOW_UNAVAILABLE and what
 * `readMigrations` throws
 */
export async function readMigrationsCatalog(options: ReadMigrationsCatalogOptions): Promise<Catalog> {
  const { signal, onProgress } = options;
  const { ownSchema } = resolveRunOptions(options);
  const migrations = await migrationsOf(options);
  await using shadow = await options.shadow.create(options.version);
  if (options.script !== undefined) {
    await using session = await shadow.openSession();
    await applyScript(session, options.script, { serverWide: "skip" });
  }
  const { failed } = await migrateOnShadow(shadow, {
    migrations,
    ownSchema,
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  if (failed !== null) throw withBaseHint(failed.error, options);
  await using session = await shadow.openSession();
  return await readCatalog(session, { exclude: [ownSchema] });
}
