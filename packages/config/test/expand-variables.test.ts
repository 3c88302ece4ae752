import fc from "fast-check";
import { expect, test } from "vitest";
import { closestName, editDistance } from "../src/closest-name.js";
import { expandVariables, parseDuration } from "../src/index.js";

const at = { file: "confiture.yaml", line: 1, column: 1 };
const expand = (text: string, env: Record<string, string> = {}): string =>
  expandVariables({ text, at, variablesAt: [] }, env);

test.each([
  ["plain", {}, "plain"],
  ["${A}-${B}", { A: "1", B: "2" }, "1-2"],
  ["${A:-x}", {}, "x"],
  ["${A:-x}", { A: "" }, "x"],
  ["${A}", { A: "" }, ""],
  ["${A:-}", {}, ""],
  ["$${A}", { A: "1" }, "${A}"],
  ["$$${A}", { A: "1" }, "$${A}"],
  ["$A $ {A}", { A: "1" }, "$A $ {A}"],
  ["${A}", { A: "${B}", B: "no" }, "${B}"],
])("%s with %o is %s", (text, env, expected) => {
  expect(expand(text, env as Record<string, string>)).toBe(expected);
});

test("a text without `${` stays as it is", () => {
  fc.assert(fc.property(fc.string(), (text) => text.includes("${") || expand(text) === text));
});

test("a value is taken as it is, whatever it holds", () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 1 }), (before, value) => {
      fc.pre(!before.includes("$"));
      expect(expand(`${before}\${A}`, { A: value })).toBe(before + value);
    }),
  );
});

test.each([
  ["2s", 2_000],
  ["500ms", 500],
  ["5m", 300_000],
  ["5min", 300_000],
  ["1h", 3_600_000],
  ["1.5s", 1_500],
  ["250", 250],
  [250, 250],
  ["0", 0],
  ["-1s", undefined],
  ["1e3", undefined],
  ["", undefined],
  ["2 weeks", undefined],
  ["30d", undefined],
])("the time %s is %s ms", (written, expected) => {
  expect(parseDuration(written)).toBe(expected);
});

test("edit distance is a distance", () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (left, right) => {
      expect(editDistance(left, right)).toBe(editDistance(right, left));
      expect(editDistance(left, right) === 0).toBe(left === right);
    }),
  );
});

test("a suggestion needs to be near", () => {
  expect(closestName("databse_url", ["database_url", "load_order"])).toBe("database_url");
  expect(closestName("loadOrder", ["load_order"])).toBe("load_order");
  expect(closestName("colour", ["load_order"])).toBeUndefined();
});
