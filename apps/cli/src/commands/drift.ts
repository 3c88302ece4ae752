import { defaultEnvironment } from "@confiture/config";
import { ConfitureError, type UnsupportedObject } from "@confiture/model";
import { type CanonicalOptions, type CatalogDifference, compareCatalogs } from "@confiture/schema";
import type { CliContext } from "../context.js";
import { sideDocument } from "../diff/diff-document.js";
import { differenceDocument } from "../diff/difference-document.js";
import type { GlobalFlags } from "../flags.js";
import { renderDifferences } from "../output/render-differences.js";
import { type CommandResult, runCommand } from "../output/run-command.js";
import type { Terminal } from "../output/terminal.js";
import { readProject } from "../project/open-project.js";
import { type ComparedFlags, whatCounts } from "../sides/compared.js";
import { type ReadSides, readSides } from "../sides/read-sides.js";
import { type Side, sideOf } from "../sides/side.js";

export interface DriftFlags extends GlobalFlags, ComparedFlags {
  readonly against?: string;
}

export async function runDrift(this: CliContext, flags: DriftFlags): Promise<void> {
  await runCommand(this, flags, async (tools) => {
    const name = flags.env ?? defaultEnvironment;
    const to: Side = { kind: "environment", name, shown: `env:${name}` };
    await using sides = await readSides(this, flags, { from: await ddlSide(this, flags), to }, tools);
    const counts = whatCounts(flags, sides.from, sides.to);
    refuseNothing(sides, counts);
    const drift = compareCatalogs(sides.from.catalog, sides.to.catalog, counts);
    const notInspected = notInspectedOf(sides, counts);
    for (const { what, because } of notInspected)
      tools.terminal.note(`${tools.terminal.paint("yellow", "not inspected")} ${what}: ${because}`);
    return result(drift, { sides, notInspected, environment: name, terminal: tools.terminal });
  });
}

async function ddlSide(context: CliContext, flags: DriftFlags): Promise<Side> {
  if (flags.against === undefined) {
    const { root, shown } = await readProject(context, flags);
    return { kind: "ddl", path: root, shown: shown(root) };
  }
  const side = sideOf(context, flags.against);
  if (side.kind === "ddl") return side;
  throw new ConfitureError("CONFITURE_USAGE", `--against ${side.shown} is not DDL.`, {
    hint: "Name a folder or a file. Two databases are compared by `confiture diff --from … --to …`.",
  });
}

interface NotInspected {
  readonly what: string;
  readonly because: string;
}

interface Findings {
  readonly sides: ReadSides;
  readonly notInspected: readonly NotInspected[];
  readonly environment: string;
  readonly terminal: Terminal;
}

function result(drift: readonly CatalogDifference[], findings: Findings): CommandResult {
  const { sides, notInspected, environment, terminal } = findings;
  const { from, to } = sides;
  const files = from.ddl?.build.files.length ?? 0;
  const same = `${environment} is as the DDL says (${files} ${files === 1 ? "file" : "files"})${notInspected.length === 0 ? "" : ", as far as it was inspected"}.`;
  return {
    document: {
      format: 1,
      environment,
      against: sideDocument(from),
      serverVersion: Math.floor(to.catalog.serverVersion / 10_000),
      drifted: drift.length > 0,
      changes: drift.map(differenceDocument),
      notInspected,
    },
    lines:
      drift.length === 0
        ? [same]
        : renderDifferences(drift, { terminal, added: "not in the DDL", removed: "missing", changed: "different" }),
    exitCode: drift.length === 0 ? 0 : 1,
  };
}

/** An empty environment agrees with DDL that makes nothing, and nobody would have meant to ask that. */
function refuseNothing({ from, to }: ReadSides, counts: CanonicalOptions): void {
  const empty = from.ddl?.empty;
  if (empty === undefined) return;
  const holdsNothing = [from, to].every(({ catalog }) => compareCatalogs(empty, catalog, counts).length === 0);
  if (!holdsNothing) return;
  throw new ConfitureError(
    "CONFITURE_NOTHING_INSPECTED",
    `Neither the DDL nor ${to.side.shown} holds anything: there was nothing to compare.`,
    { hint: "Check schema.load_order, and that the environment's database_url names the database you mean." },
  );
}

function notInspectedOf({ from, to }: ReadSides, counts: CanonicalOptions): readonly NotInspected[] {
  const unsupported = (objects: readonly UnsupportedObject[], where: string): readonly NotInspected[] =>
    objects.map(({ kind, name }) => ({ what: `${kind} ${name}`, because: `${where}; it is not part of a catalog` }));
  return [
    ...unsupported(from.catalog.unsupported, "made by the DDL"),
    ...unsupported(to.catalog.unsupported, "in the environment"),
    ...(counts.ignoreGrants === true ? [{ what: "grants and default privileges", because: "--no-grants" }] : []),
    ...(counts.ignoreOwners === true
      ? [{ what: "owners", because: "the DDL was built by another role; --owners compares them all the same" }]
      : []),
  ];
}
