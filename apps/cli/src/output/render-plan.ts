import type { MigrationPlan, PlannedMigration, PlannedSegment } from "@confiture/model";
import { formatCount } from "./durations.js";
import type { Terminal } from "./terminal.js";

/** A plan as the SQL that would be sent, with what commits together and why. */
export function renderPlan(plan: MigrationPlan, terminal: Terminal): readonly string[] {
  if (plan.migrations.length === 0) return [plan.direction === "up" ? "Nothing to apply." : "Nothing to undo."];
  return [
    ...plan.migrations.flatMap((migration) => renderMigration(migration, plan.direction, terminal)),
    "",
    `${formatCount(plan.migrations.length, "migration")} would be ${plan.direction === "up" ? "applied" : "undone"}. Nothing was run.`,
  ];
}

function renderMigration(migration: PlannedMigration, direction: "up" | "down", terminal: Terminal): readonly string[] {
  const { version, name, from, reversible, segments, resumeAt } = migration;
  // The file that is run: on the way back it is not the one that gives the migration its name.
  const file = segments[0]?.steps[0]?.at.file ?? migration.file;
  const remarks = [
    ...(direction === "up" && !reversible ? ["irreversible: it has no down"] : []),
    ...(from === "stored-copy" ? ["from the copy kept when it was applied"] : []),
    ...(resumeAt > 0 ? [`resumes at part ${resumeAt + 1}: those before are applied`] : []),
  ];
  return [
    "",
    `${terminal.paint("bold", `-- ${version} ${name}`)}  (${file})${remarks.length === 0 ? "" : `  ${terminal.paint("yellow", remarks.join("; "))}`}`,
    ...segments.slice(resumeAt).flatMap((segment) => renderSegment(segment, terminal)),
  ];
}

function renderSegment(segment: PlannedSegment, terminal: Terminal): readonly string[] {
  const dim = (text: string): string => terminal.paint("dim", text);
  switch (segment.kind) {
    case "transaction":
      return [
        `begin${segment.beginOptions === undefined ? "" : ` ${segment.beginOptions}`};`,
        ...segment.steps.map((step) => `${step.sql};${step.copyData === undefined ? "" : dim("  -- and its data")}`),
        `commit;${segment.boundary === "end" ? "" : dim(`  -- ${segment.boundary}`)}`,
      ];
    case "alone":
      return [dim(`-- alone, ${segment.because}`), `${segment.steps[0].sql};`];
    case "program":
      return [
        dim(
          `-- a TypeScript program, ${segment.transaction ? "in one transaction" : "outside a transaction"}: its statements are known when it runs`,
        ),
      ];
    default:
      return segment satisfies never;
  }
}
