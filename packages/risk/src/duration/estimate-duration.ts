import type { DurationEstimate, Operation } from "@confiture/model";
import type { RelationFacts } from "../facts/relation-facts.js";
import type { Calibration } from "./calibration.js";
import { describeWork } from "./describe-work.js";
import { estimateFromHistory, operationSize, type PastOperation } from "./past-operation.js";
import { priceWork } from "./price-work.js";
import { referenceCalibration } from "./reference-calibration.js";
import type { Work } from "./work.js";

export interface EstimateDurationInput {
  /** Of one statement, or of all that are to run one after another. */
  readonly operations: readonly Operation[];
  /** Facts on the relations they work on; what is missing is a caveat of the estimate. */
  readonly relations: readonly RelationFacts[];
  /** Without it, rates of another server are taken, with bounds so wide that they say so. */
  readonly calibration?: Calibration;
  /** What ran before, on the same server. */
  readonly history?: readonly PastOperation[];
}

/**
 * How long operations take, in milliseconds, as a point and an 80 % interval for one run. Each operation is estimated
 * by the best there is: five or more similar ones of the past, else rates measured on this server, else rates of
 * another. The method named is the weakest that was used. Waiting for locks is never part of it. Work without a price is
 * not in the numbers and stands in `unpriced`: they are then no more than what it takes at least.
 */
export function estimateDuration(input: EstimateDurationInput): DurationEstimate {
  const calibration = input.calibration ?? referenceCalibration;
  const relations = new Map(input.relations.map((facts) => [facts.relation, facts]));
  const parts: Part[] = [];
  const caveats = new Set<string>();
  const unpriced = new Set<string>();
  for (const operation of input.operations) {
    const described = describeWork(operation, { relations, environment: calibration.environment });
    for (const caveat of described.caveats) caveats.add(caveat);
    const past = estimateFromHistory(
      operation.kind,
      operationSize(operation, described.works, relations),
      input.history ?? [],
    );
    if (past !== undefined) {
      const name = `${operation.kind}: ${past.similar} similar of the past`;
      parts.push({ name, ms: past.middle, lowerMs: past.lower, upperMs: past.upper, method: "historical" });
      continue;
    }
    for (const what of described.unpriced) unpriced.add(what);
    const method = input.calibration === undefined ? "heuristic" : "calibrated";
    parts.push(...described.works.flatMap((work) => pricedPart(work, { calibration, method, caveats, unpriced })));
  }
  for (const name of rewrittenRepeatedly(input.operations)) {
    caveats.add(`${name} is counted as written anew several times; subcommands of one ALTER TABLE do it once together`);
  }
  return total(parts, caveats, unpriced);
}

function rewrittenRepeatedly(operations: readonly Operation[]): readonly string[] {
  const names = operations.flatMap(({ effect }) => effect.rewrites);
  return [...new Set(names.filter((name, index) => names.indexOf(name) < index))];
}

interface Part {
  readonly name: string;
  readonly ms: number;
  readonly lowerMs: number;
  readonly upperMs: number;
  readonly method: DurationEstimate["method"];
}

/** Estimates this many times longer than the longest run that was measured are said to be extrapolated. */
const farBeyond = 10;

/**
 * What another server may differ by, in both directions, at the same settings: between a notebook's NVMe disk and a
 * small cloud instance with a network volume lies more than between two of either. Not measured, hence so wide.
 */
const betweenServers = 4;

interface PricedPartContext {
  readonly calibration: Calibration;
  readonly method: "heuristic" | "calibrated";
  readonly caveats: Set<string>;
  readonly unpriced: Set<string>;
}

function pricedPart(work: Work, { calibration, method, caveats, unpriced }: PricedPartContext): readonly Part[] {
  const priced = priceWork(work, calibration);
  if (priced === undefined) {
    unpriced.add(`what ${work.family} takes was not measured: it is not in the estimate`);
    return [];
  }
  if (priced.beyond > farBeyond) {
    caveats.add(`${work.on}: more than ${farBeyond} times longer than anything that was measured`);
  }
  const spread = method === "heuristic" ? betweenServers : 1;
  const { ms, lowerMs, upperMs } = priced;
  return [{ name: `${work.family} ${work.on}`, ms, lowerMs: lowerMs / spread, upperMs: upperMs * spread, method }];
}

const weakestFirst = ["heuristic", "calibrated", "historical"] as const;

function total(parts: readonly Part[], caveats: Set<string>, unpriced: ReadonlySet<string>): DurationEstimate {
  const estimatedMs = sum(parts.map(({ ms }) => ms));
  const lowerMs = Math.max(0, estimatedMs - together(parts.map(({ ms, lowerMs }) => Math.max(0, ms - lowerMs))));
  const upperMs = estimatedMs + together(parts.map(({ ms, upperMs }) => Math.max(0, upperMs - ms)));
  const method = weakestFirst.find((one) => parts.some((part) => part.method === one)) ?? "heuristic";
  addGeneralCaveats(method, caveats);
  return {
    estimatedMs,
    lowerMs,
    upperMs,
    confidence: unpriced.size > 0 ? 0 : confidenceOf(method, { estimatedMs, lowerMs, upperMs }),
    method,
    factors: parts.map(({ name, ms }) => ({ name, ms })),
    caveats: [...unpriced, ...caveats],
    ...(unpriced.size === 0 ? {} : { unpriced: [...unpriced] }),
  };
}

/**
 * Deviations of the parts of one run neither cancel out (they share the machine and the model) nor always add up: half
 * of their variance is taken as common.
 */
function together(deviations: readonly number[]): number {
  const apart = sum(deviations.map((deviation) => deviation ** 2));
  return Math.sqrt((apart + sum(deviations) ** 2) / 2);
}

/** The most there can be behind an estimate of each method; the width of its interval takes from it. */
const bestConfidence = { heuristic: 0.3, calibrated: 0.8, historical: 0.9 } as const;

function confidenceOf(
  method: DurationEstimate["method"],
  of: Pick<DurationEstimate, "estimatedMs" | "lowerMs" | "upperMs">,
) {
  if (of.estimatedMs <= 0) return 0;
  const halfWidth = Math.log((of.upperMs + 1) / (of.lowerMs + 1)) / 2;
  return method === "heuristic" ? bestConfidence.heuristic : bestConfidence[method] * Math.exp(-halfWidth / 2);
}

/** What holds for every estimate, whatever the work. */
const always = {
  locks: "waiting for locks is not in the estimate",
  load: "other load on the server is not in the estimate, nor reading from a disk what no cache holds",
  otherServer: "rates of another server: `confiture performance calibrate` measures those of this one",
  past: "taken from the past of this project: load, settings and data may have changed since",
} as const;

/** Caveats that say nothing of the work at hand: a reader who has little room may be spared them. */
export const usualCaveats: readonly string[] = Object.values(always);

function addGeneralCaveats(method: DurationEstimate["method"], caveats: Set<string>): void {
  caveats.add(always.locks);
  if (method === "historical") {
    caveats.add(always.past);
    return;
  }
  caveats.add(always.load);
  if (method === "heuristic") caveats.add(always.otherServer);
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
