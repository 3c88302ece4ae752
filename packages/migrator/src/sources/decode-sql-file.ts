import { isUtf8 } from "node:buffer";
import { ConfitureError } from "@confiture/model";

/** Larger texts are refused: PostgreSQL's own limit for one message is 1 GiB, and data belongs in COPY from a file. */
const largestFileBytes = 256 * 1024 * 1024;

/**
 * Refuses a file by its size, before it is read.
 *
 * @throws CONFITURE_FILE_UNREADABLE for files over 256 MiB
 */
export function refuseLargeFile(bytes: number, path: string): void {
  if (bytes <= largestFileBytes) return;
  throw unreadable(
    path,
    `is ${Math.round(bytes / 1024 / 1024)} MiB; at most 256 MiB are read`,
    "Split it, or load its data by COPY from elsewhere.",
  );
}

/**
 * Bytes of a file somebody meant as text → text, without a byte order mark.
 *
 * @throws CONFITURE_FILE_UNREADABLE for UTF-16, other encodings than UTF-8 and NUL bytes, naming the byte
 */
export function decodeSqlFile(bytes: Uint8Array, path: string): string {
  if (isUtf16(bytes)) throw unreadable(path, "is UTF-16", "Save it as UTF-8.");
  const nul = bytes.indexOf(0);
  if (nul !== -1)
    throw unreadable(
      path,
      `is not text: byte ${nul} is NUL`,
      "Move it out of the folder if it is no SQL, or save it as UTF-8.",
    );
  if (!isUtf8(bytes))
    throw unreadable(path, `is not UTF-8: byte ${firstBadByte(bytes)} fits no character`, "Save it as UTF-8.");
  return new TextDecoder("utf-8").decode(bytes);
}

/** The error for a file that the operating system does not give. */
export function cannotBeRead(path: string, cause: unknown): ConfitureError {
  const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  return new ConfitureError("CONFITURE_FILE_NOT_FOUND", `\`${path}\` cannot be read: ${reason}.`, {
    at: { file: path, line: 1, column: 1 },
    hint: "Check that it is there and may be read; a link may lead nowhere.",
    cause,
  });
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

function unreadable(path: string, what: string, hint: string): ConfitureError {
  return new ConfitureError("CONFITURE_FILE_UNREADABLE", `\`${path}\` ${what}.`, {
    at: { file: path, line: 1, column: 1 },
    hint,
  });
}
