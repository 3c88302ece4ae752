import { readFileSync } from "node:fs";
import { cannotBeRead, decodeSqlFile } from "@confiture/migrator";
import { ConfitureError } from "@confiture/model";

/**
 * The text of a file somebody named on the command line, without a byte order mark.
 *
 * @throws CONFITURE_FILE_NOT_FOUND, CONFITURE_FILE_UNREADABLE for folders, other encodings than UTF-8, NUL bytes and
 * files that hold nothing
 */
export function readSqlText(path: string, shown: string): string {
  return decodeSqlText(readBytes(path, shown), shown);
}

/**
 * Bytes somebody meant as SQL, as text.
 *
 * @throws CONFITURE_FILE_UNREADABLE
 */
export function decodeSqlText(bytes: Uint8Array, shown: string): string {
  const text = decodeSqlFile(bytes, shown);
  if (text.trim() === "") throw unreadable(shown, "is empty", "There is nothing in it to be judged.");
  return text;
}

function readBytes(path: string, shown: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "EISDIR") throw unreadable(shown, "is a folder", "Name its files: `db/migrations/*.up.sql`, say.");
    if (code === "ERR_FS_FILE_TOO_LARGE") throw unreadable(shown, "is larger than 2 GiB", "Split it.");
    if (code !== "ENOENT" && code !== "ENOTDIR") throw cannotBeRead(shown, cause);
    throw new ConfitureError("CONFITURE_FILE_NOT_FOUND", `There is no file \`${shown}\`.`, {
      at: { file: shown, line: 1, column: 1 },
      hint: "Relative paths start at the folder you are in.",
      cause,
    });
  }
}

function unreadable(shown: string, what: string, hint: string): ConfitureError {
  return new ConfitureError("CONFITURE_FILE_UNREADABLE", `\`${shown}\` ${what}.`, {
    at: { file: shown, line: 1, column: 1 },
    hint,
  });
}
