import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitRates } from "../../src/calibrate/fit-rates.js";
import type { Observation } from "../../src/calibrate/measurement.js";
import { nonNegativeLeastSquares } from "../../src/calibrate/non-negative-least-squares.js";
import { priceOf } from "../../src/duration/price-work.js";
import { type Work, work } from "../../src/duration/work.js";

const small = fc.double({ min: -10, max: 10, noNaN: true });

describe("least squares without negative coefficients", () => {
  test("meet the conditions that only the best answer meets (Karush, Kuhn and Tucker)", () => {
    const system = fc
      .integer({ min: 1, max: 5 })
      .chain((columns) =>
        fc.tuple(
          fc.array(fc.array(small, { minLength: columns, maxLength: columns }), { minLength: 6, maxLength: 15 }),
          fc.array(small, { minLength: 15, maxLength: 15 }),
        ),
      );
    fc.assert(
      fc.property(system, ([a, values]) => {
        const b = values.slice(0, a.length);
        const x = nonNegativeLeastSquares(a, b);
        const left = a.map((row, index) => b[index]! - row.reduce((sum, value, at) => sum + value * x[at]!, 0));
        for (let column = 0; column < x.length; column += 1) {
          const size = Math.hypot(...a.map((row) => row[column]!));
          if (size < 1e-6) continue;
          const gradient = a.reduce((sum, row, index) => sum + row[column]! * left[index]!, 0) / size;
          expect(x[column]).toBeGreaterThanOrEqual(0);
          expect(gradient).toBeLessThan(1e-4);
          if (x[column]! * size > 1e-3) expect(Math.abs(gradient)).toBeLessThan(1e-4);
        }
      }),
    );
  });

  test("find the coefficients that made the values", () => {
    const a = [
      [1, 10, 3],
      [1, 100, 7],
      [1, 1000, 1],
      [1, 50, 90],
    ];
    const b = a.map(([one, two, three]) => 2 * one! + 0.5 * two! + 0 * three!);
    const x = nonNegativeLeastSquares(a, b);
    expect(x[0]).toBeCloseTo(2, 4);
    expect(x[1]).toBeCloseTo(0.5, 4);
    expect(x[2]).toBeCloseTo(0, 4);
  });
});

describe("prices fitted to runs", () => {
  const prices = {
    each: 2,
    pages: 0.005,
    uncachedPages: 0,
    rows: 0.0001,
    evaluations: 0.00005,
    evaluatedMegabytes: 0,
    fields: 0,
  };
  const shapes = [20, 120, 700].flatMap((width) => [10_000, 100_000, 1_000_000].map((rows) => ({ width, rows })));
  const scans = shapes.flatMap(({ width, rows }) =>
    [0, rows].map((evaluations) => work("scan", "t", { pages: (rows * width) / 8192, rows, evaluations })),
  );
  const observe = (noise: (run: number) => number): readonly Observation[] => [
    { cell: "commit", works: [work("statement", "t", {})], ms: 1 },
    ...scans.flatMap((one, cell) =>
      [0, 1, 2].map((run) => ({
        cell: `${cell}`,
        works: [one],
        ms: priceOf(one, { msPerUnit: prices, workerGain: 0 }) * noise(3 * cell + run),
      })),
    ),
  ];

  test("give back the prices the runs were made with", () => {
    const rate = fitRates(observe(() => 1)).rates.scan!;
    for (const one of scans) {
      const expected = priceOf(one, { msPerUnit: prices, workerGain: 0 });
      expect(priceOf(one, rate) / expected).toBeCloseTo(1, 2);
    }
    expect(rate).toMatchObject({ cells: scans.length, runs: 3 * scans.length });
    expect(Math.max(...rate.residuals.map(({ logRatio }) => Math.abs(logRatio)))).toBeLessThan(0.05);
  });

  test("are not bent by one run of three that was disturbed, which widens the bounds instead", () => {
    const rate = fitRates(observe((run) => (run % 3 === 0 ? 3 : 1))).rates.scan!;
    for (const one of scans) {
      expect(priceOf(one, rate) / priceOf(one, { msPerUnit: prices, workerGain: 0 })).toBeCloseTo(1, 1);
    }
    expect(Math.max(...rate.residuals.map(({ logRatio }) => logRatio))).toBeGreaterThan(1);
  });

  test("tell what a worker adds", () => {
    const built = (rows: number, workers: number): Work => ({
      ...work("btree", "i", { indexMegabytes: rows / 50_000 }),
      shared: { rows, pages: rows / 100 },
      workers,
    });
    const truth = { msPerUnit: { each: 1, rows: 0.001, pages: 0.01, indexMegabytes: 2 }, workerGain: 0.6 };
    const cells = [1, 2, 4, 8, 16].flatMap((size) => [0, 1, 2].map((workers) => built(size * 100_000, workers)));
    const observations = cells.map((one, cell) => ({ cell: `${cell}`, works: [one], ms: priceOf(one, truth) }));
    const commit = { cell: "commit", works: [work("statement", "t", {})], ms: 1 };
    expect(fitRates([commit, ...observations]).rates.btree!.workerGain).toBeCloseTo(0.6);
  });

  test("take off what is priced already from a statement that is two works", () => {
    const copies = [1, 2, 4].map((size) => work("copy", "t", { megabytes: 10 * size }));
    const builds = [1, 2, 4].map((size) => work("btree", "i", { indexMegabytes: size }));
    const observations = [
      { cell: "commit", works: [work("statement", "t", {})], ms: 0.01 },
      ...builds.map((one, cell) => ({ cell: `b${cell}`, works: [one], ms: 50 * one.amounts.indexMegabytes! })),
      ...copies.map((one, cell) => ({
        cell: `c${cell}`,
        works: [one, builds[cell]!],
        ms: 3 * one.amounts.megabytes! + 50 * builds[cell]!.amounts.indexMegabytes!,
      })),
    ];
    expect(fitRates(observations).rates.copy!.msPerUnit.megabytes).toBeCloseTo(3, 1);
  });
});
