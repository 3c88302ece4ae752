import { deployOrder } from "@confiture/risk";
import { expect, test } from "vitest";
import { operation } from "./plan-of.js";

const breaks = { compatibility: { runningCode: "breaks", because: "queries that name it fail" } } as const;
const adds = operation("add_column", {}, { part: "note" });
const drops = operation("drop_column", breaks, { part: "old" });

test("what new code needs goes before it", () => {
  expect(deployOrder([adds])).toEqual({
    first: "migration",
    because: ["add_column note of shop.orders may be needed by new code"],
  });
});

test("what old code does not bear goes behind the code that no longer minds", () => {
  expect(deployOrder([drops])).toEqual({
    first: "application",
    because: ["drop_column old of shop.orders breaks running code: queries that name it fail"],
  });
  const constrains = operation("set_not_null", { compatibility: { runningCode: "depends" } }, { part: "note" });
  expect(deployOrder([constrains]).first).toBe("application");
});

test("both in one plan belong into two", () => {
  expect(deployOrder([adds, drops]).first).toBe("split");
});

test("what code never sees goes whenever it likes", () => {
  expect(deployOrder([operation("create_index_concurrently"), operation("comment")])).toEqual({
    first: "either",
    because: [],
  });
  expect(deployOrder([]).first).toBe("either");
});

test("nothing is said of what was not understood", () => {
  expect(deployOrder([adds, operation("unclassified", { certainty: "unknown" })]).first).toBe("unknown");
});
