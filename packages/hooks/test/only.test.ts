import { createHooks } from "@confiture/hooks";
import { expect, test } from "vitest";

interface Events {
  rows_changed: { readonly table: string };
}
interface Fields {
  readonly side: "inside" | "outside";
}

function twoSided() {
  const ran: string[] = [];
  const hooks = createHooks<Events, Fields>({
    fields: { side: (value) => (value === "inside" || value === "outside" ? undefined : "inside or outside") },
  });
  const add = (id: string, side: Fields["side"], dependsOn: readonly string[] = []) =>
    hooks.register({ id, on: "rows_changed", side, dependsOn, run: () => void ran.push(id) });
  return { hooks, ran, add };
}

test("an owner runs some hooks of an event alone, in their order, and hears of those alone", async () => {
  const { hooks, ran, add } = twoSided();
  add("backup", "outside");
  add("count", "inside");
  add("tell", "outside", ["count"]);
  add("sum", "inside", ["count"]);
  const only = (side: Fields["side"]) => ({ only: (hook: Fields) => hook.side === side });
  const inside = await hooks.trigger("rows_changed", { table: "t" }, only("inside"));
  expect(inside.hooks.map(({ hookId, status }) => [hookId, status])).toEqual([
    ["count", "completed"],
    ["sum", "completed"],
  ]);
  // What it depends on is not of this side, and does not count.
  const outside = await hooks.trigger("rows_changed", { table: "t" }, only("outside"));
  expect(outside.hooks.map(({ hookId }) => hookId)).toEqual(["backup", "tell"]);
  expect(ran).toEqual(["count", "sum", "backup", "tell"]);
  expect((await hooks.trigger("rows_changed", { table: "t" })).hooks.map(({ hookId }) => hookId)).toEqual([
    "backup",
    "count",
    "tell",
    "sum",
  ]);
});

test("what is no function is refused as `only`", async () => {
  const { hooks } = twoSided();
  await expect(hooks.trigger("rows_changed", { table: "t" }, { only: "inside" as never })).rejects.toMatchObject({
    code: "CONFITURE_HOOK_OPTION",
  });
});
