import { locateInOrder } from "./locate-offset.js";
import type { RawPiece, RawStatement, SplitText, Unterminated } from "./raw-piece.js";
import { readInlineData } from "./read-inline-data.js";
import {
  dollarDelimiter,
  isDigit,
  isIdentifierStart,
  isSpace,
  skipBlockComment,
  skipDigits,
  skipEscapeQuote,
  skipLineComment,
  skipPlainQuote,
  skipWord,
  unterminated,
} from "./skip-tokens.js";
import { StatementShape } from "./statement-shape.js";

/**
 * Cuts a file into statements with exact positions, and into psql meta-commands. Reads each character once and loads no
 * parser. Comments and empty statements between statements belong to none. Assumes `standard_conforming_strings = on`.
 */
export function splitStatements(text: string, options: { readonly file: string }): SplitText {
  return { pieces: new Splitter(text, options.file).split() };
}

// A body or rule that never closes is cut at its semicolons after all; a file full of them must stay linear.
const maxRereads = 16;

class Splitter {
  readonly #text: string;
  readonly #locate: ReturnType<typeof locateInOrder>;
  readonly #pieces: RawPiece[] = [];
  #offset = 0;
  #shape = new StatementShape();
  /** Where the statement being read began, or -1 between statements. */
  #start = -1;
  /** Just behind its last token. */
  #end = -1;
  #depth = 0;
  #rereads = 0;
  /** False while a statement is read again, as if a semicolon ended it wherever it stands. */
  #nests = true;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#locate = locateInOrder(text, file);
    if (text.charCodeAt(0) === 0xfeff) this.#offset = 1;
  }

  split(): readonly RawPiece[] {
    do {
      while (this.#offset < this.#text.length) this.#readToken(this.#offset);
    } while (this.#rereadUnclosed());
    this.#finish();
    return this.#pieces;
  }

  #readToken(start: number): void {
    const text = this.#text;
    const code = text.charCodeAt(start);
    if (isSpace(code)) this.#offset += 1;
    else if (isIdentifierStart(code)) this.#readWord(start);
    else if (isDigit(code)) this.#take(start, skipDigits(text, start));
    else if (code === 39) this.#takeOrGiveUp(start, skipPlainQuote(text, start, "'"), "quoted string");
    else if (code === 34) this.#takeOrGiveUp(start, skipPlainQuote(text, start, '"'), "quoted identifier");
    else if (code === 36) this.#readDollar(start);
    else if (code === 45 && text.charCodeAt(start + 1) === 45) this.#offset = skipLineComment(text, start);
    else if (code === 47 && text.charCodeAt(start + 1) === 42) this.#readBlockComment(start);
    else if (code === 59) this.#readSemicolon(start);
    else if (code === 92) this.#readMetaCommand(start);
    else this.#readSymbol(start, code);
  }

  #readWord(start: number): void {
    const text = this.#text;
    const end = skipWord(text, start);
    const isEscapePrefix = end - start === 1 && (text.charCodeAt(start) | 32) === 101 && text.charCodeAt(end) === 39;
    if (isEscapePrefix) {
      this.#takeOrGiveUp(start, skipEscapeQuote(text, end), "quoted string");
      return;
    }
    if (!this.#shape.isPlain) this.#shape.seeWord(text, start, end, this.#depth);
    this.#extend(start, end);
  }

  #readDollar(start: number): void {
    const text = this.#text;
    const delimiter = dollarDelimiter(text, start);
    if (delimiter !== undefined) {
      const close = text.indexOf(delimiter, start + delimiter.length);
      this.#takeOrGiveUp(start, close === -1 ? unterminated : close + delimiter.length, "dollar-quoted string");
    } else this.#take(start, isDigit(text.charCodeAt(start + 1)) ? skipDigits(text, start) : start + 1);
  }

  #readBlockComment(start: number): void {
    const end = skipBlockComment(this.#text, start);
    if (end === unterminated) this.#giveUp(start, "comment");
    else this.#offset = end;
  }

  #readSymbol(start: number, code: number): void {
    if (code === 40) this.#depth += 1;
    else if (code === 41 && this.#depth > 0) this.#depth -= 1;
    this.#take(start, start + 1);
  }

  #readSemicolon(start: number): void {
    this.#offset = start + 1;
    if (this.#nests && this.#isUnclosed()) {
      this.#shape.seeSemicolon();
      this.#end = this.#offset;
    } else if (this.#shape.readsInlineData) this.#finishCopy();
    else this.#finish();
  }

  /** psql takes a backslash wherever it stands outside quotes: `\gset` behind a statement ends it as `;` does. */
  #readMetaCommand(start: number): void {
    this.#finish();
    const newline = this.#text.indexOf("\n", start);
    this.#offset = newline === -1 ? this.#text.length : newline + 1;
    const text = this.#text.slice(start, this.#offset).trimEnd();
    this.#pieces.push({ kind: "meta-command", text, at: this.#locate(start) });
  }

  #take(start: number, end: number): void {
    this.#shape.seeOther();
    this.#extend(start, end);
  }

  #extend(start: number, end: number): void {
    if (this.#start === -1) this.#start = start;
    this.#offset = end;
    this.#end = end;
  }

  #takeOrGiveUp(start: number, end: number, what: Unterminated["what"]): void {
    if (end === unterminated) this.#giveUp(start, what);
    else this.#take(start, end);
  }

  /** Nothing behind an opening that never closes can be told apart, so the rest of the file is one piece. */
  #giveUp(opening: number, what: Unterminated["what"]): void {
    const { length } = this.#text;
    this.#extend(opening, length);
    this.#end = lastVisible(this.#text) + 1;
    this.#finish({ unterminated: { what, at: this.#locate(opening) } });
    this.#offset = length;
  }

  #finishCopy(): void {
    const data = readInlineData(this.#text, this.#offset);
    this.#offset = data.next;
    const open = { what: "inline COPY data" as const, at: this.#locate(this.#start) };
    this.#finish({ copyData: data.text, ...(data.isTerminated ? {} : { unterminated: open }) });
  }

  #finish(extra: Pick<RawStatement, "copyData" | "unterminated"> = {}): void {
    if (this.#start !== -1) {
      const [start, end] = [this.#start, this.#end];
      const copyData = this.#shape.readsInlineData ? { copyData: "" } : {};
      const text = this.#text.slice(start, end);
      this.#pieces.push({ kind: "statement", text, start, end, at: this.#locate(start), ...copyData, ...extra });
      this.#nests = this.#rereads < maxRereads;
    }
    this.#forget();
  }

  #forget(): void {
    this.#shape = new StatementShape();
    this.#start = -1;
    this.#end = -1;
    this.#depth = 0;
  }

  #isUnclosed(): boolean {
    return this.#start !== -1 && (this.#shape.inAtomicBody || (this.#shape.keepsParentheses && this.#depth > 0));
  }

  /** At the end of the text within an unclosed body or rule: reads it again, so that it does not hide what follows. */
  #rereadUnclosed(): boolean {
    if (!this.#nests || !this.#isUnclosed()) return false;
    this.#offset = this.#start;
    this.#forget();
    this.#rereads += 1;
    this.#nests = false;
    return true;
  }
}

function lastVisible(text: string): number {
  let offset = text.length - 1;
  while (offset >= 0 && isSpace(text.charCodeAt(offset))) offset -= 1;
  return offset;
}
