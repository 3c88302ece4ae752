import { offsetOfByte } from "../../effects/expressions-in-text.js";
import { behindToken } from "../../split/behind-token.js";
import { blankComments } from "../../split/blank-comments.js";

/** A statement's text without comments, cut where its tree says. Offsets are UTF-16 code units, the tree counts bytes. */
export class CutText {
  readonly text: string;

  constructor(text: string) {
    this.text = blankComments(text);
  }

  /** Where a location of the tree is. */
  offset(location: unknown): number {
    return offsetOfByte(this.text, Number(location ?? 0));
  }

  /** From one location of the tree to another, or to the end. */
  between(from: unknown, to?: unknown): string {
    return this.text.slice(this.offset(from), to === undefined ? undefined : this.offset(to)).trim();
  }

  /** The parts between commas that no parentheses or brackets hold, from an offset on. */
  splitAtCommas(from: number): readonly string[] {
    const parts: string[] = [];
    let begin = from;
    for (const { char, offset } of this.plainChars(from)) {
      if (char !== ",") continue;
      parts.push(this.text.slice(begin, offset).trim());
      begin = offset + 1;
    }
    return [...parts, this.text.slice(begin).trim()];
  }

  /** Behind a name that begins at a location: its parts, an asterisk, and the parentheses of `ONLY (name)`. */
  behindName(location: unknown): number {
    const part = String.raw`(?:U&)?"(?:[^"]|"")*"(?:\s*UESCAPE\s*'.')?|[\p{L}_\u0080-\uffff][\p{L}\d_$\u0080-\uffff]*`;
    const name = new RegExp(String.raw`(?:${part})(?:\s*\.\s*(?:${part}))*\s*\*?`, "iuy");
    name.lastIndex = this.offset(location);
    const end = name.test(this.text) ? name.lastIndex : this.offset(location);
    const close = /\s*\)/y;
    close.lastIndex = end;
    const isClosed = /\bonly\s*\(\s*$/i.test(this.text.slice(0, this.offset(location)));
    return isClosed && close.test(this.text) ? close.lastIndex : end;
  }

  /** Behind the first pair of parentheses from an offset on. */
  behindParentheses(from: number): number {
    let depth = 0;
    for (let offset = this.text.indexOf("(", from); offset !== -1 && offset < this.text.length; ) {
      const char = this.text[offset];
      if (char === "(") depth += 1;
      if (char === ")") depth -= 1;
      if (depth === 0) return offset + 1;
      offset = behindToken(this.text, offset);
    }
    return this.text.length;
  }

  /** Where a word stands by itself, outside quotes and parentheses, from an offset on; undefined when it does not. */
  findWord(word: string, from = 0): number | undefined {
    for (const { offset, end } of this.plainChars(from)) {
      if (this.text.slice(offset, end).toLowerCase() === word) return offset;
    }
    return undefined;
  }

  /** Tokens outside quotes, parentheses and brackets. */
  private *plainChars(from: number): Generator<{ char: string; offset: number; end: number }> {
    let depth = 0;
    for (let offset = from; offset < this.text.length; ) {
      const char = this.text[offset]!;
      const end = behindToken(this.text, offset);
      if (char === "(" || char === "[") depth += 1;
      else if (char === ")" || char === "]") depth -= 1;
      else if (depth === 0) yield { char, offset, end };
      offset = end;
    }
  }
}
