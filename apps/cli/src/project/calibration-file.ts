import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { defaultEnvironment, resolveEnvironment } from "@confiture/config";
import { ConfitureError } from "@confiture/model";
import type { Calibration } from "@confiture/risk";
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

export function writeCalibration(file: string, calibration: Calibration): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(calibration, null, 2)}\n`);
}

function asCalibration(document: unknown): Calibration {
  const { format, environment, rates } = (document ?? {}) as Partial<Calibration>;
  if (format !== 1) throw new TypeError(`its format is ${JSON.stringify(format) ?? "missing"}, not 1`);
  if (typeof environment?.serverVersion !== "number" || typeof rates !== "object" || rates === null)
    throw new TypeError("it lacks `environment` or `rates`");
  return document as Calibration;
}
