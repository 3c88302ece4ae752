import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { defaultEnvironment, resolveEnvironment } from "@confiture/config";
import { ConfitureError } from "@confiture/model";
import type { Calibration, Rate } from "@confiture/risk";
import type { CliContext } from "../context.js";
import type { ProjectFiles } from "./open-project.js";

/**
 * Where the rates of an environment's server are kept: beside the environment's own file, to be committed, so that a CI
 * that looks at production reckons with production's rates. Those of the embedded server are of this machine alone and
 * lie beside its data.
 */
export function calibrationFile(project: ProjectFiles, name: string | undefined, env: CliContext["env"]): string {
  const { databaseUrl } = resolveEnvironment(project.config, { name, env });
  const file = `${name ?? defaultEnvironment}.calibration.json`;
  return databaseUrl === "embedded" ? join(project.root, ".confiture", file) : join(project.root, "environments", file);
}

/**
 * The calibration in a file; undefined when there is none.
 *
 * @throws CONFITURE_FILE_UNREADABLE for a file that holds something else
 */
export function readCalibration(file: string, shown: string): Calibration | undefined {
  try {
    return asCalibration(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new ConfitureError(
      "CONFITURE_FILE_UNREADABLE",
      `\`${shown}\` is not a calibration: ${cause instanceof Error ? cause.message : String(cause)}.`,
      {
        at: { file: shown, line: 1, column: 1 },
        hint: "Measure again with `confiture performance calibrate`, or remove the file.",
        cause,
      },
    );
  }
}

/**
 * Whether a calibration could be written there, asked before anything is measured.
 *
 * @throws CONFITURE_USAGE for a folder, and where this user may not write
 */
export function assertWritable(file: string, shown: string): void {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) throw new Error("it is a folder");
    mkdirSync(dirname(file), { recursive: true });
    accessSync(existsSync(file) ? file : dirname(file), constants.W_OK);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfitureError("CONFITURE_USAGE", `The rates cannot be written to \`${shown}\`: ${why}.`, {
      hint: "Name a file: --out rates.json.",
      cause,
    });
  }
}

/**
 * @throws CONFITURE_USAGE for a calibration without a single rate: who reads it would take all work for unknown
 */
export function writeCalibration(file: string, calibration: Calibration): void {
  if (Object.keys(calibration.rates).length === 0) {
    const why = calibration.notMeasured[0]?.because;
    throw new ConfitureError(
      "CONFITURE_USAGE",
      `Nothing could be measured${why === undefined ? "" : `: ${why.replace(/maxBytes/, "--max-bytes").replace(/maxDurationMs/, "--max-duration")}`}.`,
      { hint: "Allow more: --max-bytes 1GB --max-duration 4m, or fewer rows: --rows 100000." },
    );
  }
  writeFileSync(file, `${JSON.stringify(calibration, null, 2)}\n`);
}

function asCalibration(document: unknown): Calibration {
  const { format, environment, rates } = (document ?? {}) as Partial<Calibration>;
  if (format !== 1) throw new TypeError(`its format is ${JSON.stringify(format) ?? "missing"}, not 1`);
  if (typeof environment?.serverVersion !== "number" || typeof rates !== "object" || rates === null)
    throw new TypeError("it lacks `environment` or `rates`");
  const all = Object.entries(rates);
  if (all.length === 0) throw new TypeError("it holds no rate");
  const broken = all.find(([, rate]) => !isRate(rate));
  if (broken !== undefined) throw new TypeError(`what it says of ${broken[0]} is no rate`);
  return document as Calibration;
}

function isRate(rate: unknown): boolean {
  const { msPerUnit, residuals, longestMs } = (rate ?? {}) as Partial<Rate>;
  const prices: readonly unknown[] = Object.values(msPerUnit ?? {});
  return (
    prices.length > 0 &&
    [...prices, longestMs].every((number) => Number.isFinite(number)) &&
    Array.isArray(residuals) &&
    residuals.every(({ ms, logRatio }: Rate["residuals"][number]) => Number.isFinite(ms) && Number.isFinite(logRatio))
  );
}
