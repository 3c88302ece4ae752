import { type Finding, findingAt, type Inspection, mergeInspections } from "./finding.js";
import type { Block } from "./read-blocks.js";

/** What can be done with the blocks of each language. Handed in, so that the rules can be tested without the tools. */
export interface BlockCheckers {
  readonly typescript: (blocks: readonly Block[]) => Promise<Inspection>;
  readonly shell: (blocks: readonly Block[]) => Promise<Inspection>;
  readonly yaml: (blocks: readonly Block[]) => Promise<Inspection>;
  readonly sql: (blocks: readonly Block[]) => Promise<Inspection>;
}

/** Nothing to check: what a terminal shows, and data that others' documents specify. */
const freeLanguages = ["text", "json"];
const languages: Readonly<Record<string, keyof BlockCheckers>> = {
  ts: "typescript",
  js: "typescript",
  sh: "shell",
  yaml: "yaml",
  sql: "sql",
};
const marksOf: Readonly<Record<keyof BlockCheckers, readonly string[]>> = {
  typescript: ["run"],
  shell: ["run"],
  yaml: ["confiture.yaml", "environment", "migration"],
  sql: [],
};

/** Sends each block to the checker of its language; a block nobody can check is a finding. */
export async function checkBlocks(blocks: readonly Block[], checkers: BlockCheckers): Promise<Inspection> {
  const strangers = blocks.flatMap(refuseStranger);
  const inspections: Inspection[] = [];
  for (const checker of Object.values(languages)) {
    inspections.push(await checkers[checker](blocks.filter((block) => languages[block.language] === checker)));
  }
  const free = blocks.filter((block) => freeLanguages.includes(block.language)).length;
  return mergeInspections([
    { findings: strangers, counts: { blocks: blocks.length }, notInspected: [] },
    ...inspections,
    { findings: [], counts: {}, notInspected: free === 0 ? [] : [`${free} blocks of ${freeLanguages.join(" or ")}`] },
  ]);
}

function refuseStranger(block: Block): readonly Finding[] {
  if (freeLanguages.includes(block.language)) return [];
  const checker = languages[block.language];
  const known = [...Object.keys(languages), ...freeLanguages].join(", ");
  if (checker === undefined) {
    return [
      findingAt(block, -1, `a block of ${block.language || "no language"} cannot be checked; known are ${known}`),
    ];
  }
  const wrong = block.marks.filter((mark) => !marksOf[checker].includes(mark));
  return wrong.map((mark) => findingAt(block, -1, `a ${block.language} block cannot be marked ${mark}`));
}
