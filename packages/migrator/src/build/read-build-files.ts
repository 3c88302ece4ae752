import { createHash } from "node:crypto";
import { ConfitureError } from "@confiture/model";
import { cannotBeRead, decodeSqlFile, refuseLargeFile } from "../sources/decode-sql-file.js";
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
  return {
    path,
    text: decodeSqlFile(bytes, path),
    rawHash: createHash("sha256").update(bytes).digest("hex"),
    bytes: bytes.byteLength,
  };
}

function readBytes(fileSystem: FileSystem, absolute: string, path: string): Uint8Array {
  try {
    refuseLargeFile(fileSystem.size(absolute), path);
    return fileSystem.readFile(absolute);
  } catch (cause) {
    if (cause instanceof ConfitureError) throw cause;
    throw cannotBeRead(path, cause);
  }
}

function unreadable(path: string, what: string, hint: string): ConfitureError {
  return new ConfitureError("CONFITURE_FILE_UNREADABLE", `\`${path}\` ${what}.`, {
    at: { file: path, line: 1, column: 1 },
    hint,
  });
}
