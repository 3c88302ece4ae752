import {
  dollarDelimiter,
  isIdentifierStart,
  skipBlockComment,
  skipEscapeQuote,
  skipLineComment,
  skipPlainQuote,
  skipWord,
  unterminated,
} from "./skip-tokens.js";

/**
 * A statement with spaces instead of comments, line ends kept and every code point in its place. The parser takes a
 * comment between two words that belong together (`NOT IN`, `NULLS LAST`, `WITH ORDINALITY`) for a syntax error,
 * which the server does not.
 */
export function blankComments(text: string): string {
  if (!text.includes("--") && !text.includes("/*")) return text;
  const parts: string[] = [];
  let kept = 0;
  for (let offset = 0; offset < text.length; ) {
    const end = endOfComment(text, offset);
    if (end === undefined) {
      offset = endOfToken(text, offset);
      continue;
    }
    parts.push(text.slice(kept, offset), text.slice(offset, end).replaceAll(/[^\r\n]/gu, " "));
    kept = end;
    offset = end;
  }
  parts.push(text.slice(kept));
  return parts.join("");
}

function endOfComment(text: string, offset: number): number | undefined {
  const [code, next] = [text.charCodeAt(offset), text.charCodeAt(offset + 1)];
  if (code === 45 && next === 45) return skipLineComment(text, offset);
  return code === 47 && next === 42 ? closed(skipBlockComment(text, offset), text) : undefined;
}

function endOfToken(text: string, offset: number): number {
  const code = text.charCodeAt(offset);
  if (code === 39) return closed(skipPlainQuote(text, offset, "'"), text);
  if (code === 34) return closed(skipPlainQuote(text, offset, '"'), text);
  if (code === 36) return endOfDollar(text, offset);
  if (!isIdentifierStart(code)) return offset + 1;
  const end = skipWord(text, offset);
  const isEscapePrefix = end - offset === 1 && (code | 32) === 101 && text.charCodeAt(end) === 39;
  return isEscapePrefix ? closed(skipEscapeQuote(text, end), text) : end;
}

function endOfDollar(text: string, offset: number): number {
  const delimiter = dollarDelimiter(text, offset);
  if (delimiter === undefined) return offset + 1;
  const close = text.indexOf(delimiter, offset + delimiter.length);
  return close === -1 ? text.length : close + delimiter.length;
}

function closed(end: number, text: string): number {
  return end === unterminated ? text.length : end;
}
