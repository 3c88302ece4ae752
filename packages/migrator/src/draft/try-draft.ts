import { type Catalog, ConfitureError, isConfitureError } from "@confiture/model";
import { type CanonicalOptions, type CatalogDifference, compareCatalogs, readCatalog } from "@confiture/schema";
import { rawHash } from "@confiture/sql";
import type { ShadowRunOptions } from "../execute/run-options.js";
import { type MigrateOptions, migrate, rollback } from "../migrate.js";
import type { SqlMigration } from "../sources/migration.js";
import { versionKey } from "../sources/migration-version.js";
import type { StartingPoint } from "./starting-point.js";

export interface DraftTexts {
  readonly up: string;
  readonly down: string;
}

export interface TryDraftOptions {
  readonly wanted: Catalog;
  readonly compare: CanonicalOptions;
  readonly ownSchema: string;
  readonly signal?: AbortSignal;
}

/**
 * Runs a draft as the migration it will be, both ways: up must give the schema wanted, down the one before.
 *
 * @returns why it does not do; undefined when it does
 */
export async function tryDraft(
  start: StartingPoint,
  texts: DraftTexts,
  { wanted, compare, ownSchema, signal }: TryDraftOptions,
): Promise<ConfitureError | undefined> {
  const draft = asMigration(texts, start);
  const run: MigrateOptions & ShadowRunOptions = {
    migrations: [...start.migrations, draft],
    ownSchema,
    serverWide: "skip",
    allowOutOfOrder: true,
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    const up = await migrate(start.database, run);
    if (up.failed !== null) return up.failed.error;
    const afterUp = compareCatalogs(wanted, await read(start, ownSchema), compare);
    if (afterUp.length > 0) return leadsElsewhere("up", afterUp);
    const down = await rollback(start.database, { ...run, steps: 1 });
    if (down.failed !== null) return down.failed.error;
    const afterDown = compareCatalogs(start.catalog, await read(start, ownSchema), compare);
    return afterDown.length > 0 ? leadsElsewhere("down", afterDown) : undefined;
  } catch (error) {
    if (!isConfitureError(error) || error.code === "CONFITURE_CANCELLED") throw error;
    return error;
  }
}

async function read({ database }: StartingPoint, ownSchema: string): Promise<Catalog> {
  await using session = await database.openSession();
  return await readCatalog(session, { exclude: [ownSchema] });
}

function asMigration({ up, down }: DraftTexts, { migrations }: StartingPoint): SqlMigration {
  const newest = migrations.reduce(
    (highest, { version }) => (versionKey(version) > highest ? versionKey(version) : highest),
    0n,
  );
  const text = (file: string, sql: string) => ({ file, text: sql, firstLine: 1, indent: 0 });
  return {
    version: (newest + 1n).toString(),
    name: "draft",
    file: "draft.up.sql",
    source: "sql",
    rawHash: rawHash(up),
    up: text("draft.up.sql", up),
    down: text("draft.down.sql", down),
  };
}

function leadsElsewhere(way: "up" | "down", differences: readonly CatalogDifference[]): ConfitureError {
  const words = { added: "too much", removed: "missing", changed: "different" };
  const named = differences.slice(0, 10).map(({ change, kind, name }) => `  ${words[change]}: ${kind} ${name}`);
  return new ConfitureError(
    "CONFITURE_DRAFT_FAILED",
    `The ${way} that was drafted does not lead to the schema ${way === "up" ? "wanted" : "before it"}:\n${named.join("\n")}`,
    {
      hint: "Nothing was written. Write this migration by hand, and report the definitions of these objects.",
      facts: { differences },
    },
  );
}
