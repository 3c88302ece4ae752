// Each run next to the estimate for it, gathered by kind and size.
import { estimateDuration } from "../../../packages/risk/dist/index.js";
import { renderTable } from "../measure/render-table.mjs";
import { summarize } from "../measure/summarize.mjs";

/** @returns {{ text: string, data: object }} */
export function renderDurationReport({ machine, load, calibration, kinds, timed }) {
  const runs = timed.map((run) => {
    const { operation, calibrated } = kinds.find(({ name }) => name === run.kind);
    const estimate = estimateDuration({ operations: [operation], relations: run.facts, calibration });
    const error = Math.abs(estimate.estimatedMs - run.ms) / run.ms;
    const inside = run.ms >= estimate.lowerMs && run.ms <= estimate.upperMs;
    return { ...run, calibrated, estimate, error, inside };
  });
  for (const run of runs) {
    const same = runs.filter(({ kind, size }) => kind === run.kind && size === run.size).map(({ ms }) => ms);
    run.noise = Math.abs(summarize(same).median - run.ms) / run.ms;
  }
  const cells = cellsOf(runs, kinds);
  const summaries = [
    ["all runs", runs],
    ["kinds calibrated on", runs.filter(({ calibrated }) => calibrated)],
    ["kinds not calibrated on", runs.filter(({ calibrated }) => !calibrated)],
    ...[...new Set(runs.map(({ size }) => size))]
      .sort((a, b) => a - b)
      .map((size) => [`${size} rows`, runs.filter((run) => run.size === size)]),
  ].filter(([, some]) => some.length > 0);
  const data = {
    machine,
    load,
    calibration,
    cells,
    summaries: summaries.map(([name, some]) => ({ name, ...summary(some) })),
  };
  return { text: render({ machine, load, calibration, cells, summaries, runs }), data };
}

function cellsOf(runs, kinds) {
  const sizes = [...new Set(runs.map(({ size }) => size))].sort((a, b) => a - b);
  return kinds.flatMap((kind) =>
    sizes.flatMap((size) => {
      const some = runs.filter((run) => run.kind === kind.name && run.size === size);
      if (some.length === 0) return [];
      const { median, min, max } = summarize(some.map(({ ms }) => ms));
      const of = (key) => summarize(some.map(({ estimate }) => estimate[key])).median;
      return [
        {
          kind: kind.name,
          calibrated: kind.calibrated,
          size,
          runs: some.length,
          measuredMs: { median, min, max },
          estimatedMs: of("estimatedMs"),
          lowerMs: of("lowerMs"),
          upperMs: of("upperMs"),
          ...summary(some),
        },
      ];
    }),
  );
}

function summary(runs) {
  return {
    medianError: summarize(runs.map(({ error }) => error)).median,
    // How far runs are from the median of their own kind and size: no estimate made beforehand can do better.
    medianNoise: summarize(runs.map(({ noise }) => noise)).median,
    coverage: runs.filter(({ inside }) => inside).length / runs.length,
    below: runs.filter(({ ms, estimate }) => ms < estimate.lowerMs).length / runs.length,
    above: runs.filter(({ ms, estimate }) => ms > estimate.upperMs).length / runs.length,
    runs: runs.length,
  };
}

function render({ machine, load, calibration, cells, summaries, runs }) {
  const loads = runs.map(({ load }) => load).sort((a, b) => a - b);
  const head = `${machine.date}, ${machine.platform}, ${machine.cpu}, ${machine.memoryGiB} GiB, PostgreSQL ${calibration.environment.settings.server_version}; calibrated in ${(calibration.tookMs / 1000).toFixed(0)} s at a load of ${load.map((one) => one.toFixed(1)).join(" to ")}, timed at ${loads[0]?.toFixed(1)} to ${loads.at(-1)?.toFixed(1)}`;
  const perCell = cells.map((cell) => [
    `${cell.kind}${cell.calibrated ? "" : " *"}`,
    `${cell.size}`,
    `${cell.runs}`,
    milliseconds(cell.measuredMs.median),
    `${milliseconds(cell.measuredMs.min)}–${milliseconds(cell.measuredMs.max)}`,
    milliseconds(cell.estimatedMs),
    `${milliseconds(cell.lowerMs)}–${milliseconds(cell.upperMs)}`,
    `${(100 * (cell.estimatedMs / cell.measuredMs.median - 1)).toFixed(0)} %`,
    `${Math.round(cell.coverage * cell.runs)}/${cell.runs}`,
  ]);
  const totals = summaries.map(([name, some]) => {
    const { medianError, medianNoise, coverage, below, above } = summary(some);
    const percent = (ratio) => `${(100 * ratio).toFixed(1)} %`;
    return [
      name,
      `${some.length}`,
      percent(medianError),
      percent(medianNoise),
      percent(coverage),
      percent(below),
      percent(above),
    ];
  });
  return [
    head,
    renderTable(
      [
        "kind (*: not calibrated on)",
        "rows",
        "runs",
        "median ms",
        "min–max",
        "estimate",
        "80 % interval",
        "off by",
        "inside",
      ],
      perCell,
    ),
    renderTable(["", "runs", "median absolute error", "of that noise", "inside 80 %", "below", "above"], totals),
  ].join("\n\n");
}

function milliseconds(ms) {
  return ms < 10 ? ms.toFixed(1) : ms.toFixed(0);
}
