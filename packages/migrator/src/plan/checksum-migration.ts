import { createHash } from "node:crypto";
import { parseSqlFile } from "@confiture/sql";
import type { Migration } from "../sources/migration.js";

export interface MigrationChecksum {
  readonly checksum: string;
  readonly algorithm: string;
}

/** A program's checksum: its text, with line ends made equal. Comments count, for a program's text is all there is to compare. */
const programAlgorithm = "text-lf/1";

/** What a migration does, as a hash: of the parse tree for SQL, of the text for a program. */
export async function checksumMigration(migration: Migration): Promise<MigrationChecksum> {
  if (migration.source === "typescript") return checksumProgram(migration.text);
  return checksumSql(migration.up.text, migration.up.file);
}

/** The checksum, by today's algorithm, of the copy kept when a migration was applied. */
export async function checksumStoredText(
  applied: { source: Migration["source"]; file: string },
  upText: string,
): Promise<string> {
  const { checksum } =
    applied.source === "typescript" ? checksumProgram(upText) : await checksumSql(upText, applied.file);
  return checksum;
}

export function checksumProgram(text: string): MigrationChecksum {
  return {
    checksum: createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex"),
    algorithm: programAlgorithm,
  };
}

async function checksumSql(text: string, file: string): Promise<MigrationChecksum> {
  const parsed = await parseSqlFile(text, { file });
  return { checksum: parsed.checksum, algorithm: parsed.checksumAlgorithm };
}
