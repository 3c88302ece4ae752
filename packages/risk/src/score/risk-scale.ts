import { ConfitureError, type RiskFactor, type RiskLevel, riskLevels } from "@confiture/model";
import type { Curve } from "./curve.js";

export type FactorName = RiskFactor["name"];

/** Everything the score depends on besides the measurements. */
export interface RiskScale {
  /** Each from 0 to 1; together 1. */
  readonly weights: Readonly<Record<FactorName, number>>;
  /** From measurement to value. `anomalies` has none: its measurement is a mean of severities already. */
  readonly curves: Readonly<Record<Exclude<FactorName, "anomalies">, Curve>>;
  /** What an anomaly counts, by its severity. */
  readonly severities: Readonly<Record<RiskLevel, number>>;
  /** From which score a level begins; `low` begins at 0. */
  readonly scoreLevels: LevelStarts;
  /** From how many milliseconds of downtime a level begins; `low` begins at 0. */
  readonly downtimeLevels: LevelStarts;
}

export type LevelStarts = Readonly<Record<Exclude<RiskLevel, "low">, number>>;

const megabyte = 2 ** 20;
const gigabyte = 2 ** 30;
const terabyte = 2 ** 40;

/** The published formula. Sizes are PostgreSQL's: 1 GB is 1024 MB. */
export const publishedScale: RiskScale = {
  weights: { data_volume: 0.25, lock_time: 0.35, dependencies: 0.15, anomalies: 0.15, concurrent_load: 0.1 },
  curves: {
    data_volume: {
      interpolation: "logarithmic",
      anchors: [
        { at: megabyte, value: 0 },
        { at: gigabyte, value: 0.5 },
        { at: terabyte, value: 1 },
      ],
    },
    lock_time: {
      interpolation: "logarithmic",
      anchors: [
        { at: 0, value: 0 },
        { at: 100, value: 0.1 },
        { at: 1_000, value: 0.5 },
        { at: 10_000, value: 1 },
      ],
    },
    dependencies: {
      interpolation: "linear",
      anchors: [
        { at: 0, value: 0 },
        { at: 10, value: 1 },
      ],
    },
    concurrent_load: {
      interpolation: "linear",
      anchors: [
        { at: 0.1, value: 0 },
        { at: 0.5, value: 0.5 },
        { at: 0.9, value: 1 },
      ],
    },
  },
  severities: { critical: 1, high: 0.7, medium: 0.3, low: 0.1 },
  scoreLevels: { medium: 0.25, high: 0.5, critical: 0.75 },
  downtimeLevels: { medium: 100, high: 1_000, critical: 10_000 },
};

/** What somebody wants otherwise; the rest stays as published. A curve is replaced as a whole. */
export interface RiskScaleChanges {
  readonly weights?: Partial<RiskScale["weights"]>;
  readonly curves?: Partial<RiskScale["curves"]>;
  readonly severities?: Partial<RiskScale["severities"]>;
  readonly scoreLevels?: Partial<LevelStarts>;
  readonly downtimeLevels?: Partial<LevelStarts>;
}

/**
 * A scale of one's own: the published one with changes.
 *
 * @throws CONFITURE_CONFIG_INVALID, naming every problem: weights that do not sum to 1, a curve that does not ascend from
 * 0 to 1, levels out of order, a name nobody knows.
 */
export function riskScale(changes: RiskScaleChanges = {}): RiskScale {
  const problems = [...unknownNames(changes), ...notNumbers(changes)];
  if (problems.length > 0) throw broken(problems);
  const scale: RiskScale = {
    weights: { ...publishedScale.weights, ...changes.weights },
    curves: { ...publishedScale.curves, ...changes.curves },
    severities: { ...publishedScale.severities, ...changes.severities },
    scoreLevels: { ...publishedScale.scoreLevels, ...changes.scoreLevels },
    downtimeLevels: { ...publishedScale.downtimeLevels, ...changes.downtimeLevels },
  };
  problems.push(
    ...weightProblems(scale.weights),
    ...Object.entries(scale.curves).flatMap(([name, curve]) => curveProblems(name, curve)),
    ...ascending("severities", scale.severities, { names: riskLevels, max: 1 }),
    ...ascending("scoreLevels", scale.scoreLevels, { names: riskLevels.slice(1), max: 1 }),
    ...ascending("downtimeLevels", scale.downtimeLevels, { names: riskLevels.slice(1), max: Number.MAX_VALUE }),
  );
  if (problems.length === 0) return scale;
  throw broken(problems);
}

function broken(problems: readonly string[]): ConfitureError {
  return new ConfitureError("CONFITURE_CONFIG_INVALID", `The risk scale does not hold: ${problems.join("; ")}.`, {
    hint: "Weights sum to 1; curves ascend from value 0 to value 1; levels come in the order medium, high, critical.",
    facts: { problems },
  });
}

/** From plain JavaScript or a file anything may come; a text would compare and add up as one. */
function notNumbers({ curves, ...parts }: RiskScaleChanges): readonly string[] {
  const numbers = Object.entries(parts).flatMap(([part, names]) =>
    Object.entries(names ?? {}).flatMap(([name, number]: [string, unknown]) =>
      typeof number === "number" ? [] : [`${part}.${name} is ${JSON.stringify(number) ?? "missing"}, not a number`],
    ),
  );
  const broken = Object.entries(curves ?? {}).filter(([, curve]: [string, unknown]) => !isCurve(curve));
  return [...numbers, ...broken.map(([name]) => `curves.${name} is no curve: it needs interpolation and anchors`)];
}

function isCurve(given: unknown): given is Curve {
  const { interpolation, anchors } = (given ?? {}) as Partial<Curve>;
  if (typeof interpolation !== "string" || !Array.isArray(anchors)) return false;
  return anchors.every((anchor: Partial<Curve["anchors"][number]> | null) => {
    return typeof anchor?.at === "number" && typeof anchor.value === "number";
  });
}

function unknownNames(changes: RiskScaleChanges): readonly string[] {
  return Object.entries(changes).flatMap(([part, names]) => {
    if (!Object.hasOwn(publishedScale, part)) return [`nothing is called ${part}`];
    const known = publishedScale[part as keyof RiskScale];
    return Object.keys(names ?? {}).flatMap((name) =>
      Object.hasOwn(known, name) ? [] : [`${part} has no ${name}; it has ${Object.keys(known).join(", ")}`],
    );
  });
}

function weightProblems(weights: RiskScale["weights"]): readonly string[] {
  const entries = Object.entries(weights);
  const wrong = entries.filter(([, weight]) => !(weight >= 0 && weight <= 1));
  if (wrong.length > 0) return wrong.map(([name, weight]) => `the weight of ${name} is ${weight}, not from 0 to 1`);
  const sum = entries.reduce((total, [, weight]) => total + weight, 0);
  // Decimal fractions that sum to 1 on paper miss it in binary by a little.
  return Math.abs(sum - 1) < 1e-9 ? [] : [`the weights sum to ${Number(sum.toFixed(9))}, not to 1`];
}

function curveProblems(name: string, { interpolation, anchors }: Curve): readonly string[] {
  if (interpolation !== "linear" && interpolation !== "logarithmic") {
    return [`the curve of ${name} is neither linear nor logarithmic`];
  }
  if (anchors.length < 2) return [`the curve of ${name} needs two anchors`];
  const finite = anchors.every(({ at, value }) => Number.isFinite(at) && at >= 0 && Number.isFinite(value));
  const rising = anchors.every(({ at, value }, index) => {
    const before = anchors[index - 1];
    return before === undefined || (at > before.at && value >= before.value);
  });
  const whole = anchors[0]!.value === 0 && anchors.at(-1)!.value === 1;
  return finite && rising && whole ? [] : [`the curve of ${name} does not ascend from value 0 to value 1`];
}

interface Order {
  readonly names: readonly string[];
  readonly max: number;
}

function ascending(part: string, numbers: Readonly<Record<string, number>>, { names, max }: Order): readonly string[] {
  const holds = names.every((name, index) => {
    const number = numbers[name]!;
    const before = index === 0 ? 0 : numbers[names[index - 1]!]!;
    return number > 0 && number >= before && number <= max;
  });
  return holds ? [] : [`${part} do not ascend: ${names.map((name) => `${name} ${numbers[name]}`).join(", ")}`];
}
