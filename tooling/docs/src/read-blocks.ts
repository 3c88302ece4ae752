/** A fenced block of a page. */
export interface Block {
  /** From the workspace root. */
  readonly file: string;
  /** Of the first line inside the fence, from 1. */
  readonly line: number;
  readonly language: string;
  /** The words behind the language: `run`, `confiture.yaml`. */
  readonly marks: readonly string[];
  /** The `key=value` words behind the language: `in=examples/shop`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Every fenced block of a Markdown text. Throws for a fence that is never closed: half a page would go unchecked. */
export function readBlocks(markdown: string, file: string): readonly Block[] {
  const lines = markdown.replaceAll("\r\n", "\n").split("\n");
  const blocks: Block[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const open = /^(\s*)(`{3,}|~{3,})\s*(.*)$/.exec(lines[index] ?? "");
    if (open === null) continue;
    const [, indent = "", fence = "", info = ""] = open;
    // An info string with a backtick is inline code that happens to begin a line.
    if (fence.startsWith("`") && info.includes("`")) continue;
    const close = lines.findIndex((line, at) => at > index && closes(line, fence));
    if (close < 0) throw new Error(`${file}:${index + 1} a fence is opened here and never closed`);
    const body = lines.slice(index + 1, close).map((line) => withoutIndent(line, indent));
    blocks.push({ file, line: index + 2, ...readInfo(info), text: body.join("\n") });
    index = close;
  }
  return blocks;
}

function closes(line: string, fence: string): boolean {
  const mark = line.trim();
  return mark.length >= fence.length && mark === fence.charAt(0).repeat(mark.length);
}

function withoutIndent(line: string, indent: string): string {
  const own = /^\s*/.exec(line)?.[0].length ?? 0;
  return line.slice(Math.min(own, indent.length));
}

function readInfo(info: string): Pick<Block, "language" | "marks" | "settings"> {
  const [language = "", ...words] = info.trim().split(/\s+/);
  const pairs = words.filter((word) => word.includes("="));
  return {
    language,
    marks: words.filter((word) => !word.includes("=")),
    settings: Object.fromEntries(pairs.map((pair) => [pair.split("=")[0], pair.slice(pair.indexOf("=") + 1)])),
  };
}
