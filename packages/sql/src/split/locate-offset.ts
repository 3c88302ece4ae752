import type { SourceLocation } from "@confiture/model";

const byteOrderMark = 0xfeff;

/**
 * Turns offsets of one text into places, fast when they are asked for in ascending order: each line is looked at once.
 * Offsets and columns count UTF-16 code units; a byte order mark takes no column.
 */
export function locateInOrder(text: string, file: string): (offset: number) => SourceLocation {
  const firstLineStart = text.charCodeAt(0) === byteOrderMark ? 1 : 0;
  let line = 1;
  let lineStart = firstLineStart;
  let nextLineStart = -1;
  return (offset) => {
    if (offset < lineStart) {
      line = 1;
      lineStart = firstLineStart;
      nextLineStart = -1;
    }
    for (;;) {
      if (nextLineStart === -1) nextLineStart = startOfNextLine(text, lineStart);
      if (offset < nextLineStart) break;
      line += 1;
      lineStart = nextLineStart;
      nextLineStart = -1;
    }
    return { file, line, column: Math.max(1, offset - lineStart + 1) };
  };
}

/** Infinity on the last line. */
function startOfNextLine(text: string, from: number): number {
  const newline = text.indexOf("\n", from);
  return newline === -1 ? Number.POSITIVE_INFINITY : newline + 1;
}

/** The place `offset` code units into `text`, when `text` itself begins at `start`. */
export function locateWithin(start: SourceLocation, text: string, offset: number): SourceLocation {
  const place = locateInOrder(text, start.file)(offset);
  return place.line === 1
    ? { ...start, column: start.column + offset }
    : { ...place, line: start.line + place.line - 1 };
}
