import { behindToken } from "./behind-token.js";

/** A `--` comment of a text, without the dashes and the line end. */
export interface LineComment {
  readonly text: string;
  /** Where the dashes begin, in UTF-16 code units. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** The `--` comments of SQL, in order: what stands in strings, bodies and block comments is none. */
export function findLineComments(sql: string): readonly LineComment[] {
  const comments: LineComment[] = [];
  let line = 1;
  let lineStart = 0;
  for (let offset = 0; offset < sql.length; ) {
    const end = behindToken(sql, offset);
    if (sql.startsWith("--", offset)) {
      const text = sql.slice(offset + 2, end).trim();
      comments.push({ text, offset, line, column: offset - lineStart + 1 });
    }
    for (let at = sql.indexOf("\n", offset); at !== -1 && at < end; at = sql.indexOf("\n", at + 1)) {
      line += 1;
      lineStart = at + 1;
    }
    offset = end;
  }
  return comments;
}
