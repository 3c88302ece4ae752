import { isSpace, skipLineComment } from "./skip-tokens.js";

export interface InlineData {
  readonly text: string;
  /** Where SQL goes on. */
  readonly next: number;
  /** False when the file has data but no line `\.` to end it. */
  readonly isTerminated: boolean;
}

/**
 * The lines behind `COPY … FROM STDIN;`, up to a line that holds `\.` alone. As in psql they begin on the line after
 * the semicolon; when more SQL stands on its own line, there are none.
 */
export function readInlineData(text: string, behindSemicolon: number): InlineData {
  const start = nextLine(text, behindSemicolon);
  if (start === undefined) return { text: "", next: behindSemicolon, isTerminated: true };
  for (let from = start; ; ) {
    const mark = text.startsWith("\\.", from) && from === start ? start : text.indexOf("\n\\.", from) + 1;
    if (mark === 0) return withoutEnd(text, start);
    const next = endOfMarkLine(text, mark + 2);
    if (next !== undefined) return { text: text.slice(start, mark), next, isTerminated: true };
    from = mark + 1;
  }
}

function withoutEnd(text: string, start: number): InlineData {
  for (let offset = start; offset < text.length; offset += 1) {
    if (!isSpace(text.charCodeAt(offset))) {
      return { text: text.slice(start), next: text.length, isTerminated: false };
    }
  }
  return { text: "", next: text.length, isTerminated: true };
}

/** The start of the next line, or undefined when SQL stands before it. */
function nextLine(text: string, from: number): number | undefined {
  for (let offset = from; offset < text.length; offset += 1) {
    const code = text.charCodeAt(offset);
    if (code === 10) return offset + 1;
    if (code === 45 && text.charCodeAt(offset + 1) === 45) return skipLineComment(text, offset);
    if (!isSpace(code)) return undefined;
  }
  return text.length;
}

function endOfMarkLine(text: string, behindMark: number): number | undefined {
  const isCrLf = text.charCodeAt(behindMark) === 13 && text.charCodeAt(behindMark + 1) === 10;
  if (isCrLf) return behindMark + 2;
  if (behindMark === text.length) return behindMark;
  return text.charCodeAt(behindMark) === 10 ? behindMark + 1 : undefined;
}
