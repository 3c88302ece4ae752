import type {
  Anomaly,
  DurationEstimate,
  Operation,
  RiskAssessment,
  RiskLevel,
  WaitPrediction,
  WindowState,
} from "@confiture/model";
import { deployOrder, nameOf } from "../advice/deploy-order.js";
import { recommend } from "../advice/recommend.js";
import { describeRequirement } from "../checks/data-check.js";
import { recheckedConstraints, unsaidRequirements } from "../checks/unsaid-requirements.js";
import type { Calibration } from "../duration/calibration.js";
import { estimateDuration } from "../duration/estimate-duration.js";
import type { PastOperation } from "../duration/past-operation.js";
import { indexRelations, type RelationIndex } from "../facts/relation-index.js";
import type { RiskFacts } from "../facts/risk-facts.js";
import { asRunningCodeSees } from "../plan/as-running-code-sees.js";
import type { AssessedOperation, EstimateDuration } from "../plan/assessed-operation.js";
import { relationsWithHeldRows } from "../plan/row-changes.js";
import { type PlanStudy, studyPlan } from "../plan/study-plan.js";
import { onWhatWasThere } from "../plan/what-was-there.js";
import { worstLevel } from "../score/risk-levels.js";
import { publishedScale, type RiskScale } from "../score/risk-scale.js";
import { type RiskInputs, scoreRisk } from "../score/score-risk.js";
import { predictWaits } from "../waits/predict-waits.js";
import { checkMaintenanceWindows, type MaintenanceWindow } from "../windows/maintenance-window.js";
import { anomaliesOfChecks } from "./anomalies-of-checks.js";
import { assessCategories } from "./categories.js";
import { checksOfNow } from "./checks-of-now.js";
import { gatherDependents } from "./gather-dependents.js";
import type { ProjectConventions } from "./project-conventions.js";
import { describeTakenAlong } from "./taken-along.js";

export interface AssessRiskInput {
  /**
   * In the order they run, of one migration: neighbours that may run in a transaction are taken to share one, so that a
   * lock is held until the last of them has ended.
   */
  readonly operations: readonly AssessedOperation[];
  /** Of the server it will run on. Without them, everything that depends on them counts as the worst. */
  readonly facts?: RiskFacts;
  /** Rates measured on this server (`@confiture/risk/calibrate`). */
  readonly calibration?: Calibration;
  /** What ran on it before. */
  readonly history?: readonly PastOperation[];
  /** Another judge of durations. Default: `estimateDuration` with `calibration` and `history`. */
  readonly estimate?: EstimateDuration;
  /** The `lock_timeout` it will run under; absent: the session's own, as the facts tell it. */
  readonly lockTimeoutMs?: number;
  readonly scale?: RiskScale;
  readonly conventions?: ProjectConventions;
  readonly maintenance?: {
    readonly windows: readonly MaintenanceWindow[];
    /** When it would begin. */
    readonly at: Date;
  };
}

/**
 * What a plan may cost the people who use the database. Pure: plain data in, plain data out; nothing is asked of a server.
 *
 * Fails closed. What is not known counts as the worst and stands in `notInspected`; an operation that was not understood
 * (`unclassified`, or certainty `unknown`) makes the level `critical`, whatever the score. A lock counts as downtime
 * when it keeps readers, row lockers or writers out, from its taking to the end of its transaction, and so does changing rows
 * that nothing says to be few: who changes the same ones waits. CONCURRENTLY and its kin cost none.
 *
 * @throws CONFITURE_CONFIG_INVALID for a maintenance window that cannot be read.
 */
export function assessRisk(given: AssessRiskInput): RiskAssessment {
  const { scale = publishedScale } = given;
  const there = new Set(given.facts?.relations.map(({ relation }) => relation));
  const operations = onWhatWasThere(asRunningCodeSees(given.operations, there), given.facts);
  const facts = given.facts && { ...given.facts, checks: checksOfNow(given.facts.checks, operations) };
  const input = { ...given, operations, ...(facts === undefined ? {} : { facts }) };
  const study = studyPlan(operations);
  const estimate = input.estimate ?? usualEstimate(input);
  const relations = indexRelations(facts);
  const downtime = estimateDowntime(relations, estimate, study);
  const anomalies = gatherAnomalies(facts);
  const seenAll = study.worksOn.length === 0 || (facts !== undefined && allWasLookedAt(operations, facts));
  const dependents = gatherDependents(facts, study.worksOn);
  const waits = facts === undefined ? [] : waitsFor(input, facts);
  const connections = facts?.activity.connections;
  const measured: RiskInputs = {
    dataBytes: bytesOf(study.worksOn, relations),
    lockMs: downtime.known ? downtime.estimate.estimatedMs : null,
    dependencies: dependents?.length ?? null,
    anomalies: seenAll ? anomalies.map(({ severity }) => severity) : null,
    connectionUse: connections ? Math.min(1, connections.used / connections.max) : null,
  };
  const scored = scoreRisk(measured, scale);
  const upperEnd = scoreRisk({ ...measured, lockMs: downtime.known ? downtime.estimate.upperMs : null }, scale);
  const levelByDowntime: RiskLevel = study.unclear.length > 0 ? "critical" : scored.levelByDowntime;
  const level = worstLevel([scored.level, levelByDowntime]);
  const window = windowState(input);
  const found = {
    ...input,
    scale,
    estimate,
    study,
    relations,
    downtime: downtime.estimate,
    waits,
    anomalies,
    takenAlong: describeTakenAlong(operations, facts),
  };
  return {
    ...scored,
    level,
    levelByDowntime,
    levelAtUpperEnd: worstLevel([level, upperEnd.level]),
    downtime: downtime.estimate,
    whoWaits: study.unclear.length > 0 ? "others" : study.whoWaits,
    waits,
    anomalies,
    categories: assessCategories({ ...found, dependents: dependents ?? [], levelByDowntime }),
    deployOrder: deployOrder(operations),
    window,
    recommendations: recommend({ ...found, level, window }),
    notInspected: listNotInspected(input, study),
  };
}

interface Downtime {
  readonly estimate: DurationEstimate;
  /** False: what is done under a lock depends on a size that nobody told, or has no price. */
  readonly known: boolean;
}

function usualEstimate({ calibration, history }: AssessRiskInput): EstimateDuration {
  const known = {
    ...(calibration === undefined ? {} : { calibration }),
    ...(history === undefined ? {} : { history }),
  };
  return (asked) => estimateDuration({ ...asked, ...known });
}

function estimateDowntime(relations: RelationIndex, estimate: EstimateDuration, study: PlanStudy): Downtime {
  const caveats = study.unclear.map(
    (operation) => `${nameOf(operation)} was not understood: nothing is known of its time`,
  );
  if (study.underLock.length === 0) return { estimate: nobodyWaits(caveats), known: study.unclear.length === 0 };
  const told = estimate({ operations: study.underLock, relations: [...relations.values()] });
  const assumed = study.underLock.flatMap(({ effect }) => (effect.certainty === "assumed" ? effect.assumptions : []));
  const unread = study.underLock.flatMap((operation) => workOf(operation)).filter((name) => !relations.has(name));
  const estimated = {
    ...told,
    caveats: [
      ...caveats,
      ...told.caveats,
      ...(study.whoWaits === "same_rows" ? ["only who changes the same rows waits; everybody else goes on"] : []),
      ...new Set(unread.map((relation) => `the size of ${relation} is not known`)),
      ...new Set(assumed.map((assumption) => `assumed: ${assumption}`)),
    ],
  };
  return {
    estimate: estimated,
    known: study.unclear.length === 0 && unread.length + (told.unpriced ?? []).length === 0,
  };
}

function nobodyWaits(caveats: readonly string[]): DurationEstimate {
  const confidence = caveats.length === 0 ? 1 : 0;
  return { estimatedMs: 0, lowerMs: 0, upperMs: 0, confidence, method: "heuristic", factors: [], caveats };
}

/** The relations whose size decides how long it takes. */
function workOf(operation: Operation): readonly string[] {
  const { effect } = operation;
  return [
    ...relationsWithHeldRows(operation),
    ...effect.rewrites,
    ...effect.scans.map(({ relation }) => relation),
    ...effect.indexBuilds.map(({ table }) => table),
  ];
}

/** Heaps and TOAST, each once: a partition's bytes are in its parent's already. Null when one is not known. */
function bytesOf(names: readonly string[], relations: RelationIndex): number | null {
  const asked = new Set(names);
  let bytes = 0;
  for (const name of names) {
    const known = relations.get(name);
    if (known === undefined) return null;
    if (known.within === undefined || !asked.has(known.within)) bytes += known.heapBytes + known.toastBytes;
  }
  return bytes;
}

function gatherAnomalies(facts: RiskFacts | undefined): readonly Anomaly[] {
  return facts === undefined ? [] : [...(facts.anomalies ?? []), ...anomaliesOfChecks(facts.checks)];
}

/** Whether what stands against the plan would have been found: a check that was refused is no row that holds. */
function allWasLookedAt(operations: readonly Operation[], facts: RiskFacts): boolean {
  return (
    facts.anomalies !== null &&
    facts.anomaliesComplete &&
    facts.checks.every(({ kind }) => kind !== "not_inspected") &&
    uncheckedRequirements(operations, facts).length === 0
  );
}

function waitsFor({ operations, lockTimeoutMs }: AssessRiskInput, facts: RiskFacts): readonly WaitPrediction[] {
  const own = Number.parseInt(facts.settings.lock_timeout ?? "", 10);
  const allowed = lockTimeoutMs ?? (Number.isNaN(own) ? undefined : own);
  const { activity } = facts;
  return predictWaits({
    operations,
    activity,
    deadlockTimeoutMs: inMilliseconds(facts.settings.deadlock_timeout) ?? 1_000,
    ...(allowed === undefined ? {} : { lockTimeoutMs: allowed }),
  });
}

/** As SHOW prints a time: `1s`, `500ms`, `2min`. */
function inMilliseconds(text: string | undefined): number | undefined {
  const match = /^(\d+)(ms|s|min|h|d)$/.exec(text ?? "");
  if (match === null) return undefined;
  const units = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
  return Number(match[1]) * units[match[2] as keyof typeof units];
}

function windowState({ maintenance }: AssessRiskInput): WindowState | null {
  return maintenance === undefined ? null : checkMaintenanceWindows(maintenance.windows, maintenance.at);
}

function listNotInspected({ operations, facts }: AssessRiskInput, study: PlanStudy): readonly string[] {
  const unclear = study.unclear.map((operation) => `${nameOf(operation)}: it was not understood`);
  if (facts === undefined) return [...unclear, "the server: no facts were given"];
  return [
    ...unclear,
    ...facts.missing
      .filter((relation) => study.worksOn.includes(relation) || study.locks.has(relation))
      .map((relation) => `${relation}: the server has none of that name`),
    ...facts.checks.flatMap((check) =>
      check.kind === "not_inspected" ? [`whether ${describeRequirement(check.requirement)}: ${check.because}`] : [],
    ),
    ...uncheckedRequirements(operations, facts).map((planned) => `whether ${planned}: nobody looked`),
    ...recheckedConstraints(operations).map((planned) => `whether ${planned}: nobody looked`),
    ...(facts.anomalies === null ? ["anomalies: nobody looked for them"] : []),
    ...facts.notInspected,
  ];
}

/** What the plan requires of rows that were there before, and no check is about. */
function uncheckedRequirements(operations: readonly Operation[], { checks }: RiskFacts): readonly string[] {
  const checked = new Set(checks.map(({ requirement }) => JSON.stringify(requirement)));
  const open = operations
    .flatMap(({ effect }) => effect.requires)
    .filter((one) => !checked.has(JSON.stringify(one)))
    .map(describeRequirement);
  return [...new Set([...open, ...unsaidRequirements(operations.filter(({ kind }) => kind !== "alter_column_type"))])];
}
