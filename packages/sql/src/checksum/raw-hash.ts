import { createHash } from "node:crypto";

/** SHA-256 (hex) of a file's bytes as they are, or of a text's UTF-8 bytes. */
export function rawHash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
