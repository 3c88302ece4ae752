import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfitureError } from "@confiture/model";
import { migrationTemplates } from "./migration-templates.js";
import { versionKey } from "./migration-version.js";
import { readMigrations } from "./read-migrations.js";

/** Which migration to begin, and where. */
export interface NewMigrationOptions {
  /** Made where it is missing. */
  readonly directory: string;
  /** What the migration does, in words; it becomes part of the file name. */
  readonly name: string;
  /** What it is written in. Default `sql`: an .up.sql and a .down.sql. */
  readonly kind?: "sql" | "yaml" | "typescript";
  /** What stands in the files, for a migration that was drafted. Only with `sql`. Default: a place to write. */
  readonly texts?: { readonly up: string; readonly down: string };
  /** The moment that becomes the version: `20261120T101500`, UTC. */
  readonly now: Date;
}

/**
 * Writes the files of a new migration, with a version later than every one in the folder.
 *
 * @returns the paths written
 * @throws CONFITURE_MIGRATION_NAME when nothing of the name can stand in a file name, and what `readMigrations` throws
 * for the folder as it is
 */
export async function newMigration(options: NewMigrationOptions): Promise<readonly string[]> {
  const name = slugOf(options.name);
  mkdirSync(options.directory, { recursive: true });
  const existing = await readMigrations(options.directory);
  const version = nextVersion(
    options.now,
    existing.map((migration) => migration.version),
  );
  const stem = `${version}_${name}`;
  const files: readonly (readonly [string, string])[] =
    options.texts === undefined
      ? templatesFor(options.kind ?? "sql", stem)
      : [
          [`${stem}.up.sql`, options.texts.up],
          [`${stem}.down.sql`, options.texts.down],
        ];
  for (const [file, text] of files) writeFileSync(join(options.directory, file), text, { flag: "wx" });
  return files.map(([file]) => join(options.directory, file));
}

/** A timestamp version, later than all given: clocks differ, and two may be made in one second. */
export function nextVersion(now: Date, existing: readonly string[]): string {
  const newest = existing.reduce(
    (highest, version) => (versionKey(version) > highest ? versionKey(version) : highest),
    -1n,
  );
  const stamp = stampOf(now.getTime());
  if (versionKey(stamp) > newest) return stamp;
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(newest.toString()) ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  // A version beyond all timestamps (a counter of many digits) is counted on.
  return parts.length === 0
    ? (newest + 1n).toString()
    : stampOf(Date.UTC(year, month - 1, day, hour, minute, second + 1));
}

function stampOf(moment: number): string {
  return new Date(moment).toISOString().replace(/[-:]|\.\d+Z$/g, "");
}

function slugOf(name: string): string {
  const slug = name
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
  if (slug === "" || slug.length > 180) {
    throw new ConfitureError(
      "CONFITURE_MIGRATION_NAME",
      `\`${name}\` ${slug === "" ? "has no letters or digits to name a file with" : "is too long for a file name"}.`,
      {
        hint: 'Say what it does in a few words: `confiture migrate new "add orders"`.',
      },
    );
  }
  return slug;
}

function templatesFor(kind: "sql" | "yaml" | "typescript", stem: string): readonly (readonly [string, string])[] {
  if (kind === "yaml") return [[`${stem}.yaml`, migrationTemplates.yaml]];
  if (kind === "typescript") return [[`${stem}.ts`, migrationTemplates.typescript]];
  return [
    [`${stem}.up.sql`, migrationTemplates.up],
    [`${stem}.down.sql`, migrationTemplates.down],
  ];
}
