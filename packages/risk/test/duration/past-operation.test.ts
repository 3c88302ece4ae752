import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimateDuration } from "../../src/duration/estimate-duration.js";
import { type PastOperation, pastOperation } from "../../src/duration/past-operation.js";
import { environment, flatCalibration, operations, orders } from "./calibration-fixture.js";

const facts = orders();
const check = operations.check!;
const context = { relations: new Map([[facts.relation, facts]]), environment };

function past(durationMs: number, changes: Partial<PastOperation> = {}): PastOperation {
  return { ...pastOperation(check, context, durationMs), ...changes };
}

function estimate(history: readonly PastOperation[], operation = check) {
  return estimateDuration({ operations: [operation], relations: [facts], calibration: flatCalibration(1e-6), history });
}

describe("an estimate from the past", () => {
  test("is made from five similar operations on; from fewer, rates are taken", () => {
    expect(estimate([100, 110, 90, 105].map((ms) => past(ms))).method).toBe("calibrated");
    const { method, estimatedMs, lowerMs, upperMs } = estimate([100, 110, 90, 105, 95].map((ms) => past(ms)));
    expect(method).toBe("historical");
    expect(estimatedMs).toBeCloseTo(100, -1);
    expect(lowerMs).toBeLessThan(90);
    expect(upperMs).toBeGreaterThan(110);
  });

  test("takes nothing from other kinds, other work, or sizes more than four times away", () => {
    const unlike: Partial<PastOperation>[] = [
      { kind: "set_not_null" },
      { workClass: "statement" },
      { rows: facts.rows * 5 },
      { bytes: facts.heapBytes / 5 },
    ];
    for (const changes of unlike) {
      expect(estimate(Array.from({ length: 20 }, () => past(100, changes))).method).toBe("calibrated");
    }
  });

  test("brings times of smaller tables to the size of this one", () => {
    const half = { rows: facts.rows / 2, bytes: facts.heapBytes / 2 };
    const { estimatedMs } = estimate([100, 110, 90, 105, 95].map((ms) => past(ms, half)));
    expect(estimatedMs).toBeCloseTo(200, -1);
  });

  test("takes a change of the catalog as it was, however large the table", () => {
    const change = operations["change of the catalog"]!;
    const then = { ...pastOperation(change, context, 3), rows: 10, bytes: 10 };
    expect(
      estimate(
        Array.from({ length: 6 }, () => then),
        change,
      ).estimatedMs,
    ).toBeCloseTo(3);
  });

  test("has no bound that a single far-off run drives to zero or below", () => {
    const { lowerMs } = estimate([100, 100, 100, 100, 5_000].map((ms) => past(ms)));
    expect(lowerMs).toBeGreaterThan(0);
  });

  test("survives JSON", () => {
    const row = past(12.5);
    expect(JSON.parse(JSON.stringify(row))).toEqual(row);
  });

  test("contains about four of five further runs, whatever their spread", () => {
    const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 30 }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        fc.integer(),
        (count, spread, seed) => {
          const random = generator(seed);
          let inside = 0;
          const trials = 400;
          for (let trial = 0; trial < trials; trial += 1) {
            const draw = () => 100 * Math.exp(spread * normal(random));
            const { lowerMs, upperMs } = estimate(Array.from({ length: count }, () => past(draw())));
            const next = draw();
            if (next >= lowerMs && next <= upperMs) inside += 1;
          }
          // Five standard deviations of 400 trials at 80 %.
          expect(Math.abs(inside / trials - 0.8)).toBeLessThan(0.1);
        },
      ),
      { numRuns: 10 },
    );
  });
});

/** Mulberry32: the same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
