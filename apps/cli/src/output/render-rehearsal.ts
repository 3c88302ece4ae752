import type { RehearsalOutcome } from "@confiture/migrator";
import { formatCount, formatDuration } from "./durations.js";
import { outcomeDocument } from "./render-outcome.js";
import type { Terminal } from "./terminal.js";

export function rehearsalDocument(outcome: RehearsalOutcome): Record<string, unknown> {
  return { ...outcomeDocument(outcome), rehearsal: outcome.rehearsal };
}

/** What a rehearsal saw, in the order a person decides by: did it work, what did it hold, what did it change. */
export function renderRehearsal(outcome: RehearsalOutcome, terminal: Terminal): readonly string[] {
  const { rehearsal } = outcome;
  if (
    outcome.applied.length === 0 &&
    outcome.failed === null &&
    rehearsal.notRehearsed.length === 0 &&
    rehearsal.bounded === null
  ) {
    return ["Nothing to rehearse: the database is up to date."];
  }
  return [
    ...stepLines(outcome, terminal),
    ...section("Locks a run would hold on what was there before", lockLines(outcome)),
    ...section(
      "Rows changed",
      rehearsal.rows.map(
        ({ table, inserted, updated, deleted }) =>
          `${table}: ${formatCount(inserted, "row")} inserted, ${updated.toLocaleString("en-US")} updated, ${deleted.toLocaleString("en-US")} deleted`,
      ),
    ),
    ...section(
      "Schema changes",
      rehearsal.changes.map(
        ({ change, kind, name }) => `${{ added: "+", removed: "-", changed: "~" }[change]} ${kind} ${name}`,
      ),
    ),
    ...section(
      "Violations",
      rehearsal.violations.map(
        (violation) =>
          `${violation.table ?? "?"}: ${violation.constraint ?? violation.sqlState} (${violation.version ?? "?"}, statement ${violation.step ?? "?"})`,
      ),
    ),
    ...section("Sequences that moved (a rollback does not take back nextval)", rehearsal.sequencesMoved),
    ...section(
      "The shadow's schema, built from the record, is not the target's",
      (rehearsal.shadowDiffers ?? []).map(
        ({ change, kind, name }) =>
          `${{ added: "only on the shadow", removed: "only on the target", changed: "different" }[change]}: ${kind} ${name}`,
      ),
    ),
    ...section(
      "Not rehearsed",
      rehearsal.notRehearsed.map(({ version, because }) => `${version}: ${because}`),
    ),
    "",
    verdict(outcome, terminal),
  ];
}

function stepLines(outcome: RehearsalOutcome, terminal: Terminal): readonly string[] {
  const { onTarget, onShadow } = outcome.rehearsal;
  const mark = terminal.paint("green", "✓");
  const lines = (results: typeof onTarget, where: string): readonly string[] =>
    results.flatMap(({ version, name, durationMs, steps }) => [
      `${mark} ${version} ${name}  ${terminal.paint("dim", `${formatDuration(durationMs)} ${where}`)}`,
      ...steps.map(
        ({ step, statement, durationMs: ms, rows }) =>
          `    ${String(step).padStart(2)}  ${formatDuration(ms).padStart(9)}  ${statement}${rows === null ? "" : `  ${terminal.paint("dim", formatCount(rows, "row"))}`}`,
      ),
    ]);
  return [
    ...lines(onTarget, "on the target, rolled back"),
    ...lines(onShadow, "on a shadow made from the record: its rows and times are not the target's"),
  ];
}

function lockLines(outcome: RehearsalOutcome): readonly string[] {
  const { locks, onTarget, onShadow } = outcome.rehearsal;
  const unseen = onShadow.length === 0 ? [] : ["what ran on the shadow: not measured there"];
  if (onTarget.length === 0) return unseen;
  if (locks === null) return ["not observed: no second session could watch"];
  const lines = [...locks]
    .sort((left, right) => right.heldMs - left.heldMs)
    .map(({ relation, mode, heldMs }) => `${relation}  ${mode}  at most ${formatDuration(heldMs)}`);
  return [...lines, ...unseen];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `  ${line}`)];
}

function verdict(outcome: RehearsalOutcome, terminal: Terminal): string {
  const { rehearsal } = outcome;
  if (rehearsal.bounded !== null) {
    const { lock, afterMs } = rehearsal.bounded;
    const what = lock === null ? "the transaction was open" : `${lock.mode} on ${lock.relation} was held`;
    return terminal.paint(
      "red",
      `Rolled back after ${formatDuration(afterMs)}: ${what} longer than --max-lock-hold allows. Rehearse with --on shadow, or allow more.`,
    );
  }
  if (outcome.failed !== null)
    return terminal.paint("red", "The rehearsal failed and was rolled back; the database is as it was.");
  if (rehearsal.notRehearsed.length > 0)
    return terminal.paint(
      "yellow",
      "What could be rehearsed went well; what could not is listed above and counts as not passed.",
    );
  const open =
    rehearsal.onTarget.length === 0
      ? "The target was not touched."
      : `It was rolled back, after holding its locks in a transaction of ${formatDuration(rehearsal.openMs)}; the database is as it was.`;
  return terminal.paint("green", `The rehearsal went well. ${open}`);
}
