import type { Catalog, Database, ShadowProvider } from "@confiture/model";
import { ConfitureError, isConfitureError } from "@confiture/model";
import { type CanonicalOptions, copySchema, readCatalog } from "@confiture/schema";
import { resolveRunOptions } from "../execute/run-options.js";
import { examine, migrateOnShadow } from "../migrate.js";
import { rebuildOnShadow } from "../rehearse/rebuild-on-shadow.js";
import type { Migration } from "../sources/migration.js";

/** What a migration is drafted for. */
export type DraftSource =
  /** Where the record of this database and the pending migrations lead. Its schema itself is not looked at. */
  | { readonly kind: "record"; readonly database: Database }
  /** Where the migrations lead from nothing. */
  | { readonly kind: "migrations" }
  /** A schema as it was read, whatever made it. */
  | { readonly kind: "catalog"; readonly catalog: Catalog };

export interface StartingPointOptions {
  readonly source: DraftSource;
  /** Those in the folder, by version. */
  readonly migrations: readonly Migration[];
  readonly ownSchema: string;
  readonly shadow: ShadowProvider;
  readonly compare: CanonicalOptions;
  readonly signal?: AbortSignal;
}

/** A shadow database in the state that a new migration will find. */
export interface StartingPoint extends AsyncDisposable {
  readonly database: Database;
  readonly catalog: Catalog;
  /** Those whose record the shadow has. */
  readonly migrations: readonly Migration[];
}

/**
 * Makes a shadow database to which the next migration can be applied.
 *
 * @throws CONFITURE_SHADOW_UNAVAILABLE when no shadow can be made, or the record does not tell how the schema came to
 * be; CONFITURE_IN_DOUBT while a migration is applied in part; what running the migrations ends with
 */
export async function openStartingPoint(options: StartingPointOptions): Promise<StartingPoint> {
  const { source, shadow, ownSchema } = options;
  const version = source.kind === "catalog" ? Math.floor(source.catalog.serverVersion / 10_000) : undefined;
  const database = await shadow.create(version);
  try {
    const migrations = await lead(database, options);
    await using session = await database.openSession();
    return {
      database,
      migrations,
      catalog: await readCatalog(session, { exclude: [ownSchema] }),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    };
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

/** Brings the shadow there; returns the migrations it has then. */
async function lead(
  database: Database,
  { source, migrations, ownSchema, compare, signal }: StartingPointOptions,
): Promise<readonly Migration[]> {
  switch (source.kind) {
    case "catalog": {
      await using session = await database.openSession();
      await copySchema(session, source.catalog, compare);
      return [];
    }
    case "migrations":
      return run(database, migrations, { ownSchema, signal });
    case "record": {
      await using session = await source.database.openSession();
      const reading = { session, options: resolveRunOptions({ ownSchema }) };
      const { status } = await examine(reading, migrations);
      const open = status.underWay[0];
      if (open !== undefined)
        throw new ConfitureError("CONFITURE_IN_DOUBT", `Migration ${open.version} is applied in part.`, {
          hint: "Finish it first: `confiture migrate resume`.",
        });
      const rebuilt = await rebuildOnShadow(reading, database).catch(sayOtherStart);
      return run(database, [...rebuilt, ...status.pending], { ownSchema, signal }).catch(sayBaseline);
    }
    default:
      return source satisfies never;
  }
}

function sayOtherStart(error: unknown): never {
  if (!isConfitureError(error) || error.facts.unrecorded !== true) throw error;
  throw new ConfitureError(error.code, `Where the migrations lead is not known: ${error.message}.`, {
    hint: "`confiture migrate baseline VERSION` records it; with `--env NAME` the migration starts from that database as it is.",
    cause: error,
  });
}

/** A schema that was built from the newest DDL holds what the migrations do already. */
function sayBaseline(error: unknown): never {
  if (!isConfitureError(error) || error.code !== "CONFITURE_STATEMENT_FAILED") throw error;
  throw new ConfitureError(error.code, error.message, {
    ...(error.at === undefined ? {} : { at: error.at }),
    hint: "It is pending, and does not fit what is on record. When the build on record holds what it does: `confiture migrate baseline VERSION`.",
    facts: error.facts,
    cause: error,
  });
}

async function run(
  database: Database,
  migrations: readonly Migration[],
  { ownSchema, signal }: { readonly ownSchema: string; readonly signal: AbortSignal | undefined },
): Promise<readonly Migration[]> {
  const { failed } = await migrateOnShadow(database, {
    migrations,
    ownSchema,
    allowOutOfOrder: true,
    ...(signal === undefined ? {} : { signal }),
  });
  if (failed !== null) throw failed.error;
  return migrations;
}
