// Makes the rates that are taken where a server was never measured out of a calibration of `duration.mjs`:
// `node tooling/bench/write-duration-reference.mjs CALIBRATION.json`. Writes packages/risk/src/duration/reference-calibration.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [, , file] = process.argv;
if (file === undefined) throw new Error("which calibration.json?");
const { calibration, machine } = JSON.parse(readFileSync(file, "utf8"));
const target = fileURLToPath(new URL("../../packages/risk/src/duration/reference-calibration.ts", import.meta.url));

/** Nine values keep what an interval is made of: the smallest and the largest of nine bound 80 %. */
const kept = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

const rows = Object.entries(calibration.rates).map(([family, rate]) => {
  const { workerGain, cells, runs } = rate;
  const prices = Object.entries(rate.msPerUnit).map(([term, ms]) => [term, Number(ms.toPrecision(3))]);
  const times = rate.residuals.map(({ ms }) => ms).sort((a, b) => a - b);
  const ratios = rate.residuals.map(({ logRatio }) => logRatio).sort((a, b) => a - b);
  const row = {
    msPerUnit: Object.fromEntries(prices),
    usualMs: Number(times[Math.floor(times.length / 2)].toPrecision(2)),
    logRatios: kept.map((part) => Number(ratios[Math.round(part * (ratios.length - 1))].toFixed(3))),
    longestMs: Math.round(rate.longestMs),
  };
  return `${family}: rate(${JSON.stringify({ ...row, workerGain, cells, runs })}),`;
});
const { settings, ...environment } = calibration.environment;
const { server_version, default_statistics_target } = settings;
const keptEnvironment = JSON.stringify({ settings: { server_version, default_statistics_target }, ...environment });
writeFileSync(
  target,
  `import type { Calibration, Rate } from "./calibration.js";

/**
 * Rates of a server that is not the reader's: PostgreSQL ${server_version} with its default settings on ${machine.cpu.replace(" × ", " cores of ")}, used by
 * others at the same time. Written by \`tooling/bench/write-duration-reference.mjs\` from what \`calibrate\` measured there.
 */
export const referenceCalibration: Calibration = {
  format: 1,
  environment: ${keptEnvironment},
  measuredAt: "${calibration.measuredAt}",
  tookMs: ${calibration.tookMs},
  rates: {
    ${rows.join("\n    ")}
  },
  notMeasured: [],
};

interface ReferenceRate extends Omit<Rate, "residuals"> {
  /** The middle of the lengths of the runs. */
  readonly usualMs: number;
  /** Nine residuals in even steps from the tenth to the ninetieth percentile. */
  readonly logRatios: readonly number[];
}

function rate({ usualMs, logRatios, ...rest }: ReferenceRate): Rate {
  return { ...rest, residuals: logRatios.map((logRatio) => ({ ms: usualMs, logRatio })) };
}
`,
);
