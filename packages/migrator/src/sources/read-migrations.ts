import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { ConfitureError, isConfitureError } from "@confiture/model";
import { cannotBeRead, decodeSqlFile, refuseLargeFile } from "./decode-sql-file.js";
import type { Migration, SqlText } from "./migration.js";
import { type MigrationFileName, readMigrationFileName } from "./migration-file-name.js";
import { compareVersions, versionKey } from "./migration-version.js";
import { readYamlMigration } from "./yaml-migration.js";

interface Found extends MigrationFileName {
  /** As printed: relative to the project where the caller gave a relative folder. */
  readonly path: string;
  readonly text: string;
  readonly rawHash: string;
}

export interface ReadMigrationsOptions {
  /** Prefix of the paths shown in messages; default: the folder as given. */
  readonly shownAs?: string;
}

/**
 * Reads every migration of a folder, ordered by version. SQL is not parsed here: a file that did not change since it
 * was applied never needs to be.
 *
 * @throws CONFITURE_FILE_NOT_FOUND, CONFITURE_FILE_UNREADABLE, CONFITURE_MIGRATION_NAME, CONFITURE_MIGRATION_INVALID,
 * CONFITURE_VERSION_DUPLICATE
 */
export async function readMigrations(
  directory: string,
  options: ReadMigrationsOptions = {},
): Promise<readonly Migration[]> {
  const found = readMigrationFiles(directory, options);
  const migrations = await Promise.all(groupByVersion(found).map(toMigration));
  return migrations.sort((left, right) => compareVersions(left.version, right.version));
}

/** The files of a folder that are migrations, with their texts. */
function readMigrationFiles(directory: string, options: ReadMigrationsOptions): readonly Found[] {
  const shown = options.shownAs ?? directory;
  const found: Found[] = [];
  for (const fileName of listFolder(directory, shown)) {
    const path = `${shown}/${fileName}`;
    const name = readMigrationFileName(fileName, path);
    if (name === undefined) continue;
    const bytes = readBytes(`${directory}/${fileName}`, path);
    const text = decodeSqlFile(bytes, path);
    if (text.trim() === "") throw emptyFile(path, bytes.byteLength);
    found.push({
      ...name,
      path,
      text,
      rawHash: createHash("sha256").update(bytes).digest("hex"),
    });
  }
  return found;
}

/** Read first and measured then: asking each of a thousand files for its size would cost as much as reading it. */
function readBytes(file: string, path: string): Uint8Array {
  try {
    const bytes = readFileSync(file);
    refuseLargeFile(bytes.byteLength, path);
    return bytes;
  } catch (error) {
    // Node reads no file over 2 GiB at once.
    if (hasCode(error, "ERR_FS_FILE_TOO_LARGE")) refuseLargeFile(statSync(file).size, path);
    if (isConfitureError(error)) throw error;
    throw cannotBeRead(path, error);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** A comment says that nothing was meant; nothing at all may be a file that was never written to its end. */
function emptyFile(path: string, bytes: number): ConfitureError {
  const what = bytes === 0 ? "is empty" : "holds only white space";
  return new ConfitureError("CONFITURE_MIGRATION_INVALID", `\`${path}\` ${what}.`, {
    at: { file: path, line: 1, column: 1 },
    hint: "Write its statements, or a comment that says why there are none.",
  });
}

function listFolder(directory: string, shown: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => entry.name);
  } catch (cause) {
    throw new ConfitureError("CONFITURE_FILE_NOT_FOUND", `The migrations folder \`${shown}\` cannot be read.`, {
      cause,
      hint: "Create it with `confiture migrate new NAME`, or name another one under `migrations.directory`.",
    });
  }
}

function groupByVersion(found: readonly Found[]): readonly (readonly Found[])[] {
  const groups = new Map<bigint, Found[]>();
  for (const file of found) {
    const key = versionKey(file.version);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  return [...groups.values()];
}

async function toMigration(files: readonly Found[]): Promise<Migration> {
  const forward = files.filter((file) => file.part !== "down");
  const down = files.filter((file) => file.part === "down");
  const first = forward[0] ?? down[0];
  if (first === undefined) throw new RangeError("a group of migration files is never empty");
  if (
    forward.length > 1 ||
    down.length > 1 ||
    (down[0] !== undefined && forward[0] !== undefined && down[0].name !== forward[0].name)
  ) {
    throw duplicateVersion(files);
  }
  if (forward[0] === undefined) throw downAlone(first);
  if (down[0] !== undefined && forward[0].part !== "up") throw duplicateVersion(files);
  return migrationOf(forward[0], down[0]);
}

async function migrationOf(file: Found, down: Found | undefined): Promise<Migration> {
  const base = { version: file.version, name: file.name, file: file.path, rawHash: file.rawHash };
  if (file.part === "yaml") return { ...base, ...(await readYamlMigration(file.text, file.path)) };
  if (file.part === "typescript") return { ...base, source: "typescript", text: file.text };
  return { ...base, source: "sql", up: wholeFile(file), ...(down === undefined ? {} : { down: wholeFile(down) }) };
}

function wholeFile(file: Found): SqlText {
  return { file: file.path, text: file.text, firstLine: 1, indent: 0 };
}

function duplicateVersion(files: readonly Found[]): ConfitureError {
  const paths = files.map((file) => file.path).sort();
  const last = paths.at(-1) ?? "";
  return new ConfitureError(
    "CONFITURE_VERSION_DUPLICATE",
    `${paths.length} files have version ${files[0]?.version}: ${paths.join(", ")}.`,
    {
      at: { file: last, line: 1, column: 1 },
      hint: `Give one of them a version of its own: \`confiture migrate repair --renumber ${last}\`.`,
      facts: { version: files[0]?.version, files: paths },
    },
  );
}

function downAlone(file: Found): ConfitureError {
  return new ConfitureError("CONFITURE_MIGRATION_INVALID", `\`${file.path}\` has no \`.up.sql\` beside it.`, {
    at: { file: file.path, line: 1, column: 1 },
    hint: `Add the up file, or remove this one. When it was applied: \`confiture migrate repair --restore ${file.version}\`.`,
  });
}
