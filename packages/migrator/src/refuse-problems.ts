import { ConfitureError } from "@confiture/model";
import type { MigrationStatus } from "./plan/examine-history.js";

/** What is refused unless it is allowed. */
export interface ProblemAllowances {
  /** Apply a migration that is older than one already applied. Default false: CONFITURE_OUT_OF_ORDER. */
  readonly allowOutOfOrder?: boolean;
}

/**
 * Files and record that contradict each other are refused before anything runs, with the choice explained.
 *
 * @throws CONFITURE_CHECKSUM_CHANGED, CONFITURE_MIGRATION_MISSING, CONFITURE_OUT_OF_ORDER, CONFITURE_IN_DOUBT
 */
export function refuseProblems(status: MigrationStatus, allowances: ProblemAllowances): void {
  const reverting = status.underWay.find((applied) => applied.state === "reverting");
  if (reverting !== undefined) {
    throw new ConfitureError(
      "CONFITURE_IN_DOUBT",
      `Migration ${reverting.version} is half undone: an earlier \`down\` was interrupted.`,
      {
        hint: "Finish it with `confiture migrate resume` before anything else.",
        facts: { version: reverting.version },
      },
    );
  }
  const changed = status.changed[0];
  if (changed !== undefined) {
    throw new ConfitureError(
      "CONFITURE_CHECKSUM_CHANGED",
      `${list(status.changed.map(({ migration }) => migration.file))} was edited after it was applied.`,
      {
        at: { file: changed.migration.file, line: 1, column: 1 },
        hint: `Restore the file, or write a new migration with the change. If the database already is as the file says now: \`confiture migrate repair --accept-changed ${changed.applied.version}\`.`,
        facts: { versions: status.changed.map(({ applied }) => applied.version) },
      },
    );
  }
  const missing = status.missing[0];
  if (missing !== undefined) {
    throw new ConfitureError(
      "CONFITURE_MIGRATION_MISSING",
      `${list(status.missing.map(({ version, name }) => `${version}_${name}`))} was applied, and its file is gone.`,
      {
        at: { file: missing.file, line: 1, column: 1 },
        hint: `Write it back from the copy kept: \`confiture migrate repair --restore ${missing.version}\`; or drop it from the record: \`confiture migrate repair --forget ${missing.version}\`.`,
        facts: { versions: status.missing.map(({ version }) => version) },
      },
    );
  }
  const late = status.outOfOrder[0];
  if (late !== undefined && allowances.allowOutOfOrder !== true) {
    throw new ConfitureError(
      "CONFITURE_OUT_OF_ORDER",
      `${list(status.outOfOrder.map(({ file }) => file))} was merged late: a newer migration is applied already.`,
      {
        at: { file: late.file, line: 1, column: 1 },
        hint: `If the order between them does not matter, apply it now with --allow-out-of-order. If it does, give it a newer version: \`confiture migrate repair --renumber ${late.file}\`.`,
        facts: { versions: status.outOfOrder.map(({ version }) => version) },
      },
    );
  }
}

function list(names: readonly string[]): string {
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}
