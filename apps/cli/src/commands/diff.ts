import { ConfitureError } from "@confiture/model";
import {
  type CanonicalOptions,
  type DiffProof,
  planRenamedDiff,
  type RenamedDiffPlan,
  renderDiff,
} from "@confiture/schema";
import type { CliContext } from "../context.js";
import { diffDocument } from "../diff/diff-document.js";
import { noteDiff } from "../diff/note-diff.js";
import type { GlobalFlags, PrintFlags } from "../flags.js";
import { type CommandResult, type CommandTools, runCommand } from "../output/run-command.js";
import { type ComparedFlags, whatCounts } from "../sides/compared.js";
import { declaredRenames, type RenameFlags } from "../sides/declared-renames.js";
import { provePlan, rowsInWords, sourceOf, whatSpeaksAgainst } from "../sides/prove-plan.js";
import { type ReadSides, readSides } from "../sides/read-sides.js";
import { type Side, sideOf } from "../sides/side.js";

export interface DiffFlags extends PrintFlags, Pick<GlobalFlags, "env" | "config">, ComparedFlags, RenameFlags {
  readonly from: string;
  readonly to: string;
  readonly prove: boolean;
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
    const proof = flags.prove ? await proveDiff(plan, { sides, counts, tools }) : undefined;
    return {
      document: { ...diffDocument(plan, { sides, counts }), proof: proof ?? null },
      lines: linesOf(plan, flags),
      exitCode: proof === undefined || proof.proven ? 0 : 1,
    };
  });
}

interface Proving {
  readonly sides: ReadSides;
  readonly counts: CanonicalOptions;
  readonly tools: CommandTools;
}

/** What the proof found goes to stderr: the script stays one. */
async function proveDiff(plan: RenamedDiffPlan, { sides, counts, tools: { terminal } }: Proving): Promise<DiffProof> {
  terminal.status("  proving it in a shadow database with rows");
  const { from, to, shadow } = sides;
  const proof = await provePlan(plan, {
    before: sourceOf(from, counts),
    after: sourceOf(to, counts),
    counts,
    shadow,
    version: Math.floor(from.catalog.serverVersion / 10_000),
  });
  terminal.clearStatus();
  for (const what of proof.notInspected) terminal.remark(`${terminal.paint("yellow", "note")} not proven: ${what}`);
  if (proof.proven) terminal.note(rowsInWords(proof).replace("proven", terminal.paint("green", "proven")));
  else terminal.errorLines(whatSpeaksAgainst(proof).map((line) => `${terminal.paint("red", "not proven")} ${line}`));
  return proof;
}

function linesOf(plan: RenamedDiffPlan, { format }: DiffFlags): CommandResult["lines"] {
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
