import type { PlannedMigration, PlannedStep } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { segmentHash } from "../plan/plan-migrations.js";
import type { SegmentProgress } from "../record/applied-migration.js";
import { StepFailure } from "./migration-outcome.js";
import type { MigrationRecord } from "./migration-record.js";
import type { ExecutingRun } from "./run.js";
import type { AloneSegment } from "./run-alone.js";
import { settleInDoubt, type Verdict } from "./settle-in-doubt.js";

/** A migration of which an earlier run may have begun a statement that nobody saw the end of. */
export interface Resumed {
  readonly run: ExecutingRun;
  readonly migration: PlannedMigration;
  readonly direction: "up" | "down";
  readonly progress: readonly SegmentProgress[];
  readonly record: MigrationRecord;
}

/** An interrupted statement that the file no longer has: what it left is settled all the same, by what it was. */
export async function settleEdited(resumed: Resumed): Promise<void> {
  const { run, migration, direction, record } = resumed;
  const { version, segments, file } = migration;
  for (const open of interruptedOf(resumed)) {
    const segment = segments[open.segment];
    if (segment !== undefined && segment.kind !== "transaction" && segmentHash(segment) === open.hash) continue;
    const { action } = open.evidence;
    if (action === undefined) throw inDoubt(migration, undefined, `\`${open.statement}\` was interrupted`);
    const verdict = await settleInDoubt(run, migration, action, open.evidence);
    if (verdict.kind === "in-doubt") throw inDoubt(migration, undefined, verdict.evidence);
    if (verdict.kind === "finished") {
      throw new StepFailure(
        null,
        new ConfitureError(
          "CONFITURE_PARTIAL_CHANGED",
          `\`${open.statement}\` of ${file} is done (${verdict.evidence}), and the file says something else there now.`,
          {
            at: segment?.steps[0]?.at ?? { file, line: 1, column: 1 },
            hint: "Restore the statement; those behind it may be edited.",
          },
        ),
      );
    }
    await record.write([
      settled(resumed, open.statement, verdict),
      run.journal.forgetStep({ version, direction, segment: open.segment }),
    ]);
  }
}

/** True when an interrupted earlier try of this very statement turns out to have happened. */
export async function settleInterrupted(resumed: Resumed, segment: AloneSegment, index: number): Promise<boolean> {
  const { run, migration, record } = resumed;
  const open = interruptedOf(resumed).find((row) => row.segment === index && row.hash === segmentHash(segment));
  if (open === undefined) return false;
  const verdict = await settleInDoubt(run, migration, segment.action, open.evidence);
  if (verdict.kind === "in-doubt") throw inDoubt(migration, segment.steps[0], verdict.evidence);
  const event = settled(resumed, open.statement, verdict);
  if (verdict.kind === "finished") {
    await record.write([event, record.ofSegment(segment, index, [])]);
    return true;
  }
  await record.write([event]);
  return false;
}

/** A program says nothing by which it could be told what it has done. */
export function refuseInterruptedProgram(resumed: Resumed): void {
  if (interruptedOf(resumed).length === 0) return;
  throw inDoubt(resumed.migration, undefined, "a program outside a transaction was interrupted");
}

function interruptedOf({ migration, direction, progress }: Resumed): readonly SegmentProgress[] {
  return progress.filter(
    (row) => row.version === migration.version && row.direction === direction && row.state === "started",
  );
}

/** Says what was found out, and returns the SQL that records it. */
function settled(
  { run, migration }: Resumed,
  statement: string,
  { kind, evidence }: Exclude<Verdict, { readonly kind: "in-doubt" }>,
): string {
  const { version } = migration;
  run.options.emit({ kind: "in-doubt-settled", version, statement, verdict: kind, evidence });
  return run.journal.event({ kind: "step_settled", version, details: { statement, verdict: kind, evidence } });
}

function inDoubt(migration: PlannedMigration, step: PlannedStep | undefined, evidence: string): StepFailure {
  const { version } = migration;
  const error = new ConfitureError(
    "CONFITURE_IN_DOUBT",
    `Migration ${version} was interrupted, and nobody but you can tell whether this happened: ${evidence}.`,
    {
      at: step?.at ?? { file: migration.file, line: 1, column: 1 },
      hint: `Look at the database, then say: \`confiture migrate repair --mark-finished ${version}\` or \`--mark-not-started ${version}\`, and run again.`,
      facts: { version },
    },
  );
  return new StepFailure(step?.index ?? null, error);
}
