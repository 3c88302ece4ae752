import type { DurationEstimate, Effect, Hazard } from "@confiture/model";
import type { TraceOutcome } from "@confiture/sql";
import type { AnalyzedStatement } from "../analyze/analysis.js";
import { formatDuration } from "./durations.js";
import { lockName, strongLocks, whoWaits } from "./lock-words.js";

/** One thing to know of a statement. */
export interface Remark {
  readonly kind: "lock" | "work" | "danger" | "assumption" | "safer" | "trace";
  readonly text: string;
}

/** A statement in the words of an operator, most important first. Empty for what touches nothing that was there. */
export function describeStatement(one: AnalyzedStatement): readonly Remark[] {
  const { effect, statement, duration, safer, observed } = one;
  const unreadable = statement.syntaxError?.message;
  const remark =
    (kind: Remark["kind"]) =>
    (text: string): Remark => ({ kind, text });
  return [
    ...(effect.certainty === "unknown"
      ? [unreadable ?? "not understood: what it does is only known when it runs"]
      : []
    ).map(remark("danger")),
    ...locksOf(effect).map(remark("lock")),
    ...workOf(effect, duration).map(remark("work")),
    ...dangersOf(effect).map(remark("danger")),
    ...(safer?.kind === "safer" ? [saferSteps(safer.steps.length)] : []).map(remark("safer")),
    ...(observed === null || statement.transactionality.kind === "transaction-control"
      ? []
      : traceRemarks(observed)
    ).map(remark("trace")),
    ...effect.assumptions.map(remark("assumption")),
  ];
}

function locksOf(effect: Effect): readonly string[] {
  const strong = strongLocks([...effect.locks, ...effect.indexLocks]);
  return [
    ...strong.map(([mode, relations]) => `${lockName(mode)} on ${listed(relations, 3)} — ${whoWaits(mode)}`),
    ...weakerLocksOf(effect),
  ];
}

/** What somebody may notice beside the strong locks: rows that are held, and transactions that are waited for. */
export function weakerLocksOf({ locks, waits }: Effect): readonly string[] {
  const changed = locks.flatMap(({ relation, mode }) => (mode === "RowExclusiveLock" ? [relation] : []));
  return [
    ...(changed.length === 0 ? [] : [`changes rows of ${listed(changed, 3)} — who changes the same rows waits`]),
    ...waits.map(({ relation }) => `waits for transactions that use ${relation}; nobody queues behind it`),
  ];
}

function workOf(effect: Effect, duration: DurationEstimate | null) {
  const { rewrites, scans, indexBuilds, fileSwaps, rowChanges = [] } = effect;
  const fresh = indexBuilds.filter(({ why }) => why !== "rewrite");
  const read = scans.filter(({ why }) => why !== "index_build" && why !== "rewrite" && why !== "query");
  const works = [
    ...rewrites.map((relation) => `writes ${relation} anew`),
    ...fresh.map(({ table, index, concurrently, why }) => {
      const verb = why === "new" ? "builds" : "rebuilds";
      return `${verb} ${index === undefined ? "an index" : `index ${index}`} on ${table}${concurrently ? " beside the application" : ""}`;
    }),
    ...(read.length === 0 ? [] : [`reads all of ${listed(unique(read.map(({ relation }) => relation)), 3)}`]),
    ...fileSwaps.map((relation) => `gives ${relation} a new file`),
    ...rowChanges.flatMap(({ relation, what, rows }) =>
      rows === "few" || what === "insert"
        ? []
        : [`may ${what === "update" ? "change" : "delete"} any row of ${relation}`],
    ),
  ];
  if (works.length === 0) return [];
  const time = duration === null ? "" : `: ${interval(duration)}`;
  return works.map((work, index) => (index === works.length - 1 ? `${work}${time}` : work));
}

/** `about 12 s (8.0 s to 19 s)`. */
export function interval({ estimatedMs, lowerMs, upperMs, unpriced }: DurationEstimate): string {
  if (unpriced !== undefined) return `at least ${formatDuration(lowerMs)}; nobody knows how long`;
  return `about ${formatDuration(estimatedMs)} (${formatDuration(lowerMs)} to ${formatDuration(upperMs)})`;
}

/** Hazards that neither the locks nor the work tell already. */
const hazardWords: Readonly<Partial<Record<Hazard, string>>> = {
  IndexDropped: "drops an index that queries may need",
  AuthzUpdate: "changes who may do what",
  ImpactsDatabasePerformance: "loads the whole server",
  HasUntrackableDependencies: "what depends on it cannot be followed",
  Correctness: "may change what queries answer",
  ExtensionVersionUpgrade: "updates an extension",
};

function dangersOf({ dataLoss, hazards, compatibility, certainty }: Effect): readonly string[] {
  const losses = unique(
    dataLoss.map(({ what, of }) => `loses ${what.replaceAll("_", " ")}${what === "table" ? "" : " of"} ${of}`),
  );
  return [
    ...losses,
    ...(compatibility.runningCode === "breaks"
      ? [`breaks running code: ${compatibility.because ?? "it uses what changes"}`]
      : []),
    ...(certainty === "unknown" ? [] : hazards.flatMap((hazard) => hazardWords[hazard] ?? [])),
  ];
}

function saferSteps(count: number): string {
  return `gentler in ${count === 1 ? "1 step" : `${count} steps`} (--rewrite)`;
}

function traceRemarks(outcome: TraceOutcome): readonly string[] {
  switch (outcome.kind) {
    case "confirmed":
      return [];
    case "mismatch":
      return [...outcome.under, ...outcome.over].map((difference) => `on the shadow: ${difference}`);
    case "refused":
      return [`on the shadow: refused, SQLSTATE ${outcome.code}`];
    case "not-run":
      return [`on the shadow: not run, ${outcome.because}`];
    default:
      return outcome satisfies never;
  }
}

/** A few names, and how many more. */
export function listed(names: readonly string[], most: number): string {
  const rest = names.length - most;
  return rest <= 0 ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${rest} more`;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
