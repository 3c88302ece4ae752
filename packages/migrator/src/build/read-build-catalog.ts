import type { Catalog, ShadowProvider } from "@confiture/model";
import { readCatalog } from "@confiture/schema";
import { refuseAborted } from "../execute/cancel-on-abort.js";
import { applyBuild } from "./apply-build.js";
import type { ApplyProgress } from "./apply-script.js";
import type { SchemaBuild } from "./build-schema.js";

/** Where a build is looked at, and what of it. */
export interface ReadBuildCatalogOptions {
  readonly shadow: ShadowProvider;
  /** Major version of the server to build on. Default: the provider's own. */
  readonly version?: number;
  /** Schema of our own tables, which is no part of any schema. Default `confiture`. */
  readonly ownSchema?: string;
  readonly onProgress?: (event: ApplyProgress) => void;
  readonly signal?: AbortSignal;
}

/** What DDL makes of an empty database. */
export interface BuildCatalog {
  readonly catalog: Catalog;
  /** What the database held before: a schema `public`, say. */
  readonly empty: Catalog;
}

/**
 * Builds DDL in a shadow database, reads what came of it, and drops the shadow. What acts on the whole server is left
 * out: the shadow is part of it. PostgreSQL 13 to 18.
 *
 * @throws CONFITURE_SHADOW_UNAVAILABLE, CONFITURE_CANCELLED, and what `applyBuild` and `readCatalog` throw
 */
export async function readBuildCatalog(build: SchemaBuild, options: ReadBuildCatalogOptions): Promise<BuildCatalog> {
  const { shadow, version, signal, ownSchema = "confiture" } = options;
  refuseAborted(signal);
  await using database = await shadow.create(version);
  const exclude = { exclude: [ownSchema] };
  const empty = await readIn(database, (session) => readCatalog(session, exclude));
  await readIn(database, (session) =>
    applyBuild(session, build, {
      serverWide: "skip",
      onProgress: (event) => {
        refuseAborted(signal);
        options.onProgress?.(event);
      },
    }),
  );
  return { empty, catalog: await readIn(database, (session) => readCatalog(session, exclude)) };
}

type Opened = Awaited<ReturnType<ShadowProvider["create"]>>;

/** In a session of its own each: DDL may leave settings behind that nobody can list. */
async function readIn<Answer>(
  database: Opened,
  work: (session: Awaited<ReturnType<Opened["openSession"]>>) => Promise<Answer>,
): Promise<Answer> {
  await using session = await database.openSession();
  return await work(session);
}
