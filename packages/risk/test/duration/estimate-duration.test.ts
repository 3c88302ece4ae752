import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimateDuration } from "../../src/duration/estimate-duration.js";
import { referenceCalibration } from "../../src/duration/reference-calibration.js";
import { workTerms } from "../../src/duration/work.js";
import { build, flatCalibration, operation, operations, orders } from "./calibration-fixture.js";

const names = fc.constantFrom(...Object.keys(operations));
const prices = fc.double({ min: 1e-6, max: 10, noNaN: true });
const sizes = fc.record({
  rows: fc.integer({ min: 0, max: 100_000_000 }),
  heapBytes: fc.integer({ min: 0, max: 2 ** 40 }),
  toastBytes: fc.integer({ min: 0, max: 2 ** 40 }),
});

/** The same values, only more of them: statistics that name a number of values grow along. */
function sized({ rows, heapBytes, toastBytes }: { rows: number; heapBytes: number; toastBytes: number }) {
  const columnFacts = orders().columnFacts!.map((facts) => ({ ...facts, distinct: Math.max(1, rows) }));
  return orders({ rows, heapBytes, toastBytes, columnFacts });
}

describe("whatever is estimated", () => {
  test("the point lies within its bounds, which are finite and not negative", () => {
    const anyPart = fc.array(names, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(anyPart, sizes, prices, fc.boolean(), (parts, size, price, calibrated) => {
        const calibration = calibrated ? flatCalibration(price, { maintenanceWorkers: 2 }) : undefined;
        const estimate = estimateDuration({
          operations: parts.map((name) => operations[name]!),
          relations: [sized(size)],
          calibration,
        });
        expect(estimate.lowerMs).toBeGreaterThanOrEqual(0);
        expect(estimate.estimatedMs).toBeGreaterThanOrEqual(estimate.lowerMs);
        expect(estimate.upperMs).toBeGreaterThanOrEqual(estimate.estimatedMs);
        expect(Number.isFinite(estimate.upperMs)).toBe(true);
        expect(estimate.confidence).toBeGreaterThanOrEqual(0);
        expect(estimate.confidence).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("more rows and more bytes take no less time, as long as no worker is added", () => {
    const more = fc.record({
      rows: fc.double({ min: 1, max: 50, noNaN: true }),
      bytes: fc.double({ min: 1, max: 50, noNaN: true }),
    });
    fc.assert(
      fc.property(names, sizes, more, prices, (name, size, factor, price) => {
        const larger = {
          rows: Math.ceil(size.rows * factor.rows),
          heapBytes: size.heapBytes * factor.bytes,
          toastBytes: size.toastBytes * factor.bytes,
        };
        const [less, greater] = [size, larger].map((one) =>
          estimateDuration({
            operations: [operations[name]!],
            relations: [sized(one)],
            calibration: flatCalibration(price),
          }),
        );
        expect(greater!.estimatedMs).toBeGreaterThanOrEqual(less!.estimatedMs * (1 - 1e-9));
      }),
    );
  });

  test("a calibration that went through JSON says the same", () => {
    fc.assert(
      fc.property(names, sizes, prices, (name, size, price) => {
        const input = { operations: [operations[name]!], relations: [sized(size)] };
        const calibration = flatCalibration(price);
        const readBack = JSON.parse(JSON.stringify(calibration)) as typeof calibration;
        expect(estimateDuration({ ...input, calibration: readBack })).toEqual(
          estimateDuration({ ...input, calibration }),
        );
      }),
    );
  });
});

describe("what decides about the time", () => {
  const calibration = flatCalibration(0.001);
  const estimate = (name: string, facts = orders()) =>
    estimateDuration({ operations: [operations[name]!], relations: [facts], calibration });

  test("rows that lie in the order of an index need no sort", () => {
    expect(estimate("index in order").estimatedMs).toBeLessThan(estimate("index on a number").estimatedMs / 2);
  });

  test("a rewrite pays for TOAST and for each index", () => {
    const plain = estimate("rewrite", orders({ toastBytes: 0 }));
    const toasted = estimate("rewrite", orders({ toastBytes: 2 ** 30 }));
    expect(toasted.estimatedMs).toBeGreaterThan(plain.estimatedMs);
    expect(plain.factors.map(({ name }) => name)).toEqual([
      "rewrite public.orders",
      "expression public.orders",
      "btree public.orders_pkey",
    ]);
  });

  test("an expression that is not known counts, and a cast from number to number does not", () => {
    const cast = { kind: "castable", relation: "public.orders", column: "customer", type: "bigint" } as const;
    const [free, using] = [cast, { ...cast, using: "customer / 7" }].map((required) => {
      const changed = operation("alter_column_type", { rewrites: ["public.orders"], requires: [required] });
      return estimateDuration({ operations: [changed], relations: [orders()], calibration });
    });
    expect(free!.factors.map(({ name }) => name)).toEqual(["rewrite public.orders"]);
    expect(using!.factors.map(({ name }) => name)).toEqual(["rewrite public.orders", "expression public.orders"]);
    expect(estimate("index on an expression").factors.map(({ name }) => name)).toContain("expression public.orders");
  });

  test("a larger sample of ANALYZE takes longer, a larger table beyond it does not", () => {
    const [small, large] = [1_000_000, 10_000_000].map(
      (rows) => estimate("analyze", orders({ rows, heapBytes: rows * 1000 })).estimatedMs,
    );
    expect(large).toBe(small);
  });

  test("a statement that only changes the catalog takes as long on any table", () => {
    const times = [1_000, 100_000_000].map((rows) => estimate("change of the catalog", orders({ rows })).estimatedMs);
    expect(times[0]).toBe(times[1]);
  });

  test("several operations add up, and their interval is narrower than the sum of intervals", () => {
    const one = estimate("check");
    const two = estimateDuration({
      operations: [operations.check!, operations.check!],
      relations: [orders()],
      calibration,
    });
    expect(two.estimatedMs).toBeCloseTo(2 * one.estimatedMs);
    expect(two.upperMs - two.lowerMs).toBeLessThan(2 * (one.upperMs - one.lowerMs));
    expect(two.upperMs - two.lowerMs).toBeGreaterThan(one.upperMs - one.lowerMs);
  });
});

describe("what is not known is said", () => {
  test("a relation without facts", () => {
    const estimate = estimateDuration({
      operations: [operations.check!],
      relations: [],
      calibration: flatCalibration(1),
    });
    expect(estimate.caveats).toContain("nothing is known of public.orders: the work on it is not in the estimate");
  });

  test("a table that was never analyzed: its rows are reckoned from its bytes", () => {
    const never = orders({ rows: -1, rowWidth: 0 });
    const calibration = flatCalibration(1e-3);
    const estimate = estimateDuration({ operations: [operations.check!], relations: [never], calibration });
    expect(estimate.caveats.join()).toContain("public.orders was never analyzed");
    const known = estimateDuration({ operations: [operations.check!], relations: [orders()], calibration });
    expect(estimate.estimatedMs / known.estimatedMs).toBeCloseTo(1, 0);
  });

  test("a table that is written anew by several operations, which may be one pass", () => {
    const twice = [operations.rewrite!, operations.rewrite!];
    const estimate = estimateDuration({ operations: twice, relations: [orders()], calibration: flatCalibration(1) });
    expect(estimate.caveats.join()).toContain("public.orders is counted as written anew several times");
  });

  test("an access method that nobody measured", () => {
    const bloom = operation("create_index", { indexBuilds: [build("bloom", ["note"])] });
    const estimate = estimateDuration({ operations: [bloom], relations: [orders()], calibration: flatCalibration(1) });
    expect(estimate.caveats.join()).toContain("bloom");
  });

  test("a family that the calibration left out", () => {
    const { gin: _, ...rates } = flatCalibration(1).rates;
    const estimate = estimateDuration({
      operations: [operations.gin!],
      relations: [orders()],
      calibration: { ...flatCalibration(1), rates },
    });
    expect(estimate.caveats.join()).toContain("what gin takes was not measured");
    expect(estimate.confidence).toBe(0);
  });

  test("an estimate far beyond what was measured", () => {
    const estimate = estimateDuration({
      operations: [operations.rewrite!],
      relations: [orders({ rows: 1e9, heapBytes: 2 ** 40 })],
      calibration: flatCalibration(1),
    });
    expect(estimate.caveats.join()).toContain("more than 10 times longer than anything that was measured");
  });

  test("without a calibration, every family of work has a rate all the same", () => {
    expect(Object.keys(referenceCalibration.rates).sort()).toEqual(Object.keys(workTerms).sort());
  });

  test("that there is no calibration: the bounds are wide and the confidence low", () => {
    const estimate = estimateDuration({ operations: [operations.rewrite!], relations: [orders()] });
    expect(estimate.method).toBe("heuristic");
    expect(estimate.upperMs / estimate.lowerMs).toBeGreaterThan(8);
    expect(estimate.confidence).toBeLessThanOrEqual(0.3);
    expect(estimate.caveats.join()).toContain("rates of another server");
  });
});
