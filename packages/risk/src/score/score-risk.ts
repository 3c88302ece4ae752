import { ConfitureError, type RiskFactor, type RiskLevel, riskLevels } from "@confiture/model";
import { valueOnCurve } from "./curve.js";
import { levelOfDowntime, levelOfScore, worstLevel } from "./risk-levels.js";
import { type FactorName, publishedScale, type RiskScale } from "./risk-scale.js";

/** The measurements that the score is made of. Null: not known, and then counted as the worst there is. */
export interface RiskInputs {
  /** Bytes of the tables that the change works on. */
  readonly dataBytes: number | null;
  /** Milliseconds during which locks are held that keep others out. */
  readonly lockMs: number | null;
  /** Foreign keys, triggers, views and functions that hang on the tables. */
  readonly dependencies: number | null;
  /** One severity for each anomaly found. */
  readonly anomalies: readonly RiskLevel[] | null;
  /** Connections used as a share of those there may be, 0 to 1. */
  readonly connectionUse: number | null;
  /** Milliseconds somebody else has to wait. Default: `lockMs`. */
  readonly downtimeMs?: number | null;
}

export interface RiskScore {
  /** The worse of the two. */
  readonly level: RiskLevel;
  readonly levelByScore: RiskLevel;
  readonly levelByDowntime: RiskLevel;
  /** Σ value × weight, from 0 to 1. */
  readonly score: number;
  readonly factors: readonly RiskFactor[];
}

/**
 * The published score of five measurements. Pure: the same numbers give the same score.
 *
 * @throws CONFITURE_USAGE for a number that is missing, negative or NaN, a share above 1, or a severity that is none.
 */
export function scoreRisk(inputs: RiskInputs, scale: RiskScale = publishedScale): RiskScore {
  refuseNonsense(inputs);
  const downtimeMs = inputs.downtimeMs === undefined ? inputs.lockMs : inputs.downtimeMs;
  const meanSeverity =
    inputs.anomalies === null ? null : mean(inputs.anomalies.map((level) => scale.severities[level]));
  const factors = [
    factorOf("data_volume", inputs.dataBytes, scale),
    factorOf("lock_time", inputs.lockMs, scale),
    factorOf("dependencies", inputs.dependencies, scale),
    { ...factorOf("anomalies", meanSeverity, scale), description: describeAnomalies(inputs.anomalies) },
    factorOf("concurrent_load", inputs.connectionUse, scale),
  ];
  const score = Math.min(1, sum(factors.map(({ contribution }) => contribution)));
  const levelByScore = levelOfScore(score, scale);
  const levelByDowntime = downtimeMs === null ? "critical" : levelOfDowntime(downtimeMs, scale);
  return { level: worstLevel([levelByScore, levelByDowntime]), levelByScore, levelByDowntime, score, factors };
}

interface FactorWords {
  readonly unit: RiskFactor["unit"];
  /** What is measured, and how a measurement is read by people. */
  readonly what: string;
  readonly print: (measured: number) => string;
}

const words: Readonly<Record<FactorName, FactorWords>> = {
  data_volume: { unit: "bytes", what: "data in the tables it works on", print: formatBytes },
  lock_time: { unit: "ms", what: "time under locks that keep others out", print: (ms) => `${Math.round(ms)} ms` },
  dependencies: { unit: "objects", what: "foreign keys, triggers, views and functions", print: String },
  anomalies: { unit: "mean severity", what: "mean severity of the anomalies", print: (number) => number.toFixed(2) },
  concurrent_load: {
    unit: "ratio",
    what: "connections in use",
    print: (ratio) => `${(ratio * 100).toFixed(1)} %`,
  },
};

function factorOf(name: FactorName, measured: number | null, scale: RiskScale): RiskFactor {
  const { unit, what, print } = words[name];
  const weight = scale.weights[name];
  const value = measured === null ? 1 : scaled(name, measured, scale);
  const description = `${what}: ${measured === null ? "not known, counted as the worst" : print(measured)}`;
  return { name, measured, unit, value, weight, contribution: value * weight, description };
}

function scaled(name: FactorName, measured: number, scale: RiskScale): number {
  return name === "anomalies" ? measured : valueOnCurve(scale.curves[name], measured);
}

function describeAnomalies(severities: readonly RiskLevel[] | null): string {
  if (severities === null) return "anomalies: not known, counted as the worst";
  const counts = (["critical", "high", "medium", "low"] as const).flatMap((level) => {
    const count = severities.filter((severity) => severity === level).length;
    return count === 0 ? [] : [`${count} ${level}`];
  });
  return `anomalies: ${counts.length === 0 ? "none" : counts.join(", ")}`;
}

const numbers = ["dataBytes", "lockMs", "dependencies", "connectionUse"] as const;

/** Null is not known, and counts; anything else that is no measurement would make the score one that is none. */
function refuseNonsense(inputs: RiskInputs): void {
  const { anomalies, connectionUse, downtimeMs } = inputs;
  for (const name of numbers) refuseNoNumber(name, inputs[name]);
  if (downtimeMs !== undefined) refuseNoNumber("downtimeMs", downtimeMs);
  if (connectionUse !== null && connectionUse > 1)
    throw noMeasurement("connectionUse", connectionUse, "a share from 0 to 1");
  if (anomalies === null) return;
  if (!Array.isArray(anomalies)) throw noMeasurement("anomalies", anomalies, "a list of severities");
  for (const severity of anomalies) {
    if (!riskLevels.includes(severity))
      throw new ConfitureError(
        "CONFITURE_USAGE",
        `\`${String(severity)}\` is no severity; ${riskLevels.join(", ")} are.`,
      );
  }
}

function refuseNoNumber(name: string, given: unknown): void {
  if (given !== null && !(typeof given === "number" && given >= 0))
    throw noMeasurement(name, given, "a number from 0 on");
}

function noMeasurement(name: string, given: unknown, wanted: string): ConfitureError {
  const is = given === undefined ? "is missing" : `is ${String(given)}`;
  return new ConfitureError(
    "CONFITURE_USAGE",
    `scoreRisk: ${name} ${is}; it must be ${wanted}, or null where it is not known.`,
    { facts: { input: name } },
  );
}

function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : sum(numbers) / numbers.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** As pg_size_pretty prints them, with one decimal. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${step === 0 ? Math.round(bytes) : (bytes / 2 ** (10 * step)).toFixed(1)} ${units[step]}`;
}
