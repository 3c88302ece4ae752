/** Where a token ends, or that it never does. All offsets are UTF-16 code units. */
export type SkipResult = number | typeof unterminated;
export const unterminated = -1;

const newline = 10;
const carriageReturn = 13;
const quote = 39;
const backslash = 92;

/** Behind the line end of a `--` comment that begins at `start` (at the end of the text when it is the last line). */
export function skipLineComment(text: string, start: number): number {
  for (let offset = start + 2; offset < text.length; offset += 1) {
    const code = text.charCodeAt(offset);
    if (code === newline || code === carriageReturn) return offset + 1;
  }
  return text.length;
}

/** Behind a block comment, which nests. `openings` tells where the innermost one left open began. */
export function skipBlockComment(text: string, start: number): SkipResult {
  let depth = 1;
  for (let offset = start + 2; offset < text.length; offset += 1) {
    const code = text.charCodeAt(offset);
    if (code === 42 && text.charCodeAt(offset + 1) === 47) {
      offset += 1;
      depth -= 1;
      if (depth === 0) return offset + 1;
    } else if (code === 47 && text.charCodeAt(offset + 1) === 42) {
      offset += 1;
      depth += 1;
    }
  }
  return unterminated;
}

/** Behind a '…' string or "…" identifier in which only the doubled delimiter stands for itself. */
export function skipPlainQuote(text: string, start: number, delimiter: "'" | '"'): SkipResult {
  const code = delimiter.charCodeAt(0);
  for (let from = start + 1; ; ) {
    const close = text.indexOf(delimiter, from);
    if (close === -1) return unterminated;
    if (text.charCodeAt(close + 1) !== code) return close + 1;
    from = close + 2;
  }
}

/**
 * Behind an E'…' string whose quote is at `start`, with the parts that continue it on later lines: they too take
 * backslash escapes, though nothing in front of them says so.
 */
export function skipEscapeQuote(text: string, start: number): SkipResult {
  let end = skipOneEscapeQuote(text, start);
  while (end !== unterminated) {
    const next = continuationQuote(text, end);
    if (next === undefined) return end;
    end = skipOneEscapeQuote(text, next);
  }
  return end;
}

function skipOneEscapeQuote(text: string, start: number): SkipResult {
  for (let offset = start + 1; offset < text.length; offset += 1) {
    const code = text.charCodeAt(offset);
    if (code === backslash) offset += 1;
    else if (code === quote) {
      if (text.charCodeAt(offset + 1) !== quote) return offset + 1;
      offset += 1;
    }
  }
  return unterminated;
}

/** The quote that continues a string: behind white space with a line end in it, and line comments after that. */
function continuationQuote(text: string, end: number): number | undefined {
  let sawLineEnd = false;
  for (let offset = end; offset < text.length; ) {
    const code = text.charCodeAt(offset);
    if (code === newline || code === carriageReturn) {
      sawLineEnd = true;
      offset += 1;
    } else if (isSpace(code)) offset += 1;
    else if (code === 45 && text.charCodeAt(offset + 1) === 45) {
      offset = skipLineComment(text, offset);
      sawLineEnd = true;
    } else return sawLineEnd && code === quote ? offset : undefined;
  }
  return undefined;
}

/** The delimiter (`$$`, `$tag$`) that opens at `start`, or undefined when the dollar is something else. */
export function dollarDelimiter(text: string, start: number): string | undefined {
  let offset = start + 1;
  if (!isIdentifierStart(text.charCodeAt(offset)) && text.charCodeAt(offset) !== 36) return undefined;
  while (offset < text.length && isTagPart(text.charCodeAt(offset))) offset += 1;
  return text.charCodeAt(offset) === 36 ? text.slice(start, offset + 1) : undefined;
}

/** Behind a word or number: letters, digits, `_`, `$` and everything beyond ASCII. */
export function skipWord(text: string, start: number): number {
  let offset = start + 1;
  while (offset < text.length) {
    const code = text.charCodeAt(offset);
    if (!isTagPart(code) && code !== 36) break;
    offset += 1;
  }
  return offset;
}

/** Behind the digits from `start` on. */
export function skipDigits(text: string, start: number): number {
  let offset = start + 1;
  while (isDigit(text.charCodeAt(offset))) offset += 1;
  return offset;
}

export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isIdentifierStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128;
}

function isTagPart(code: number): boolean {
  return isIdentifierStart(code) || isDigit(code);
}
