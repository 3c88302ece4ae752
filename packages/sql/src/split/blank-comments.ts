import { behindToken } from "./behind-token.js";

/**
 * A statement with spaces instead of comments, line ends kept and every code point in its place. The parser takes a
 * comment between two words that belong together (`NOT IN`, `NULLS LAST`, `WITH ORDINALITY`) for a syntax error,
 * which the server does not.
 */
export function blankComments(text: string): string {
  if (!text.includes("--") && !text.includes("/*")) return text;
  const parts: string[] = [];
  let kept = 0;
  for (let offset = 0, end = 0; offset < text.length; offset = end) {
    end = behindToken(text, offset);
    // Of these signs only a comment is more than one character long.
    const isComment = end > offset + 1 && (text[offset] === "-" || text[offset] === "/");
    if (!isComment) continue;
    parts.push(text.slice(kept, offset), text.slice(offset, end).replaceAll(/[^\r\n]/gu, " "));
    kept = end;
  }
  parts.push(text.slice(kept));
  return parts.join("");
}
