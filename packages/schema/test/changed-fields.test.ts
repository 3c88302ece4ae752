import { expect, test } from "vitest";
import { changedFields } from "../src/compare/changed-fields.js";

const words = { kind: "function", name: "f()" };

test("of what changed, the fields that differ are told with both values; of what came or went, none", () => {
  const before =
    "function f()\n  definition: CREATE FUNCTION f()\n     AS $$: \n    $$\n  language: sql\n  options: a: b";
  const after = 'function f()\n  definition: CREATE FUNCTION f()\n     AS $$: x\n    $$\n  options: a: b\n  result: ""';
  expect(changedFields({ ...words, change: "changed", before, after })).toEqual([
    { field: "definition", before: "CREATE FUNCTION f()\n AS $$: \n$$", after: "CREATE FUNCTION f()\n AS $$: x\n$$" },
    { field: "language", before: "sql" },
    { field: "result", after: '""' },
  ]);
  expect(changedFields({ ...words, change: "added", after })).toEqual([]);
  expect(changedFields({ ...words, change: "removed", before })).toEqual([]);
});
