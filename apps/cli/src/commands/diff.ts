import { ConfitureError } from "@confiture/model";
import { type DiffPlan, planRenamedDiff, renderDiff } from "@confiture/schema";
import type { CliContext } from "../context.js";
import { diffDocument } from "../diff/diff-document.js";
import { noteDiff } from "../diff/note-diff.js";
import type { GlobalFlags, PrintFlags } from "../flags.js";
import { type CommandResult, runCommand } from "../output/run-command.js";
import { type ComparedFlags, whatCounts } from "../sides/compared.js";
import { declaredRenames, type RenameFlags } from "../sides/declared-renames.js";
import { readSides } from "../sides/read-sides.js";
import { type Side, sideOf } from "../sides/side.js";

export interface DiffFlags extends PrintFlags, Pick<GlobalFlags, "env" | "config">, ComparedFlags, RenameFlags {
  readonly from: string;
  readonly to: string;
}

export async function runDiff(this: CliContext, flags: DiffFlags): Promise<void> {
  await runCommand(this, flags, async (tools) => {
    const named = { from: sideOf(this, flags.from), to: sideOf(this, flags.to) };
    refuseSame(named);
    await using sides = await readSides(this, flags, named, tools);
    const counts = whatCounts(flags, sides.from, sides.to);
    const plan = await planRenamedDiff(sides.from.catalog, sides.to.catalog, {
      ...counts,
      shadow: sides.shadow,
      renames: declaredRenames(flags, sides),
    });
    noteDiff(plan, tools.terminal);
    return { document: diffDocument(plan, { sides, counts }), lines: linesOf(plan, flags) };
  });
}

function linesOf(plan: DiffPlan, { format }: DiffFlags): CommandResult["lines"] {
  const script = renderDiff(plan).trimEnd();
  if (script !== "") return [script];
  return format === "sql" ? [] : ["-- Nothing to do: the schemas are the same."];
}

/** What is compared with itself passes whatever it is. */
function refuseSame({ from, to }: { readonly from: Side; readonly to: Side }): void {
  const key = (side: Side) => (side.kind === "ddl" ? side.path : side.kind === "url" ? side.url : side.shown);
  if (key(from) !== key(to)) return;
  throw new ConfitureError("CONFITURE_USAGE", `--from and --to are the same: ${from.shown}.`, {
    hint: "Name the schema that is under --from, and the one that is wanted under --to.",
  });
}
