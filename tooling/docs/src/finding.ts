import type { Block } from "./read-blocks.js";

/** Something in a page that is not true. */
export interface Finding {
  /** `file:line`. */
  readonly at: string;
  readonly message: string;
}

/** What one checker did with the blocks that are its own. */
export interface Inspection {
  readonly findings: readonly Finding[];
  /** Counts for the last line: `{ "type-checked": 12, "run": 3 }`. */
  readonly counts: Readonly<Record<string, number>>;
  /** What nobody looked into, in words. */
  readonly notInspected: readonly string[];
}

export function findingAt(block: Block, offset: number, message: string): Finding {
  return { at: `${block.file}:${block.line + offset}`, message };
}

export function mergeInspections(all: readonly Inspection[]): Inspection {
  const counts: Record<string, number> = {};
  for (const [what, count] of all.flatMap((one) => Object.entries(one.counts)))
    counts[what] = (counts[what] ?? 0) + count;
  return {
    findings: all.flatMap((one) => one.findings),
    counts,
    notInspected: all.flatMap((one) => one.notInspected),
  };
}
