import { parseSync } from "oxc-parser";

/** A node of the syntax tree, with just what every node has. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

export function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

/** Calls `visit` for every node of a TypeScript file, parents before children. Throws when the text does not parse. */
export function walkSyntax(text: string, file: string, visit: (node: SyntaxNode, parent?: SyntaxNode) => void): void {
  const parsed = parseSync(file, text);
  const [error] = parsed.errors;
  if (error !== undefined) throw new SyntaxError(`${file}: ${error.message}`);
  const descend = (value: unknown, parent?: SyntaxNode): void => {
    if (Array.isArray(value)) {
      for (const item of value) descend(item, parent);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    const node = isSyntaxNode(value) ? value : undefined;
    if (node !== undefined) visit(node, parent);
    for (const child of Object.values(value)) descend(child, node ?? parent);
  };
  descend(parsed.program);
}

/** The line an offset lies on, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
