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

const rates = Object.entries(calibration.rates).map(([family, rate]) => {
  const prices = Object.entries(rate.msPerUnit).map(([term, ms]) => [term, Number(ms.toPrecision(3))]);
  return [
    family,
    {
      ...rate,
      msPerUnit: Object.fromEntries(prices),
      residuals: thin(rate.residuals),
      longestMs: Math.round(rate.longestMs),
    },
  ];
});
const { settings, ...environment } = calibration.environment;
const { server_version, default_statistics_target } = settings;
const data = {
  ...calibration,
  environment: { settings: { server_version, default_statistics_target }, ...environment },
  rates: Object.fromEntries(rates),
  notMeasured: [],
};
writeFileSync(
  target,
  `import type { Calibration } from "./calibration.js";

/**
 * Rates of a server that is not the reader's: PostgreSQL ${server_version} with its default settings on ${machine.cpu.replace(" × ", " cores of ")}, shared
 * with others. Written by \`tooling/bench/write-duration-reference.mjs\` from a measurement of \`pnpm bench:duration\`.
 */
export const referenceCalibration: Calibration = ${JSON.stringify(data, null, 2)};
`,
);

function thin(residuals) {
  const sorted = [...residuals].sort((a, b) => a.logRatio - b.logRatio);
  const medianMs = residuals.map(({ ms }) => ms).sort((a, b) => a - b)[Math.floor(residuals.length / 2)];
  return kept.map((part) => ({
    ms: Number(medianMs.toPrecision(3)),
    logRatio: Number(sorted[Math.round(part * (sorted.length - 1))].logRatio.toFixed(3)),
  }));
}
