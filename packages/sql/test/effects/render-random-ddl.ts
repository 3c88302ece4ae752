import { describeDifference, type EffectPredictor } from "@confiture/sql";
import { shrinkMismatch, signatureOf } from "./shrink-mismatch.js";
import type { Mismatch, RandomDdlReport } from "./try-random-ddl.js";

export interface RandomDdlShares {
  readonly rejected: number;
  /** The predictor said that it does not understand. */
  readonly unknown: number;
  /** Of those that were understood, as below. */
  readonly underPredicted: number;
  /** Of those that claim to be certain. */
  readonly underThoughCertain: number;
  readonly overPredicted: number;
}

export function randomSharesOf({ compared, certain, unknown, rejected, mismatches }: RandomDdlReport): RandomDdlShares {
  const claimed = mismatches.filter(({ certainty }) => certainty !== "unknown");
  const under = claimed.filter((mismatch) => mismatch.under.length > 0);
  const understood = Math.max(1, compared - unknown);
  return {
    rejected: rejected.length / Math.max(1, rejected.length + compared),
    unknown: unknown / Math.max(1, compared),
    underPredicted: under.length / understood,
    underThoughCertain: under.filter(({ certainty }) => certainty === "certain").length / Math.max(1, certain),
    overPredicted: claimed.filter(({ over }) => over.length > 0).length / understood,
  };
}

/** The figures, each kind of mistake with an example, and the first few examples made small. */
export async function renderRandomDdl(
  report: RandomDdlReport,
  options: { readonly predict: EffectPredictor; readonly shrink: number },
): Promise<string> {
  const shares = randomSharesOf(report);
  const unknown = report.mismatches.filter(({ certainty }) => certainty === "unknown");
  const groups = groupsOf(report.mismatches.filter(({ certainty }) => certainty !== "unknown"));
  const lines = [
    `PostgreSQL ${report.version}, seed ${report.seed}: ${report.compared} statements in ${report.databases} databases`,
    `  refused by the server      ${percent(shares.rejected)}`,
    `  under-predicted            ${percent(shares.underPredicted)}   though certain ${percent(shares.underThoughCertain)} of ${report.certain}`,
    `  over-predicted             ${percent(shares.overPredicted)}`,
    `  not understood             ${percent(shares.unknown)}${unknown.length === 0 ? "" : `   ${renderCounts(unknown)}`}`,
    ...report.thrown.map(({ sql, error }) => `  ✘ the predictor threw: ${error}: ${sql}`),
    ...groups.map(([first, ...others]) => renderMismatch(first!, others.length)),
  ];
  for (const [first] of groups.slice(0, options.shrink)) {
    const { setup, behind, sql } = await shrinkMismatch({
      version: report.version,
      predict: options.predict,
      mismatch: first!,
    });
    lines.push("  made small:", ...[...setup, ...behind, sql].map((text) => `    ${text};`));
    lines.push(
      ...[...first!.under, ...first!.over].map(
        (difference) => `      ${difference.direction} ${describeDifference(difference)}`,
      ),
    );
  }
  return lines.join("\n");
}

/** What is hidden from people first. */
function groupsOf(mismatches: readonly Mismatch[]): readonly (readonly Mismatch[])[] {
  const groups = groupedBy(mismatches, (mismatch) => `${firstWords(mismatch.sql)}: ${signatureOf(mismatch)}`);
  return [...groups.values()].sort((a, b) => b[0]!.under.length - a[0]!.under.length || b.length - a.length);
}

function firstWords(sql: string): string {
  return sql.split(/\s+/).slice(0, 2).join(" ");
}

function renderMismatch(mismatch: Mismatch, others: number): string {
  const { seed, behind, sql, under, over, certainty } = mismatch;
  return [
    `  ✘ ${sql}${others > 0 ? `  (and ${others} more of the kind)` : ""} -- database ${seed}, ${certainty}`,
    ...behind.map((text) => `      behind ${text}`),
    ...[...under, ...over].map(
      (difference) => `      ${difference.direction.padEnd(6)} ${difference.what}: ${describeDifference(difference)}`,
    ),
  ].join("\n");
}

/** `alter type 3, create view 2`: nothing was claimed of them. */
function renderCounts(mismatches: readonly Mismatch[]): string {
  return [...groupedBy(mismatches, ({ sql }) => firstWords(sql))]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([words, cases]) => `${words} ${cases.length}`)
    .join(", ");
}

export function renderRejected({ rejected }: RandomDdlReport): string {
  const reasons = groupedBy(rejected, ({ because }) => because.replace(/"[^"]*"/g, "…"));
  return [...reasons]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, cases]) => `  refused ${cases.length}: ${reason}: ${cases[0]!.sql}`)
    .join("\n");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1).padStart(5)} %`;
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
