/** One simple command of a shell text, before anything is expanded. */
export interface ShellCommand {
  /** Lines below the first line of the text. */
  readonly offset: number;
  readonly words: readonly string[];
}

/** The simple commands of a shell text: split at newlines, `&&`, `||`, `;`, `|` and `&`, without comments, assignments and redirections. */
export function readCommands(text: string): readonly ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  let word: string | undefined;
  let offset = 0;
  let startedAt = 0;
  const endWord = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = () => {
    endWord();
    const kept = withoutPrefixes(words);
    if (kept.length > 0) commands.push({ offset: startedAt, words: kept });
    words = [];
  };
  for (const { kind, value, lines } of tokens(text)) {
    if (kind === "text") {
      if (word === undefined && words.length === 0) startedAt = offset;
      word = (word ?? "") + value;
    } else if (kind === "space") endWord();
    else endCommand();
    offset += lines;
  }
  endCommand();
  return commands;
}

interface Token {
  readonly kind: "text" | "space" | "end";
  readonly value: string;
  readonly lines: number;
}

const shapes: readonly {
  readonly kind: Token["kind"];
  readonly shape: RegExp;
  readonly value: (match: string) => string;
}[] = [
  { kind: "space", shape: /\\\n/y, value: () => "" },
  { kind: "text", shape: /\\./y, value: (match) => match.slice(1) },
  { kind: "text", shape: /'[^']*'/y, value: (match) => match.slice(1, -1) },
  {
    kind: "text",
    shape: /"(?:[^"\\]|\\[\s\S])*"/y,
    value: (match) => match.slice(1, -1).replace(/\\(["\\$`])/g, "$1"),
  },
  { kind: "end", shape: /\n|;|&&|\|\||\|/y, value: () => "" },
  { kind: "text", shape: /\d*[<>]{1,2}&?\d*|&>/y, value: (match) => match },
  { kind: "end", shape: /&/y, value: () => "" },
  { kind: "space", shape: /[ \t]+/y, value: () => "" },
  { kind: "text", shape: /[^\s'"\\;&|<>]+/y, value: (match) => match },
];

function* tokens(text: string): Generator<Token> {
  let at = 0;
  let startsWord = true;
  while (at < text.length) {
    if (startsWord && text[at] === "#") {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
      continue;
    }
    const found = shapes
      .map(({ kind, shape, value }) => {
        shape.lastIndex = at;
        return { kind, value, match: shape.exec(text)?.[0] };
      })
      .find(({ match }) => match !== undefined);
    if (found?.match === undefined) throw new Error(`cannot read the shell text at: ${text.slice(at, at + 20)}`);
    yield { kind: found.kind, value: found.value(found.match), lines: found.match.split("\n").length - 1 };
    at += found.match.length;
    startsWord = found.kind !== "text";
  }
}

/** Assignments in front, a `$` prompt, and redirections with their targets are not part of the command itself. */
function withoutPrefixes(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => word !== "$" && !/^[A-Za-z_]\w*=/.test(word));
  if (first < 0) return [];
  const redirection = /^(\d*[<>]{1,2}(&\d+)?|&>)$/;
  return words.slice(first).filter((word, index, all) => {
    const before = all[index - 1];
    const isTarget = before !== undefined && redirection.test(before) && !before.includes("&");
    return !redirection.test(word) && !isTarget;
  });
}
