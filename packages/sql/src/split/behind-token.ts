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
  const code = text.charCodeAt(offset);
  if (code === 39) return closed(skipPlainQuote(text, offset, "'"), text);
  if (code === 34) return closed(skipPlainQuote(text, offset, '"'), text);
  if (code === 36) return behindDollar(text, offset);
  if (!isIdentifierStart(code)) return behindComment(text, offset) ?? offset + 1;
  const end = skipWord(text, offset);
  const isEscapePrefix = end - offset === 1 && (code | 32) === 101 && text.charCodeAt(end) === 39;
  return isEscapePrefix ? closed(skipEscapeQuote(text, end), text) : end;
}

function behindComment(text: string, offset: number): number | undefined {
  const code = text.charCodeAt(offset);
  if (code === 45 && text.charCodeAt(offset + 1) === 45) return skipLineComment(text, offset);
  return code === 47 && text.charCodeAt(offset + 1) === 42 ? closed(skipBlockComment(text, offset), text) : undefined;
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
