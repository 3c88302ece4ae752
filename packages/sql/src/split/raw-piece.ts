import type { SourceLocation } from "@confiture/model";

/** A file cut into what the server gets and what only psql understands, in the file's order. */
export interface SplitText {
  readonly pieces: readonly RawPiece[];
}

export type RawPiece = RawStatement | RawMetaCommand;

/** The text of one statement; whether the grammar accepts it is not known yet. */
export interface RawStatement {
  readonly kind: "statement";
  /** From the first token to the last, without the terminating semicolon. */
  readonly text: string;
  /** Offsets in the file, in UTF-16 code units; `end` is just behind the last token. */
  readonly start: number;
  readonly end: number;
  readonly at: SourceLocation;
  /** Inline data of `COPY … FROM STDIN`, up to but without the `\.` line. */
  readonly copyData?: string;
  /** Something was opened and never closed, so that everything up to the end of the file belongs to it. */
  readonly unterminated?: Unterminated;
}

export interface Unterminated {
  readonly what: "quoted string" | "quoted identifier" | "dollar-quoted string" | "comment" | "inline COPY data";
  /** Where it was opened. */
  readonly at: SourceLocation;
}

/** A psql backslash command, which no server understands, up to the end of its line. */
export interface RawMetaCommand {
  readonly kind: "meta-command";
  readonly text: string;
  readonly at: SourceLocation;
}
