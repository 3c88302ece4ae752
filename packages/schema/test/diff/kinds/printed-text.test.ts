import { expect, test } from "vitest";
import { placeOfWord, splitAtCommas, splitSignature } from "../../../src/diff/kinds/printed-text.js";
import { readArguments } from "../../../src/diff/kinds/routine-arguments.js";

test("commas in quotes, parentheses and brackets part nothing", () => {
  expect(splitAtCommas(`a "b,c", 'd,''e', f(1, 2), g[3, 4]`)).toEqual([`a "b,c"`, `'d,''e'`, "f(1, 2)", "g[3, 4]"]);
  expect(splitAtCommas("")).toEqual([]);
  expect(splitAtCommas("a, ")).toEqual(["a", ""]);
});

test("a signature ends where its own parentheses do", () => {
  expect(splitSignature(`s."f(,"(a text DEFAULT ')'::text, b numeric) RETURNS x(1)`)).toEqual({
    name: `s."f(,"`,
    inside: "a text DEFAULT ')'::text, b numeric",
    behind: " RETURNS x(1)",
  });
  expect(splitSignature("count")).toEqual({ name: "count", inside: "", behind: "" });
});

test("a word in quotes is no word", () => {
  expect(placeOfWord(`" DEFAULT " text`, "DEFAULT")).toBe(-1);
  expect(placeOfWord(`f( DEFAULT ) DEFAULT 1`, "DEFAULT")).toBe(12);
});

test("arguments are told apart into mode, name, type and default", () => {
  expect(
    readArguments(
      `a integer, "B b" s."T t"[], double precision, double double precision DEFAULT (1)::double precision`,
    ),
  ).toEqual([
    { mode: "in", name: "a", type: "integer" },
    { mode: "in", name: '"B b"', type: 's."T t"[]' },
    { mode: "in", type: "double precision" },
    { mode: "in", name: "double", type: "double precision", default: "(1)::double precision" },
  ]);
  expect(readArguments(`IN a integer, INOUT time without time zone, OUT c "any", VARIADIC d text[]`)).toEqual([
    { mode: "in", name: "a", type: "integer" },
    { mode: "inout", type: "time without time zone" },
    { mode: "out", name: "c", type: '"any"' },
    { mode: "variadic", name: "d", type: "text[]" },
  ]);
  expect(readArguments(`a "Odd Schema"."T" ORDER BY timestamp with time zone`)).toEqual([
    { mode: "in", name: "a", type: '"Odd Schema"."T"' },
    { mode: "in", type: "timestamp with time zone" },
  ]);
  expect(readArguments("ORDER BY integer")).toEqual([{ mode: "in", type: "integer" }]);
});
