import type { EventOptions } from "@confiture/hooks";
import { describe, expect, test } from "vitest";
import { shopForTest, statusesOf, work } from "./hooks-for-test.js";

/** Hooks that write down when they begin and end. */
function timeline(options: EventOptions) {
  const shop = shopForTest({ defaults: options });
  const { clock, hooks } = shop;
  const seen: string[] = [];
  const add = (id: string, ms: number, more: { dependsOn?: readonly string[]; priority?: number } = {}) =>
    hooks.register({
      id,
      on: "order_placed",
      ...more,
      run: async () => {
        seen.push(`${clock.now() - 1_000} +${id}`);
        await work(clock, ms);
        seen.push(`${clock.now() - 1_000} -${id}`);
      },
    });
  return { ...shop, add, seen };
}

test("sequential hooks run one after another", async () => {
  const { add, place, seen } = timeline({});
  add("a", 10);
  add("b", 20);
  await place();
  expect(seen).toEqual(["0 +a", "10 -a", "10 +b", "30 -b"]);
});

test("parallel hooks begin in order, as many as there is room for", async () => {
  const { add, place, seen } = timeline({ strategy: "parallel", maxParallelHooks: 2 });
  add("a", 30);
  add("b", 10);
  add("c", 5);
  add("d", 40, { priority: 1 });
  await place();
  expect(seen).toEqual(["0 +d", "0 +a", "30 -a", "30 +b", "40 -d", "40 +c", "40 -b", "45 -c"]);
});

test("four run side by side where nobody says otherwise", async () => {
  const { add, place, seen } = timeline({ strategy: "parallel" });
  for (const id of ["a", "b", "c", "d", "e"]) add(id, 10);
  await place();
  expect(seen.filter((line) => line.startsWith("0 "))).toHaveLength(4);
});

test("hooks with dependencies begin as soon as what they depend on has ended", async () => {
  const { add, place, seen } = timeline({ strategy: "parallel_with_deps" });
  add("a", 10);
  add("b", 30);
  add("c", 5, { dependsOn: ["a"] });
  add("d", 1, { dependsOn: ["b", "c"] });
  await place();
  expect(seen).toEqual(["0 +a", "0 +b", "10 -a", "10 +c", "15 -c", "30 -b", "30 +d", "31 -d"]);
});

describe("behind a hook that failed", () => {
  const run = async (options: EventOptions = { strategy: "parallel_with_deps", errors: "fail_safe" }) => {
    const { hooks, place } = shopForTest({ defaults: options });
    const fail = () => {
      throw new Error("no");
    };
    const nothing = () => undefined;
    hooks.register(
      { id: "broken", on: "order_placed", run: fail },
      { id: "needs-it", on: "order_placed", dependsOn: ["broken"], run: nothing },
      { id: "needs-that", on: "order_placed", dependsOn: ["needs-it"], triggerRule: "none_failed", run: nothing },
      {
        id: "whatever",
        on: "order_placed",
        dependsOn: ["broken", "needs-that"],
        triggerRule: "all_done",
        run: nothing,
      },
    );
    return place();
  };

  test("only those run that say they run in any case", async () => {
    const outcome = await run();
    expect(outcome.status).toBe("completed");
    expect(statusesOf(outcome)).toEqual([
      "broken failed",
      "needs-it skipped",
      "needs-that skipped",
      "whatever completed",
    ]);
    expect(outcome.hooks).toMatchObject([{}, { reason: "upstream_failed" }, { reason: "upstream_failed" }, {}]);
  });

  test("the rules hold one after another, too", async () => {
    expect(statusesOf(await run({ errors: "fail_safe" }))).toEqual(statusesOf(await run()));
  });
});

test("a hook left alone by its circuit is missing to some and a failure to none", async () => {
  const { hooks, place } = shopForTest({ defaults: { errors: "fail_safe" } });
  const nothing = () => undefined;
  hooks.register(
    {
      id: "broken",
      on: "order_placed",
      circuitBreaker: { failureThreshold: 1 },
      run: () => {
        throw new Error("no");
      },
    },
    { id: "strict", on: "order_placed", dependsOn: ["broken"], run: nothing },
    { id: "lenient", on: "order_placed", dependsOn: ["broken"], triggerRule: "none_failed", run: nothing },
    { id: "behind", on: "order_placed", dependsOn: ["strict"], triggerRule: "none_failed", run: nothing },
  );
  await place();
  const outcome = await place();
  expect(outcome.hooks).toMatchObject([
    { hookId: "broken", status: "skipped", reason: "circuit_open" },
    { hookId: "strict", status: "skipped", reason: "upstream_skipped" },
    { hookId: "lenient", status: "completed" },
    { hookId: "behind", status: "completed" },
  ]);
});
