import { compareObservations, type ObservedObject } from "@confiture/schema";
import { expect, test } from "vitest";

const table = (facts: Record<string, string>): ObservedObject => ({ kind: "table", identity: "public.t", facts });

test("nothing differs from itself", () => {
  const observed = [table({ relkind: "r" }), { kind: "schema", identity: "public", facts: {} }];
  expect(compareObservations(observed, [...observed].reverse())).toEqual([]);
});

test("what came and what went is named, by kind and identity", () => {
  const [view, index] = ["view", "index"].map((kind) => ({ kind, identity: "public.t", facts: {} }));
  expect(compareObservations([view!], [index!])).toEqual([
    { kind: "index", identity: "public.t", change: "added", facts: [] },
    { kind: "view", identity: "public.t", change: "removed", facts: [] },
  ]);
});

test("of what changed, the facts that differ are told, also those that only one side has", () => {
  const [before, after] = [table({ a: "1", b: "2", c: "3" }), table({ a: "1", b: "x", d: "4" })];
  expect(compareObservations([before], [after])[0]?.facts).toEqual([
    { fact: "b", before: "2", after: "x" },
    { fact: "c", before: "3" },
    { fact: "d", after: "4" },
  ]);
});

test("the order of columns is a difference only where it is asked for", () => {
  const [before, after] = [table({ "column order": "[a, b]" }), table({ "column order": "[b, a]" })];
  expect(compareObservations([before], [after])).toEqual([]);
  expect(compareObservations([before], [after], { columnOrder: true })).toHaveLength(1);
});
