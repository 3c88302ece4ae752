import { type LockMode, lockModes } from "@confiture/model";
import { lockWords } from "./blocking-work.js";
import type { SaferSequence, SaferStep } from "./safer-answer.js";

export interface RenderMigrationOptions {
  /** Written as `set local lock_timeout` into each transaction that readers or writers may queue behind. Default: a comment says where one belongs. */
  readonly lockTimeoutMs?: number;
  /** Which of the steps. Those for `later` belong into a file of their own. Default: `now`. */
  readonly when?: SaferStep["when"];
}

/**
 * The text of an `.up.sql` file: each step with the reason, each transaction with its own BEGIN and COMMIT, which the
 * migrator and psql both take as they stand. A batch that is to be repeated is written as a loop.
 */
export function renderMigration(sequence: SaferSequence, options: RenderMigrationOptions = {}): string {
  const wanted = options.when ?? "now";
  const steps = sequence.steps.filter(({ when }) => when === wanted);
  const later = wanted === "now" && sequence.steps.some(({ when }) => when === "later");
  const head = [
    comment(sequence.because),
    ...sequence.caveats.map((caveat) => comment(`Note: ${caveat}`)),
    ...(later ? [comment("A second migration follows once no running code uses the old form any more.")] : []),
  ];
  return `${[head.join("\n"), ...steps.map((step) => renderStep(step, options))].join("\n\n")}\n`;
}

function renderStep(step: SaferStep, { lockTimeoutMs }: RenderMigrationOptions): string {
  const lines = [comment(step.because)];
  if (step.asLoop !== undefined) return [...lines, `${step.asLoop};`].join("\n");
  if (step.transaction === "alone") return [...lines, `${step.sql};`].join("\n");
  const strongest = strongestLock(step);
  if (strongest !== undefined)
    lines.push(
      comment(
        step.isLong === true
          ? `${strongest} for as long as it takes to go through the rows: run it in a quiet hour.`
          : `${strongest} for a moment: run it with a lock_timeout, and again when that fires.`,
      ),
    );
  const timeout =
    strongest === undefined || lockTimeoutMs === undefined ? [] : [`set local lock_timeout = ${lockTimeoutMs};`];
  return [...lines, "begin;", ...timeout, `${step.sql};`, "commit;"].join("\n");
}

/** The lock that others may queue behind; those up to SHARE UPDATE EXCLUSIVE let readers and writers pass. */
function strongestLock({ locks }: SaferStep): string | undefined {
  const rank = (mode: LockMode) => lockModes.indexOf(mode);
  const strongest = [...locks].sort((a, b) => rank(b.mode) - rank(a.mode))[0];
  if (strongest === undefined || rank(strongest.mode) < rank("ShareLock")) return undefined;
  return `${lockWords(strongest.mode)} on ${strongest.relation}`;
}

function comment(text: string): string {
  return text
    .split("\n")
    .map((line) => `-- ${line}`.trimEnd())
    .join("\n");
}
