/** Quoted text, quoted names, what opens, closes and parts, and runs of anything else, as the server prints SQL. */
const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[(),[\]]|[^'"(),[\]]+/g;

interface Token {
  readonly text: string;
  readonly start: number;
  /** How many parentheses and brackets are open around it; one that opens or closes stands outside itself. */
  readonly depth: number;
}

function* tokensOf(text: string): Iterable<Token> {
  let depth = 0;
  for (const match of text.matchAll(token)) {
    if (match[0] === ")" || match[0] === "]") depth -= 1;
    yield { text: match[0], start: match.index, depth };
    if (match[0] === "(" || match[0] === "[") depth += 1;
  }
}

/** The pieces between the commas that stand in no quotes, parentheses or brackets. */
export function splitAtCommas(text: string): readonly string[] {
  const cuts = [...tokensOf(text)].filter((found) => found.text === "," && found.depth === 0);
  const starts = [0, ...cuts.map(({ start }) => start + 1)];
  const pieces = starts.map((start, number) => text.slice(start, cuts[number]?.start).trim());
  return pieces.length === 1 && pieces[0] === "" ? [] : pieces;
}

/** Where a word with a space on either side begins that stands in no quotes, parentheses or brackets; -1 for nowhere. */
export function placeOfWord(text: string, word: string): number {
  for (const { text: run, start, depth } of tokensOf(text)) {
    const place = depth === 0 && !/^['"]/.test(run) ? run.indexOf(` ${word} `) : -1;
    if (place >= 0) return start + place;
  }
  return -1;
}

/** `shop.area(numeric, numeric) …` taken apart at its first parentheses. */
export interface PrintedSignature {
  readonly name: string;
  readonly inside: string;
  readonly behind: string;
}

export function splitSignature(text: string): PrintedSignature {
  const tokens = [...tokensOf(text)];
  const open = tokens.find((found) => found.text === "(" && found.depth === 0);
  const close = tokens.find((found) => found.text === ")" && found.depth === 0);
  if (open === undefined || close === undefined) return { name: text, inside: "", behind: "" };
  return {
    name: text.slice(0, open.start).trim(),
    inside: text.slice(open.start + 1, close.start),
    behind: text.slice(close.start + 1),
  };
}
