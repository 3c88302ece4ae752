import { parseSqlFile } from "@confiture/sql";
import { type Finding, findingAt, type Inspection } from "./finding.js";
import type { Block } from "./read-blocks.js";

/** Holds every statement of the blocks against the server's own grammar. */
export async function checkSql(blocks: readonly Block[]): Promise<Inspection> {
  const findings: Finding[] = [];
  let count = 0;
  for (const block of blocks) {
    const { statements, metaCommands } = await parseSqlFile(block.text, { file: block.file });
    count += statements.length;
    if (statements.length + metaCommands.length === 0) findings.push(findingAt(block, 0, "holds no statement"));
    for (const { at } of metaCommands) findings.push(findingAt(block, at.line - 1, "a psql meta-command is not SQL"));
    for (const { syntaxError } of statements) {
      if (syntaxError !== undefined) findings.push(findingAt(block, syntaxError.at.line - 1, syntaxError.message));
    }
  }
  return { findings, counts: { "SQL statements parsed": count }, notInspected: [] };
}
