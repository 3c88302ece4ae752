import type { SourceLocation } from "@confiture/model";
import type { Document, Node } from "yaml";
import type { LocatedText } from "./config.js";
import { type ConfigProblem, problemsError } from "./config-problem.js";
import { yamlProblems } from "./yaml-problems.js";

/** Keys and list positions that lead from the top of a document to a value. */
export type YamlPath = readonly (string | number)[];

/** A parsed YAML text that knows where everything stands. */
export interface YamlDocument {
  readonly file: string;
  readonly text: string;
  /** Plain data; undefined for an empty text. */
  readonly value: unknown;
  /** Where a value stands; for a path that does not exist, the nearest part above it. */
  at(path: YamlPath): SourceLocation;
  /** Where a key stands. */
  keyAt(path: YamlPath): SourceLocation;
  /** Where the text of a scalar begins: line and number of columns in front of each of its lines. */
  textAt(path: YamlPath): { readonly firstLine: number; readonly indent: number };
  /** A text of the document with its place and the places of its `${`. */
  located(text: string, path: YamlPath): LocatedText;
}

/**
 * Parses YAML 1.2, one document; a key that stands twice is an error.
 *
 * @throws CONFITURE_CONFIG_INVALID (or the code given by `fail`) with every syntax error
 */
export async function parseYaml(
  text: string,
  file: string,
  fail: (problems: readonly ConfigProblem[]) => Error = problemsError,
): Promise<YamlDocument> {
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const place = (offset: number): SourceLocation => {
    const { line, col } = lines.linePos(Math.max(0, Math.min(offset, text.length)));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0) throw fail(yamlProblems(document.errors, place));
  return new LocatedDocument({
    text,
    file,
    place,
    document,
    value: plainValue(yaml, document, (message, offset) => fail([{ message, at: place(offset) }])),
    isPair: yaml.isPair,
    isMap: yaml.isMap,
  });
}

/** YAML's aliases are resolved only here; one that names nothing, or names too much too often, is refused with its place. */
function plainValue(
  yaml: typeof import("yaml"),
  document: Document.Parsed,
  refuse: (message: string, offset: number) => Error,
): unknown {
  yaml.visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) === undefined) {
        throw refuse(
          "An alias (`*name`) names no anchor above it; put a text that begins with `*` in quotes.",
          alias.range?.[0] ?? 0,
        );
      }
    },
  });
  try {
    return document.toJS() ?? undefined;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw refuse("Aliases (`*name`) make this text far larger than it looks.", 0);
  }
}

interface Parts {
  readonly text: string;
  readonly file: string;
  readonly place: (offset: number) => SourceLocation;
  readonly document: Document.Parsed;
  readonly value: unknown;
  readonly isPair: typeof import("yaml").isPair;
  readonly isMap: typeof import("yaml").isMap;
}

class LocatedDocument implements YamlDocument {
  readonly #parts: Parts;
  readonly file: string;
  readonly text: string;
  readonly value: unknown;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.text = parts.text;
    this.file = parts.file;
    this.value = parts.value;
  }

  at(path: YamlPath): SourceLocation {
    for (let length = path.length; length > 0; length -= 1) {
      const start = this.#node(path.slice(0, length))?.range?.[0];
      if (start !== undefined)
        return length === path.length ? this.#parts.place(start) : this.keyAt(path.slice(0, length));
    }
    const top = this.#parts.document.contents?.range?.[0];
    return top === undefined ? { file: this.file, line: 1, column: 1 } : this.#parts.place(top);
  }

  keyAt(path: YamlPath): SourceLocation {
    const { isMap, place } = this.#parts;
    const parent = path.length === 1 ? this.#parts.document.contents : this.#node(path.slice(0, -1));
    const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === String(path.at(-1))) : undefined;
    const start = (pair?.key as Node | undefined)?.range?.[0];
    return start === undefined ? this.at(path) : place(start);
  }

  textAt(path: YamlPath): { readonly firstLine: number; readonly indent: number } {
    const { text, place } = this.#parts;
    const [start = 0, end = 0] = this.#node(path)?.range ?? [];
    const source = text.slice(start, end);
    const { line, column } = place(start);
    if (!/^[|>]/.test(source)) return { firstLine: line, indent: column - 1 + (/^["']/.test(source) ? 1 : 0) };
    return { firstLine: line + 1, indent: blockIndent(source, this.#scalar(path)) };
  }

  located(value: string, path: YamlPath): LocatedText {
    const { text, place } = this.#parts;
    const [start = 0, end = 0] = this.#node(path)?.range ?? [];
    const source = text.slice(start, end);
    return {
      text: value,
      at: this.at(path),
      variablesAt: [...source.matchAll(/\$\{/g)].map((match) => place(start + match.index)),
    };
  }

  #node(path: YamlPath): Node | undefined {
    const node = this.#parts.document.getIn(path, true);
    return typeof node === "object" && node !== null && "range" in node ? (node as Node) : undefined;
  }

  #scalar(path: YamlPath): string {
    return String(this.#parts.document.getIn(path) ?? "");
  }
}

/** Spaces that YAML takes off every line of a block: what the source has more than the value, on the first line with words. */
function blockIndent(source: string, value: string): number {
  const spacesBefore = (line: string | undefined): number =>
    line === undefined ? 0 : line.length - line.trimStart().length;
  const inSource = source
    .split("\n")
    .slice(1)
    .find((line) => line.trim() !== "");
  const inValue = value.split("\n").find((line) => line.trim() !== "");
  return Math.max(0, spacesBefore(inSource) - spacesBefore(inValue));
}
