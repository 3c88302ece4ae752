import { type LockMode, lockModes } from "@confiture/model";
import type { FormScore, ModePair, TruthScore } from "./score-truth.js";

/** Shares of the forms, from 0 to 1. */
export interface TruthShares {
  readonly exactLocks: number;
  readonly exactIndexLocks: number;
  readonly sameWork: number;
  readonly underPredicted: number;
  /** Of the mean over modes of the harmonic mean of precision and recall. */
  readonly macroF1: number;
  readonly exactNamed: number;
  /** Of the forms that touch what they do not name. */
  readonly assumesWhereUnnamed: number;
}

export function sharesOf({ forms }: TruthScore): TruthShares {
  const share = (claim: (form: FormScore) => boolean, of: readonly FormScore[] = forms) =>
    of.length === 0 ? 1 : of.filter(claim).length / of.length;
  const unnamed = forms.filter(({ touchesUnnamed }) => touchesUnnamed);
  return {
    exactLocks: share(({ exactLocks }) => exactLocks),
    exactIndexLocks: share(({ exactIndexLocks }) => exactIndexLocks),
    sameWork: share(({ sameWork }) => sameWork),
    underPredicted: share(({ under }) => under.length > 0),
    macroF1: macroF1(forms.flatMap(({ pairs }) => pairs)),
    exactNamed: share(({ exactNamed }) => exactNamed),
    assumesWhereUnnamed: share(({ assumes }) => assumes, unnamed),
  };
}

export interface ModeQuality {
  readonly mode: LockMode;
  readonly count: number;
  readonly precision: number;
  readonly recall: number;
}

export function modeQualities(pairs: readonly ModePair[]): readonly ModeQuality[] {
  return lockModes.flatMap((mode) => {
    const right = pairs.filter(({ predicted, observed }) => predicted === mode && observed === mode).length;
    const said = pairs.filter(({ predicted }) => predicted === mode).length;
    const count = pairs.filter(({ observed }) => observed === mode).length;
    if (count === 0 && said === 0) return [];
    const of = (whole: number) => (whole === 0 ? 0 : right / whole);
    return [{ mode, count, precision: of(said), recall: of(count) }];
  });
}

function macroF1(pairs: readonly ModePair[]): number {
  const scores = modeQualities(pairs)
    .filter(({ count }) => count > 0)
    .map(({ precision, recall }) => (precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall)));
  return scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
}

/** With a catalog: the figures, and each form that is not as measured. */
export function renderWithCatalog(score: TruthScore, baseline: TruthScore): string {
  const own = sharesOf(score);
  const least = sharesOf(baseline);
  const wrong = score.forms.filter(
    ({ exactLocks, sameWork, under, over }) => !exactLocks || !sameWork || under.length + over.length > 0,
  );
  return [
    `PostgreSQL ${score.version}, with a catalog: ${score.forms.length} forms, ${score.leftOut.length} left out`,
    `  locks exact        ${percent(own.exactLocks)}   always ACCESS EXCLUSIVE ${percent(least.exactLocks)}`,
    `  work class         ${percent(own.sameWork)}   always ACCESS EXCLUSIVE ${percent(least.sameWork)}`,
    `  macro-F1           ${own.macroF1.toFixed(3)}     always ACCESS EXCLUSIVE ${least.macroF1.toFixed(3)}`,
    `  index locks exact  ${percent(own.exactIndexLocks)}`,
    `  under-predicted    ${percent(own.underPredicted)}`,
    ...modeQualities(score.forms.flatMap(({ pairs }) => pairs)).map(
      ({ mode, count, precision, recall }) =>
        `    ${mode.padEnd(26)} ${String(count).padStart(4)}  precision ${percent(precision)}  recall ${percent(recall)}`,
    ),
    ...renderLeftOut(score),
    ...wrong.flatMap((form) => renderForm(form)),
  ].join("\n");
}

export function renderWithoutCatalog(score: TruthScore): string {
  const { exactNamed, assumesWhereUnnamed } = sharesOf(score);
  const wrong = score.forms.filter(
    ({ exactNamed: exact, touchesUnnamed, assumes }) => !exact || (touchesUnnamed && !assumes),
  );
  return [
    `PostgreSQL ${score.version}, without a catalog: ${score.forms.length} forms`,
    `  named relations exact          ${percent(exactNamed)}`,
    `  assumes where it cannot know   ${percent(assumesWhereUnnamed)}`,
    ...wrong.map(
      ({ form, exactNamed: exact }) =>
        `  ✘ ${form.id}: ${form.sql} -- ${exact ? "no assumption, and it touches what it does not name" : "a named relation has another mode"}`,
    ),
  ].join("\n");
}

/** One line for each reason. */
function renderLeftOut({ leftOut }: TruthScore): readonly string[] {
  const reasons = [...new Set(leftOut.map(({ because }) => because))];
  return reasons.map((reason) => {
    const ids = leftOut.filter(({ because }) => because === reason).map(({ id }) => id);
    return `  left out, ${reason}: ${ids.join(", ")}`;
  });
}

function renderForm({ form, under, over }: FormScore): readonly string[] {
  return [
    `  ✘ ${form.id}: ${form.sql}${form.pre === undefined ? "" : ` -- behind: ${form.pre}`}`,
    ...together(under).map((text) => `      under  ${text}`),
    ...together(over).map((text) => `      over   ${text}`),
  ];
}

/** One line for all indexes of which the same is said. */
function together(texts: readonly string[]): readonly string[] {
  const byClaim = new Map<string, string[]>();
  for (const text of texts) {
    const [, index, claim] = /^index_lock: (.*?): (.*)$/.exec(text) ?? [undefined, text, ""];
    byClaim.set(claim, [...(byClaim.get(claim) ?? []), index!]);
  }
  return [...byClaim].flatMap(([claim, names]) =>
    claim === "" ? names : [`index_lock: ${names.join(" ")}: ${claim}`],
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1).padStart(5)} %`;
}
