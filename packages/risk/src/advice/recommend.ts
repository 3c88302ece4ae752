import type {
  Anomaly,
  DurationEstimate,
  Operation,
  Recommendation,
  RiskLevel,
  WaitPrediction,
  WindowState,
} from "@confiture/model";
import { riskLevels } from "@confiture/model";
import type { RelationIndex } from "../facts/relation-index.js";
import { relationsOf } from "../facts/relations-of.js";
import type { RiskFacts } from "../facts/risk-facts.js";
import type { AssessedOperation, EstimateDuration } from "../plan/assessed-operation.js";
import { relationsWithHeldRows } from "../plan/row-changes.js";
import { keepsOut, type PlanStudy } from "../plan/study-plan.js";
import { levelOfDowntime, worstLevel } from "../score/risk-levels.js";
import type { RiskScale } from "../score/risk-scale.js";
import type { Advice } from "./advice.js";
import { anomalyAdvice } from "./anomaly-advice.js";
import { deployOrder, nameOf } from "./deploy-order.js";
import { gentlerWords } from "./gentler-words.js";

export interface RecommendInput {
  readonly operations: readonly AssessedOperation[];
  readonly facts?: RiskFacts;
  readonly relations: RelationIndex;
  readonly estimate: EstimateDuration;
  readonly scale: RiskScale;
  readonly study: PlanStudy;
  readonly level: RiskLevel;
  readonly downtime: DurationEstimate;
  readonly waits: readonly WaitPrediction[];
  readonly anomalies: readonly Anomaly[];
  /** What CASCADE drops, as sentences. */
  readonly takenAlong: readonly string[];
  readonly window: WindowState | null;
  readonly lockTimeoutMs?: number;
  readonly maintenance?: { readonly at: Date };
}

/** What to do about it: the worst first, and among equals what saves most waiting. Each text once. */
export function recommend(input: RecommendInput): readonly Recommendation[] {
  const advice: readonly Advice[] = [
    ...input.study.unclear.map(
      (operation): Advice => ({
        level: "critical",
        text: `Look at ${nameOf(operation)} yourself: what it does could not be told. A statement whose text is put together as it runs is better written out.`,
        savesMs: 0,
      }),
    ),
    ...input.takenAlong.map(
      (taken): Advice => ({ level: "high", text: `${taken}: be sure that nobody misses it.`, savesMs: 0 }),
    ),
    ...gentlerWays(input),
    ...input.anomalies.map(anomalyAdvice),
    ...waitAdvice(input),
    ...windowAdvice(input),
    ...orderAdvice(input.operations),
  ];
  return distinct(
    [...advice].sort((a, b) => riskLevels.indexOf(b.level) - riskLevels.indexOf(a.level) || b.savesMs - a.savesMs),
  ).map(({ level, text, sql }) => ({ level, text, ...(sql === undefined ? {} : { sql }) }));
}

/** Each text once, and each way once: several operations of one statement have the same. */
function distinct(advice: readonly Advice[]): readonly Advice[] {
  const ways = new Set<string>();
  return advice.filter(({ text, sql }) => {
    const keys = [text, ...(sql === undefined ? [] : [JSON.stringify(sql)])];
    const isNew = keys.every((key) => !ways.has(key));
    for (const key of keys) ways.add(key);
    return isNew;
  });
}

/** For all operations of one statement the same way: its level is that of the worst of them. */
function gentlerWays({ operations, relations, estimate, scale }: RecommendInput): readonly Advice[] {
  return operations.flatMap((operation): readonly Advice[] => {
    const { effect } = operation;
    const blocks = keepsOut(operation) || relationsWithHeldRows(operation).length > 0;
    const loses = effect.dataLoss.length > 0;
    const breaks = effect.compatibility.runningCode === "breaks";
    if ((!blocks && !loses && !breaks) || (effect.locks.length === 0 && !loses)) return [];
    const way = wayOf(operation, loses || breaks);
    if (way === undefined) return [];
    const told = blocks ? estimate({ operations: [operation], relations: factsFor(operation, relations) }) : undefined;
    const savesMs = told?.estimatedMs ?? 0;
    const unknown =
      blocks && ((needsSize(operation) && !sizesKnown(operation, relations)) || told?.unpriced !== undefined);
    const level = worstLevel([
      unknown ? "high" : levelOfDowntime(savesMs, scale),
      loses ? "high" : "low",
      breaks ? "high" : "low",
    ]);
    return [{ ...way, level, savesMs }];
  });
}

/** The way that came with the operation; without one, what to look for in words. */
function wayOf(operation: AssessedOperation, takesAway: boolean): Pick<Advice, "text" | "sql"> | undefined {
  const { safer } = operation;
  const text = gentlerWords(operation);
  if (safer?.kind === "safer") {
    const own = text ?? `There is a gentler way to ${nameOf(operation)}.`;
    return { text: [own, ...(safer.caveats ?? [])].join(" "), sql: safer.sql };
  }
  if (safer?.kind === "none" && !takesAway)
    return { text: `No gentler way to ${nameOf(operation)} was found: ${safer.because}.` };
  return text === undefined || (safer?.kind === "already-safe" && !takesAway) ? undefined : { text };
}

function factsFor(operation: Operation, relations: RelationIndex) {
  return relationsOf([operation]).flatMap((name) => relations.get(name) ?? []);
}

function needsSize({ effect }: Operation): boolean {
  return effect.rewrites.length + effect.scans.length + effect.indexBuilds.length > 0;
}

function sizesKnown({ effect }: Operation, relations: RelationIndex): boolean {
  const needed = [
    ...effect.rewrites,
    ...effect.scans.map(({ relation }) => relation),
    ...effect.indexBuilds.map(({ table }) => table),
  ];
  return needed.every((name) => relations.has(name));
}

/** A longer request would queue the application behind it; this is short for people and long for most transactions. */
const suggestedLockTimeout = "2s";

function waitAdvice({ waits, study, facts, lockTimeoutMs, scale }: RecommendInput): readonly Advice[] {
  const own = Number.parseInt(facts?.settings.lock_timeout ?? "0", 10);
  const bounded = (lockTimeoutMs ?? own) > 0;
  const sessions = new Map((facts?.activity.sessions ?? []).map((session) => [session.pid, session]));
  const long = waits.flatMap(({ holders, relation, typicalMs, kind }) => {
    // Who steps aside by himself is told of only where nobody else is in the way.
    const holder = holders.find(({ pid }) => sessions.get(pid)?.yields !== true) ?? holders[0];
    return holder === undefined || (typicalMs !== null && typicalMs < 1_000)
      ? []
      : [{ holder, session: sessions.get(holder.pid), relation, typicalMs, kind }];
  });
  return [
    ...(study.underLock.length > 0 && !bounded
      ? [
          {
            level: "high" as const,
            text: "Run it under a lock_timeout and try again when it fires: without one, a lock that is not to be had queues the application behind it without an end.",
            sql: [`set lock_timeout = '${suggestedLockTimeout}'`],
            savesMs: 0,
          },
        ]
      : []),
    ...long.map(({ holder, session, relation, typicalMs, kind }): Advice => {
      const who =
        holder.pid === 0
          ? "a prepared transaction"
          : `process ${holder.pid} (${holder.applicationName || "unnamed"}, ${holder.state})`;
      const age =
        holder.transactionAgeMs === null ? "unknown age" : `${Math.round(holder.transactionAgeMs / 1_000)} s old`;
      const effect = kind === "lock" ? "is in the way of the lock on" : "would be waited for on";
      const level = typicalMs === null ? "high" : levelOfDowntime(typicalMs, scale);
      const savesMs = typicalMs ?? 0;
      if (session?.backend === "autovacuum worker") {
        const how = session.yields
          ? "it gives way by itself to who has waited for deadlock_timeout: there is nothing to do"
          : "it prevents wraparound and does not give way: let it end first";
        return { level, text: `An autovacuum, process ${holder.pid}, ${age}, ${effect} ${relation}: ${how}.`, savesMs };
      }
      return {
        level,
        text: `The transaction of ${who}, ${age}, ${effect} ${relation}: wait for its end, or end it.`,
        ...(holder.pid === 0 ? {} : { sql: [`select pg_terminate_backend(${holder.pid})`] }),
        savesMs,
      };
    }),
  ];
}

function windowAdvice({ window, maintenance, level, downtime, study }: RecommendInput): readonly Advice[] {
  if (window === null || maintenance === undefined || study.underLock.length === 0) return [];
  const advise = (text: string): readonly Advice[] => [{ level, text, savesMs: downtime.estimatedMs }];
  if (!window.open) {
    if (riskLevels.indexOf(level) < riskLevels.indexOf("medium")) return [];
    const next =
      window.nextOpensAt === null ? "and none opens within five years" : `the next opens at ${window.nextOpensAt}`;
    return advise(`Run it in a maintenance window: none is open, ${next}.`);
  }
  const leftMs = Date.parse(window.closesAt!) - maintenance.at.getTime();
  if (downtime.upperMs <= leftMs) return [];
  return advise(
    `The maintenance window closes in ${Math.round(leftMs / 1_000)} s, and it may take ${Math.round(downtime.upperMs / 1_000)} s: begin earlier in the next one.`,
  );
}

function orderAdvice(operations: readonly Operation[]): readonly Advice[] {
  const { first } = deployOrder(operations);
  if (first === "application") {
    const breaks = operations.some(({ effect }) => effect.compatibility.runningCode === "breaks");
    const text = "Deploy the application first: the code that runs now does not go with the schema as it will be.";
    return [{ level: breaks ? "high" : "medium", text, savesMs: 0 }];
  }
  if (first === "neither") {
    const text =
      "Neither order works for a rename: the code that runs needs the old name and the new code the new one. Keep both for a while: a view with the old name of a table, a second column beside a renamed one.";
    return [{ level: "high", text, savesMs: 0 }];
  }
  if (first !== "split") return [];
  const text = "Split it in two: what new code needs before the deployment, what old code does not bear after it.";
  return [{ level: "medium", text, savesMs: 0 }];
}
