/**
 * What the words seen so far tell about where the statement ends. Only three kinds of statement end elsewhere than at
 * the first semicolon: CREATE RULE … DO (a; b), CREATE FUNCTION … BEGIN ATOMIC … END, and COPY … FROM STDIN.
 */
export class StatementShape {
  /** Inside `BEGIN ATOMIC … END`. */
  inAtomicBody = false;
  #first: "copy" | "create" | "other" | undefined;
  #create: "undecided" | "rule" | "routine" | "other" = "undecided";
  #previous = "";
  #fromStdin = false;

  /** True when a semicolon within parentheses does not end the statement. */
  get keepsParentheses(): boolean {
    return this.#create === "rule";
  }

  /** True when the lines behind the semicolon are data. */
  get readsInlineData(): boolean {
    return this.#fromStdin;
  }

  /** True once no further word can change anything. */
  get isPlain(): boolean {
    return this.#first === "other" || (this.#first === "create" && this.#create === "other");
  }

  seeWord(text: string, start: number, end: number, depth: number): void {
    // Longer words cannot be one of those that matter (`procedure` is the longest).
    const word = end - start > 9 ? "" : text.slice(start, end).toLowerCase();
    if (this.#first === undefined) this.#first = word === "copy" || word === "create" ? word : "other";
    else if (this.#first === "copy") this.#fromStdin ||= depth === 0 && this.#previous === "from" && word === "stdin";
    else if (this.#first === "create") this.#seeCreateWord(word, depth);
    this.#previous = word;
  }

  /** Anything but a word, white space or a comment. Two words are neighbours only with nothing between them. */
  seeOther(): void {
    this.#first ??= "other";
    this.#previous = "";
  }

  /** A semicolon that does not end the statement. */
  seeSemicolon(): void {
    this.#previous = ";";
  }

  #seeCreateWord(word: string, depth: number): void {
    if (this.#create === "undecided") {
      if (word === "or" || word === "replace") return;
      this.#create = word === "rule" ? "rule" : word === "function" || word === "procedure" ? "routine" : "other";
    } else if (this.#create === "routine") {
      if (!this.inAtomicBody) this.inAtomicBody = depth === 0 && this.#previous === "begin" && word === "atomic";
      // Every statement of the body ends in a semicolon, so only the body's own END stands behind one:
      // the END of a CASE never does.
      else if (word === "end" && (this.#previous === ";" || this.#previous === "atomic")) this.inAtomicBody = false;
    }
  }
}
