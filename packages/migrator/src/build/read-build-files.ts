import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { ConfitureError } from "@confiture/model";
import { decodeSqlFile } from "../sources/decode-sql-file.js";
import type { FileSystem } from "./file-system.js";
import { type ListLoadOrderOptions, listLoadOrder } from "./list-load-order.js";

/** One file of a schema, as text that can be run. */
export interface BuildFile {
  /** From the project's folder, with `/`. */
  readonly path: string;
  /** Without a byte order mark; line ends as they are. */
  readonly text: string;
  /** SHA-256 (hex) of the file, byte for byte. */
  readonly rawHash: string;
  readonly bytes: number;
}

const largestFileBytes = 256 * 1024 * 1024;

/**
 * Reads the files of a load order, in its order.
 *
 * @throws CONFITURE_LOAD_ORDER, CONFITURE_FILE_NOT_FOUND, CONFITURE_FILE_UNREADABLE
 */
export function readBuildFiles(options: ListLoadOrderOptions): readonly BuildFile[] {
  return listLoadOrder(options).map((path) => readBuildFile(options, path));
}

function readBuildFile({ root, fileSystem }: ListLoadOrderOptions, path: string): BuildFile {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line end in a name would forge a header of the script
  if (/[\u0000-\u001f]/.test(path)) throw unreadable(path, "has a control character in its name", "Rename it.");
  const bytes = readBytes(fileSystem, `${root}/${path}`, path);
  if (bytes.indexOf(0) === -1 && !isUtf8(bytes) && !isUtf16(bytes)) {
    throw unreadable(path, `is not UTF-8: byte ${firstBadByte(bytes)} fits no character`, "Save it as UTF-8.");
  }
  return {
    path,
    text: decodeSqlFile(bytes, path),
    rawHash: createHash("sha256").update(bytes).digest("hex"),
    bytes: bytes.byteLength,
  };
}

function readBytes(fileSystem: FileSystem, absolute: string, path: string): Uint8Array {
  try {
    const size = fileSystem.size(absolute);
    if (size > largestFileBytes) {
      throw unreadable(
        path,
        `is ${Math.round(size / 1024 / 1024)} MiB; at most 256 MiB are read`,
        "Split it, or load its data from elsewhere.",
      );
    }
    return fileSystem.readFile(absolute);
  } catch (cause) {
    if (cause instanceof ConfitureError) throw cause;
    throw new ConfitureError("CONFITURE_FILE_NOT_FOUND", `\`${path}\` cannot be read: ${reasonOf(cause)}.`, {
      at: { file: path, line: 1, column: 1 },
      hint: "Check that it is there and may be read; a link may lead nowhere.",
      cause,
    });
  }
}

function isUtf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

/** Position, from 0, of the byte at which the text stops being UTF-8: a prefix of good text is good as long as more may follow. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.byteLength;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (mayGoOn(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  // A character that breaks off is named by its first byte.
  while (good > 0 && !isUtf8(bytes.subarray(0, good))) good -= 1;
  return good;
}

function mayGoOn(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false; // the only thing a fatal decoder throws for
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

function unreadable(path: string, what: string, hint: string): ConfitureError {
  return new ConfitureError("CONFITURE_FILE_UNREADABLE", `\`${path}\` ${what}.`, {
    at: { file: path, line: 1, column: 1 },
    hint,
  });
}
