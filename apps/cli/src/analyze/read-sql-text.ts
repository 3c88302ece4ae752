import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
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
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw unreadable(shown, "is UTF-16", "Save it as UTF-8.");
  const nul = bytes.indexOf(0);
  if (nul !== -1) throw unreadable(shown, `is not text: byte ${nul} is NUL`, "Name a file of SQL.");
  if (!isUtf8(bytes)) throw unreadable(shown, "is not UTF-8", "Save it as UTF-8.");
  const text = new TextDecoder("utf-8").decode(bytes);
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
    if (code !== "ENOENT" && code !== "ENOTDIR") throw cause;
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
