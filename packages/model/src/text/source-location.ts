/** A place in a text somebody wrote. `line` and `column` count from 1, in UTF-16 code units as editors do. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `file:line:column`, the form terminals and editors turn into links. */
export function formatLocation(at: SourceLocation): string {
  return `${at.file}:${at.line}:${at.column}`;
}
