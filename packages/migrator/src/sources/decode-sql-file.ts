import { ConfitureError } from "@confiture/model";

/** Larger texts are refused: PostgreSQL's own limit for one message is 1 GiB, and data belongs in COPY from a file. */
const largestFileBytes = 256 * 1024 * 1024;

/**
 * Bytes of a file somebody meant as text → text, without a byte order mark.
 *
 * @throws CONFITURE_FILE_UNREADABLE for UTF-16, other encodings than UTF-8, NUL bytes and files over 256 MiB, naming the byte.
 */
export function decodeSqlFile(bytes: Uint8Array, path: string): string {
  if (bytes.byteLength > largestFileBytes) {
    throw unreadable(
      path,
      `is ${Math.round(bytes.byteLength / 1024 / 1024)} MiB; at most 256 MiB are read`,
      "Split it, or load its data by COPY from elsewhere.",
    );
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw unreadable(path, "is UTF-16", "Save it as UTF-8.");
  }
  const nul = bytes.indexOf(0);
  if (nul !== -1)
    throw unreadable(
      path,
      `is not text: byte ${nul} is NUL`,
      "Move it out of the folder if it is no SQL, or save it as UTF-8.",
    );
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(path, "is not UTF-8", "Save it as UTF-8.", cause);
  }
}

function unreadable(path: string, what: string, hint: string, cause?: unknown): ConfitureError {
  return new ConfitureError("CONFITURE_FILE_UNREADABLE", `\`${path}\` ${what}.`, {
    at: { file: path, line: 1, column: 1 },
    hint,
    cause,
  });
}
