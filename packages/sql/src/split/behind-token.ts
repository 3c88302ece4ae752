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

/** Behind the comment, string, name or single character that begins at an offset; the end of the text when it never closes. */
export function behindToken(text: string, offset: number): number {
  const char = text[offset]!;
  const pair = text.slice(offset, offset + 2);
  if (pair === "--") return skipLineComment(text, offset);
  if (pair === "/*") return closed(skipBlockComment(text, offset), text);
  if (char === "'" || char === '"') return closed(skipPlainQuote(text, offset, char), text);
  if (char === "$") return behindDollar(text, offset);
  if (!isIdentifierStart(char.charCodeAt(0))) return offset + 1;
  const end = skipWord(text, offset);
  const isEscape = end - offset === 1 && char.toLowerCase() === "e" && text[end] === "'";
  return isEscape ? closed(skipEscapeQuote(text, end), text) : end;
}

function behindDollar(text: string, offset: number): number {
  const delimiter = dollarDelimiter(text, offset);
  if (delimiter === undefined) return offset + 1;
  const close = text.indexOf(delimiter, offset + delimiter.length);
  return close === -1 ? text.length : close + delimiter.length;
}

function closed(end: number, text: string): number {
  return end === unterminated ? text.length : end;
}
