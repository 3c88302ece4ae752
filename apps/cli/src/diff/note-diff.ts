import type { DiffPlan } from "@confiture/schema";
import type { Terminal } from "../output/terminal.js";

/** Says on stderr what no script can hold: what was not compared, what cannot be brought about, what looks like a rename. */
export function noteDiff({ unsupported, columnOrder, likelyRenames }: DiffPlan, terminal: Terminal): void {
  const note = (text: string): void => terminal.note(`${terminal.paint("yellow", "note")} ${text}`);
  for (const { kind, name, side } of unsupported) note(`not compared: ${kind} ${name} (--${side})`);
  for (const { table, is, wanted } of columnOrder)
    note(`columns of ${table} will stand as ${is.join(", ")}; wanted: ${wanted.join(", ")}. No ALTER moves a column.`);
  for (const { kind, from, to } of likelyRenames)
    note(
      `${kind} ${from} goes and ${to} comes, just like it. If it is the same one: ${renameFlag({ kind, from, to })}, or in the DDL \`-- confiture: rename ${kind} ${from} to ${to}\`.`,
    );
}

function renameFlag({ kind, from, to }: DiffPlan["likelyRenames"][number]): string {
  return `--rename '${kind} ${from} to ${to}'`;
}
