import { ConfitureError } from "@confiture/model";
import type { Calibration } from "@confiture/risk";
import { type CalibrateOptions, calibrate } from "@confiture/risk/calibrate";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import { formatCount, formatDuration } from "../output/durations.js";
import { runCommand } from "../output/run-command.js";
import type { Terminal } from "../output/terminal.js";
import { assertWritable, calibrationFile, writeCalibration } from "../project/calibration-file.js";
import { openProject } from "../project/open-project.js";

export interface PerformanceCalibrateFlags extends GlobalFlags {
  readonly maxDuration?: number;
  readonly maxBytes?: number;
  readonly rows?: number;
  readonly out?: string;
}

export async function runPerformanceCalibrate(this: CliContext, flags: PerformanceCalibrateFlags): Promise<void> {
  await runCommand(this, flags, async ({ terminal, signal }) => {
    const limits = limitsOf(flags);
    await using project = await openProject(this, flags, terminal);
    const file = flags.out === undefined ? calibrationFile(project, flags.env, this.env) : project.pathOf(flags.out);
    const shown = project.shown(file);
    assertWritable(file, shown);
    await using session = await project.database.openSession();
    const calibration = await calibrate(session, {
      ...limits,
      signal,
      onProgress: (message) => terminal.status(`  ${message}`),
    });
    writeCalibration(file, calibration);
    return { document: { file: shown, calibration }, lines: describeCalibration(calibration, { shown, terminal }) };
  });
}

function limitsOf({ maxDuration, maxBytes, rows }: PerformanceCalibrateFlags): CalibrateOptions {
  if (maxDuration === 0)
    throw new ConfitureError("CONFITURE_USAGE", "Nothing can be measured in no time: --max-duration 0s.", {
      hint: "Allow some minutes: --max-duration 4m.",
    });
  return {
    ...(maxDuration === undefined ? {} : { maxDurationMs: maxDuration }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(rows === undefined ? {} : { rows }),
  };
}

function describeCalibration(
  { rates, notMeasured, tookMs }: Calibration,
  { shown, terminal }: { readonly shown: string; readonly terminal: Terminal },
): readonly string[] {
  const families = Object.entries(rates);
  const left = terminal.verbose
    ? notMeasured.map(({ what, because }) => `not measured: ${what}: ${because}`)
    : notMeasured.length === 0
      ? []
      : [`${formatCount(notMeasured.length, "measurement")} left out for want of time or room (--verbose lists them).`];
  return [
    ...families.map(
      ([family, rate]) =>
        `${family.padEnd(14)} ${String(rate.runs).padStart(4)} runs, the longest ${formatDuration(rate.longestMs)}`,
    ),
    "",
    ...left,
    `Measured ${formatCount(families.length, "kind")} of work in ${formatDuration(tookMs)}. Wrote ${shown}.`,
  ];
}
