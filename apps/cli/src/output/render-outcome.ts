import type { HookExecution, MigrateOutcome } from "@confiture/migrator";
import { formatCount, formatDuration } from "./durations.js";
import { errorDocument } from "./print-error.js";
import type { Terminal } from "./terminal.js";

/** The JSON document of `migrate up`, `down` and `resume`. */
export function outcomeDocument(outcome: MigrateOutcome): Record<string, unknown> {
  const { applied, failed, inDoubt, dryRun, executionId, direction, hooks, interruptedHooks, undone } = outcome;
  return {
    applied,
    failed: failed === null ? null : { version: failed.version, step: failed.step, error: errorDocument(failed.error) },
    inDoubt,
    undone,
    dryRun,
    executionId,
    direction,
    hooks,
    interruptedHooks,
  };
}

export function renderOutcome(outcome: MigrateOutcome, terminal: Terminal): readonly string[] {
  const verb = outcome.direction === "up" ? "applied" : "undone";
  if (outcome.applied.length === 0 && outcome.failed === null)
    return [outcome.direction === "up" ? "Nothing to apply: the database is up to date." : "Nothing to undo."];
  const mark = terminal.paint("green", "✓");
  const lines = outcome.applied.map(
    ({ version, name, durationMs, steps }) =>
      `${mark} ${version} ${name}  ${terminal.paint("dim", `${formatDuration(durationMs)}, ${formatCount(steps.length, "statement")}`)}`,
  );
  const total = outcome.applied.reduce((sum, { durationMs }) => sum + durationMs, 0);
  if (outcome.failed !== null)
    lines.push(
      `${terminal.paint("red", "✗")} ${outcome.failed.version}${outcome.failed.step === null ? "" : `, statement ${outcome.failed.step}`} failed`,
    );
  lines.push(
    ...(outcome.undone ?? []).map(({ version, name }) => `${terminal.paint("yellow", "↶")} ${version} ${name} undone`),
  );
  lines.push(...outcome.hooks.flatMap((hook) => hookLine(hook, outcome, terminal)));
  const summary =
    outcome.applied.length === 0
      ? `Nothing was ${verb}.`
      : `${formatCount(outcome.applied.length, "migration")} ${verb} in ${formatDuration(total)}.`;
  return [...lines, "", summary];
}

/** A hook that failed behind a commit failed nothing, so nothing else tells of it. */
function hookLine(hook: HookExecution, { failed }: MigrateOutcome, terminal: Terminal): readonly string[] {
  if (hook.error === null || hook.status === "skipped") return [];
  if (failed?.error.facts.hook === hook.hook && failed.error.facts.event === hook.event) return [];
  const where = hook.version === null ? hook.event : `${hook.version} ${hook.event}`;
  return [`${terminal.paint("yellow", "!")} hook ${hook.hook} (${where}) failed: ${hook.error.message}`];
}
