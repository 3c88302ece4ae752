/** An `INSERT … SELECT` taken apart. */
export interface DividedInsert {
  /** What is selected, with the WITH that stood in front. */
  readonly query: string;
  /** `insert into t as x (columns)`, as written. */
  readonly head: string;
  /** How many columns are named; undefined where none are. */
  readonly columns: number | undefined;
  /** `on conflict …`, or nothing. */
  readonly conflict: string;
}

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

/**
 * `[with …] insert into t [(columns)] select … [on conflict …]` → its parts, so that what it selects can be read once and inserted in
 * pieces. Undefined for every other form, RETURNING and VALUES among them. The text is known to be one statement that PostgreSQL takes.
 */
export function divideInsert(sql: string): DividedInsert | undefined {
  const tokens = topTokens(sql);
  const word = (index: number): string => tokens[index]?.text.toLowerCase() ?? "";
  const insert = tokens.findIndex((_, index) => word(index) === "insert" && word(index + 1) === "into");
  if (insert === -1 || tokens.some((_, index) => word(index) === "returning")) return undefined;
  let next = insert + (word(insert + 3) === "." ? 5 : 3);
  if (word(next) === "as") next += 2;
  const list = tokens[next];
  const inside = list === undefined ? "" : sql.slice(list.start + 1, list.end - 1);
  const named = list?.text === "(" && !/^\s*(?:select|with|values|table)\b/i.test(inside);
  if (named) next += 1;
  if (word(next) === "overriding") next += 3;
  if (!["select", "with", "table", "("].includes(word(next))) return undefined;
  const [from, select] = [tokens[insert]!.start, tokens[next]!.start];
  const end = tokens.at(-1)!.end;
  const at = tokens.findIndex((_, index) => index > next && word(index) === "on" && word(index + 1) === "conflict");
  const conflict = at === -1 ? end : tokens[at]!.start;
  return {
    query: `${sql.slice(0, from)}${sql.slice(select, conflict)}`.trim(),
    head: sql.slice(from, select),
    columns: named ? countNames(inside) : undefined,
    conflict: sql.slice(conflict, end),
  };
}

function countNames(list: string): number {
  return list.replace(/--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"/g, "").split(",").length;
}

const tokenShape =
  /--[^\n]*|\/\*[\s\S]*?\*\/|(?:[eE])'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$[A-Za-z_]*\$)[\s\S]*?\1|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[()]|[^\s]/g;

/** Words and signs outside of any parenthesis; a parenthesis with all in it is one. Comments and the last semicolon are left out. */
function topTokens(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  let opened = 0;
  for (const match of sql.matchAll(tokenShape)) {
    const [text] = match;
    if (text.startsWith("--") || text.startsWith("/*")) continue;
    if (text === "(" && depth++ === 0) opened = match.index;
    if (text === ")" && --depth === 0) tokens.push({ text: "(", start: opened, end: match.index + 1, depth: 0 });
    else if (depth === 0 && text !== ")" && text !== ";")
      tokens.push({ text, start: match.index, end: match.index + text.length, depth });
  }
  return tokens;
}
