import { createRequire } from "node:module";
import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfitureError } from "@confiture/model";
import type { Kysely } from "kysely";
import { loadSessionDialect } from "../kysely/load-session-dialect.js";

/** A loaded TypeScript migration, ready to be called. */
export interface MigrationProgram {
  readonly up: (db: Kysely<unknown>) => Promise<void>;
  readonly down?: (db: Kysely<unknown>) => Promise<void>;
  readonly transaction: boolean;
}

/**
 * Loads a TypeScript migration from its text, as if it stood in its file: imports resolve from there, also for the copy
 * kept of a file that is gone.
 *
 * @throws CONFITURE_MIGRATION_INVALID when it cannot be loaded or does not export `up`
 */
export async function loadProgram(source: { readonly file: string; readonly text: string }): Promise<MigrationProgram> {
  const path = isAbsolute(source.file) ? source.file : resolve(source.file);
  // Known before anything runs.
  await loadSessionDialect();
  const exported = await evaluate(source.text, path, source.file);
  const definition = definitionOf(exported);
  if (definition === undefined) {
    throw new ConfitureError(
      "CONFITURE_MIGRATION_INVALID",
      `${source.file} does not export a migration with an \`up\`.`,
      {
        at: { file: source.file, line: 1, column: 1 },
        hint: "Write `export default defineMigration({ async up(db) { … } })`.",
      },
    );
  }
  return {
    up: async (db) => definition.up(db),
    ...(definition.down === undefined ? {} : { down: async (db: Kysely<unknown>) => definition.down?.(db) }),
    transaction: definition.transaction !== false,
  };
}

async function evaluate(text: string, path: string, shown: string): Promise<unknown> {
  const { createJiti } = await import("jiti");
  const jiti = createJiti(pathToFileURL(path).href, { moduleCache: false, fsCache: false, alias: aliasesFor(path) });
  try {
    return await jiti.evalModule(text, { id: path, filename: path, ext: ".ts", async: true });
  } catch (cause) {
    throw new ConfitureError(
      "CONFITURE_MIGRATION_INVALID",
      `${shown} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        at: { file: shown, line: 1, column: 1 },
        hint: "It must be valid TypeScript, and what it imports must be installed.",
        cause,
      },
    );
  }
}

/** What a migration may always import: the project's own copy where it has one, else ours. */
function aliasesFor(path: string): Record<string, string> {
  const project = createRequire(path);
  const own = createRequire(import.meta.url);
  const missing = ["@confiture/migrator", "kysely"].filter((name) => resolveWith(project, name) === undefined);
  return Object.fromEntries(
    missing.flatMap((name) => {
      const file = resolveWith(own, name);
      return file === undefined ? [] : [[name, file]];
    }),
  );
}

function resolveWith(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

interface Definition {
  up(db: Kysely<unknown>): unknown;
  down?(db: Kysely<unknown>): unknown;
  transaction?: boolean;
}

function definitionOf(
  exported: unknown,
):
  | { up: (db: Kysely<unknown>) => Promise<void>; down?: (db: Kysely<unknown>) => Promise<void>; transaction?: boolean }
  | undefined {
  for (const candidate of [propertyOf(exported, "default"), exported]) {
    if (!isDefinition(candidate)) continue;
    const { down } = candidate;
    return {
      up: async (db) => void (await candidate.up(db)),
      ...(down === undefined ? {} : { down: async (db: Kysely<unknown>) => void (await down.call(candidate, db)) }),
      ...(candidate.transaction === undefined ? {} : { transaction: candidate.transaction }),
    };
  }
  return undefined;
}

function isDefinition(value: unknown): value is Definition {
  return typeof propertyOf(value, "up") === "function";
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && key in value
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
