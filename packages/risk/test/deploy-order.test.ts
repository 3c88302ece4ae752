import { deployOrder } from "@confiture/risk";
import { expect, test } from "vitest";
import { exclusively, operation } from "./plan-of.js";

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

test("a new column comes before the code that wants it, whatever SELECT * makes of it", () => {
  const caveat = { runningCode: "depends", because: "SELECT * meets one column more" } as const;
  const added = operation("add_column", { ...exclusively, compatibility: caveat }, { part: "note" });
  expect(deployOrder([added])).toEqual({
    first: "migration",
    because: [
      "add_column note of shop.orders may be needed by new code; of the code that runs: SELECT * meets one column more",
    ],
  });
  const demanding = operation(
    "add_column",
    { ...added.effect, requires: [{ kind: "not_null", relation: "shop.orders", column: "note" }] },
    { part: "note" },
  );
  expect(deployOrder([demanding]).first).toBe("split");
});

test("a rename goes with neither, unless a view keeps the old name", () => {
  expect(deployOrder([operation("rename_column", breaks, { part: "note" })]).first).toBe("neither");
  const renames = operation("rename_table", { ...exclusively, ...breaks });
  expect(deployOrder([renames]).first).toBe("neither");
  const view = operation("create_view", {}, { on: { kind: "view", name: "shop.orders" } });
  expect(deployOrder([renames, view]).first).toBe("migration");
  expect(deployOrder([view, renames]).first).toBe("neither");
});

test("running code does not know what the plan makes", () => {
  const makes = operation("create_table");
  const constrains = operation("add_foreign_key", { compatibility: { runningCode: "depends" } });
  expect(deployOrder([makes, constrains, operation("set_table_owner", constrains.effect)])).toEqual({
    first: "migration",
    because: ["create_table shop.orders may be needed by new code"],
  });
  const locked = operation("add_foreign_key", { ...exclusively, compatibility: { runningCode: "depends" } });
  expect(deployOrder([makes, locked]).first).toBe("split");
  const perhaps = operation("create_table", { certainty: "assumed" });
  expect(deployOrder([perhaps, constrains]).first).toBe("split");
});

test("nothing is said of what was not understood", () => {
  expect(deployOrder([adds, operation("unclassified", { certainty: "unknown" })]).first).toBe("unknown");
});
