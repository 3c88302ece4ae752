import { type RiskLevel, riskLevels } from "@confiture/model";
import {
  levelOfDowntime,
  levelOfScore,
  publishedScale,
  type RiskInputs,
  reachesLevel,
  riskScale,
  scoreRisk,
} from "@confiture/risk";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const nothing: RiskInputs = { dataBytes: 0, lockMs: 0, dependencies: 0, anomalies: [], connectionUse: 0 };
const valueFor = (inputs: Partial<RiskInputs>, name: string) =>
  scoreRisk({ ...nothing, ...inputs }).factors.find((factor) => factor.name === name)!.value;

describe("every published anchor holds", () => {
  test.each([
    [2 ** 20, 0],
    [2 ** 30, 0.5],
    [2 ** 40, 1],
  ])("%i bytes are %f of data volume", (dataBytes, value) => {
    expect(valueFor({ dataBytes }, "data_volume")).toBeCloseTo(value, 12);
  });
  test.each([
    [0, 0],
    [50, 0.05],
    [100, 0.1],
    [1_000, 0.5],
    [10_000, 1],
    [60_000, 1],
  ])("%i ms are %f of lock time", (lockMs, value) => {
    expect(valueFor({ lockMs }, "lock_time")).toBeCloseTo(value, 12);
  });
  test.each([
    [0, 0],
    [5, 0.5],
    [10, 1],
    [400, 1],
  ])("%i dependencies are %f", (dependencies, value) => {
    expect(valueFor({ dependencies }, "dependencies")).toBeCloseTo(value, 12);
  });
  test.each([
    [0.02, 0],
    [0.1, 0],
    [0.3, 0.25],
    [0.5, 0.5],
    [0.9, 1],
    [1, 1],
  ])("%f of the connections are %f of load", (connectionUse, value) => {
    expect(valueFor({ connectionUse }, "concurrent_load")).toBeCloseTo(value, 12);
  });
  test("anomalies are the mean of their severities", () => {
    expect(valueFor({ anomalies: ["critical", "high", "medium", "low"] }, "anomalies")).toBeCloseTo(2.1 / 4, 12);
    expect(valueFor({ anomalies: [] }, "anomalies")).toBe(0);
  });
  test("between 1 MB and 1 GB, and between 1 and 10 seconds, the way is logarithmic", () => {
    expect(valueFor({ dataBytes: 2 ** 25 }, "data_volume")).toBeCloseTo(0.25, 12);
    expect(valueFor({ lockMs: Math.sqrt(1_000 * 10_000) }, "lock_time")).toBeCloseTo(0.75, 12);
  });
});

describe("levels", () => {
  test("begin at their thresholds, by score and by downtime, and the worse of the two is told", () => {
    const levels = (lockMs: number) => {
      const { level, levelByScore, levelByDowntime } = scoreRisk({ ...nothing, lockMs });
      return { level, levelByScore, levelByDowntime };
    };
    expect(levels(99.9)).toEqual({ level: "low", levelByScore: "low", levelByDowntime: "low" });
    expect(levels(100)).toEqual({ level: "medium", levelByScore: "low", levelByDowntime: "medium" });
    expect(levels(1_000)).toEqual({ level: "high", levelByScore: "low", levelByDowntime: "high" });
    expect(levels(10_000)).toEqual({ level: "critical", levelByScore: "medium", levelByDowntime: "critical" });
  });
  test("the downtime counts apart from the time under locks where both are told", () => {
    expect(scoreRisk({ ...nothing, lockMs: 10_000, downtimeMs: 5 }).levelByDowntime).toBe("low");
  });
  test("everything at its worst is 1 and critical, nothing at all is 0 and low", () => {
    const worst = scoreRisk({
      dataBytes: 2 ** 41,
      lockMs: 1e6,
      dependencies: 99,
      anomalies: ["critical"],
      connectionUse: 1,
    });
    expect(worst).toMatchObject({ level: "critical", levelByScore: "critical" });
    expect(worst.score).toBeCloseTo(1, 12);
    expect(scoreRisk(nothing)).toMatchObject({ score: 0, level: "low" });
  });
});

describe("what is not known", () => {
  test("counts as the worst and says so", () => {
    const { factors, score, levelByDowntime } = scoreRisk({ ...nothing, dataBytes: null, lockMs: null });
    expect(factors[0]).toMatchObject({ measured: null, value: 1 });
    expect(factors[0]!.description).toContain("not known");
    expect(score).toBeCloseTo(0.6, 12);
    expect(levelByDowntime).toBe("critical");
  });
  test("is not a number below zero or NaN, which are refused", () => {
    expect(() => scoreRisk({ ...nothing, lockMs: -1 })).toThrow("lockMs is -1");
    expect(() => scoreRisk({ ...nothing, dataBytes: Number.NaN })).toThrow("dataBytes is NaN");
  });
});

describe("a scale of one's own", () => {
  test("changes weights and thresholds and nothing else", () => {
    const scale = riskScale({ weights: { lock_time: 0.25, anomalies: 0.25 }, downtimeLevels: { medium: 10 } });
    expect(scoreRisk({ ...nothing, lockMs: 20 }, scale).levelByDowntime).toBe("medium");
    expect(scoreRisk({ ...nothing, anomalies: ["critical"] }, scale).score).toBeCloseTo(0.25, 12);
    expect(scale.curves).toEqual(publishedScale.curves);
  });
  test.each([
    ["weights that miss 1", { weights: { lock_time: 0.5 } }, "sum to 1.15"],
    ["a weight below 0", { weights: { lock_time: -0.1, data_volume: 0.7 } }, "not from 0 to 1"],
    ["a factor nobody knows", { weights: { luck: 0 } as object }, "weights has no luck"],
    ["a part nobody knows", { weight: {} } as object, "nothing is called weight"],
    ["levels out of order", { scoreLevels: { medium: 0.6 } }, "scoreLevels do not ascend"],
    [
      "a curve that falls",
      {
        curves: {
          dependencies: {
            interpolation: "linear" as const,
            anchors: [
              { at: 5, value: 0 },
              { at: 1, value: 1 },
            ],
          },
        },
      },
      "does not ascend",
    ],
  ])("is refused with %s", (_, changes, message) => {
    expect(() => riskScale(changes)).toThrow(
      expect.objectContaining({ code: "CONFITURE_CONFIG_INVALID", message: expect.stringContaining(message) }),
    );
  });
});

describe("for any measurements", () => {
  const level = fc.constantFrom<RiskLevel>(...riskLevels);
  const amount = (max: number) => fc.double({ min: 0, max, noNaN: true });
  const inputs = fc.record({
    dataBytes: amount(2 ** 45),
    lockMs: amount(1e6),
    dependencies: fc.nat(50),
    anomalies: fc.array(level, { maxLength: 20 }),
    connectionUse: amount(1),
  });

  test("contributions are value × weight and sum to the score, which stays from 0 to 1", () => {
    fc.assert(
      fc.property(inputs, (measured) => {
        const { factors, score } = scoreRisk(measured);
        for (const { value, weight, contribution } of factors) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
          expect(contribution).toBe(value * weight);
        }
        expect(factors.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
        expect(factors.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(score, 12);
        expect(score).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("more of anything never lowers the score or the level", () => {
    const grown = fc.constantFrom("dataBytes", "lockMs", "dependencies", "connectionUse");
    fc.assert(
      fc.property(inputs, grown, fc.double({ min: 0, max: 1e9, noNaN: true }), (measured, name, more) => {
        const before = scoreRisk(measured);
        const most = name === "connectionUse" ? 1 : Number.MAX_VALUE;
        const after = scoreRisk({ ...measured, [name]: Math.min(most, measured[name as "lockMs"] + more) });
        expect(after.score).toBeGreaterThanOrEqual(before.score - 1e-12);
        expect(riskLevels.indexOf(after.levelByDowntime)).toBeGreaterThanOrEqual(
          riskLevels.indexOf(before.levelByDowntime),
        );
      }),
    );
  });

  test("not knowing never scores below knowing", () => {
    const forgotten = fc.constantFrom("dataBytes", "lockMs", "dependencies", "anomalies", "connectionUse");
    fc.assert(
      fc.property(inputs, forgotten, (measured, name) => {
        expect(scoreRisk({ ...measured, [name]: null }).score).toBeGreaterThanOrEqual(
          scoreRisk(measured).score - 1e-12,
        );
      }),
    );
  });
});

describe("what is no measurement is refused, from plain JavaScript too", () => {
  const anything = <Type>(value: unknown) => value as Type;

  test("a severity that is none, a text and a missing number make no score", () => {
    expect(() => scoreRisk({ ...nothing, anomalies: anything(["severe"]) })).toThrow("`severe` is no severity");
    expect(() => scoreRisk({ ...nothing, lockMs: anything("100") })).toThrow("lockMs is 100");
    expect(() => scoreRisk({ ...nothing, dataBytes: anything(undefined) })).toThrow("dataBytes is missing");
    expect(() => scoreRisk({ ...nothing, connectionUse: Number.NaN })).toThrow("connectionUse is NaN");
    expect(() => scoreRisk({ ...nothing, connectionUse: 1.5 })).toThrow("a share from 0 to 1");
    expect(() => scoreRisk({ ...nothing, anomalies: anything(undefined) })).toThrow("anomalies is missing");
    expect(() => scoreRisk(anything({}))).toThrow(expect.objectContaining({ code: "CONFITURE_USAGE" }));
    expect(() => scoreRisk({ ...nothing, lockMs: anything(undefined) })).toThrow("lockMs is missing");
  });

  test("a level that is none opens no gate, and NaN has no level", () => {
    expect(() => reachesLevel(anything("Critical"), "high")).toThrow("`Critical` is no level");
    expect(() => reachesLevel("low", anything("none"))).toThrow("`none` is no level");
    expect(() => levelOfDowntime(Number.NaN)).toThrow(RangeError);
    expect(() => levelOfScore(-1)).toThrow(RangeError);
  });

  test.each([
    [{ curves: { lock_time: undefined } }, "curves.lock_time is no curve"],
    [{ curves: { lock_time: { interpolation: "linear", anchors: [null] } } }, "curves.lock_time is no curve"],
    [{ weights: { data_volume: "0.25" } }, 'weights.data_volume is "0.25", not a number'],
    [{ downtimeLevels: { medium: "100" } }, 'downtimeLevels.medium is "100", not a number'],
    [{ severities: { high: undefined } }, "severities.high is missing, not a number"],
  ])("a scale of %j does not hold", (changes, problem) => {
    expect(() => riskScale(anything(changes))).toThrow(problem);
    expect(() => riskScale(anything(changes))).toThrow(expect.objectContaining({ code: "CONFITURE_CONFIG_INVALID" }));
  });
});
