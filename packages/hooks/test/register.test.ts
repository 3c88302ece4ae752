import { createHooks, type HookError } from "@confiture/hooks";
import { describe, expect, test } from "vitest";
import { order, type ShopEvents, shopForTest, statusesOf } from "./hooks-for-test.js";

const nothing = () => undefined;
const refusal = (run: () => unknown): HookError => {
  try {
    run();
  } catch (error) {
    return error as HookError;
  }
  throw new Error("nothing was refused");
};

test("hooks run in the order of their priority, and among equals in that of registration", async () => {
  const { hooks, place } = shopForTest();
  const ran: string[] = [];
  const say = (id: string) => ({ id, on: "order_placed" as const, run: () => void ran.push(id) });
  hooks.register(
    { ...say("last"), priority: 10 },
    { ...say("low"), priority: "low" },
    say("normal"),
    { ...say("five"), priority: 5 },
    { ...say("high"), priority: "high" },
    { ...say("critical"), priority: "critical" },
  );
  await place();
  expect(ran).toEqual(["critical", "high", "normal", "five", "low", "last"]);
  expect(hooks.list().map(({ id, priority }) => [id, priority])).toEqual([
    ["critical", 1],
    ["high", 3],
    ["normal", 5],
    ["five", 5],
    ["low", 8],
    ["last", 10],
  ]);
});

test("registering returns its own undo", async () => {
  const { hooks, place } = shopForTest();
  const off = hooks.register(
    { id: "a", on: "order_placed", run: nothing },
    { id: "b", on: "order_placed", run: nothing },
  );
  hooks.register({ id: "c", on: "order_placed", run: nothing });
  off();
  expect(statusesOf(await place())).toEqual(["c completed"]);
});

test("undoing twice leaves alone what was registered under the same id since", async () => {
  const { hooks } = shopForTest();
  const off = hooks.register({ id: "a", on: "order_placed", run: nothing });
  off();
  hooks.register({ id: "a", on: "order_placed", run: nothing });
  off();
  expect(hooks.list()).toHaveLength(1);
  hooks.unregister("a");
  expect(hooks.list()).toEqual([]);
});

test("the list tells how a hook is registered, what it left out filled in, and brings the hook itself", () => {
  const hooks = createHooks<ShopEvents>({ events: { order_packed: { circuitBreaker: {} } } });
  const label = { id: "label", on: "order_packed", run: nothing } as const;
  hooks.register(label, {
    id: "seal",
    on: "order_packed",
    dependsOn: ["label"],
    triggerRule: "all_done",
    run: nothing,
  });
  hooks.register({ id: "count", on: "order_placed", run: nothing });
  expect(hooks.list("order_packed")).toEqual([
    {
      id: "label",
      event: "order_packed",
      priority: 5,
      dependsOn: [],
      triggerRule: "all_success",
      circuit: "closed",
      hook: label,
    },
    expect.objectContaining({ id: "seal", dependsOn: ["label"], triggerRule: "all_done" }),
  ]);
  expect(hooks.list().map(({ id }) => id)).toEqual(["label", "seal", "count"]);
  expect(hooks.list()[0]?.hook).toBe(label);
});

test("a phase that has begun runs the hooks that were there when it began", async () => {
  const { hooks, place } = shopForTest();
  hooks.register({
    id: "first",
    on: "order_placed",
    run: () => {
      hooks.unregister("second");
      hooks.register({ id: "third", on: "order_placed", run: nothing });
    },
  });
  hooks.register({ id: "second", on: "order_placed", run: nothing });
  expect(statusesOf(await place())).toEqual(["first completed", "second completed"]);
  expect(hooks.list().map(({ id }) => id)).toEqual(["first", "third"]);
});

test("a hook may be an instance of a class, and keeps its `this`", async () => {
  class Counter {
    readonly id = "counter";
    readonly on = "order_placed";
    #count = 0;
    run() {
      this.#count += 1;
      return this.#count;
    }
  }
  const { hooks, place } = shopForTest();
  hooks.register(new Counter());
  await place();
  expect((await place()).hooks).toMatchObject([{ value: 2 }]);
});

describe("dependencies", () => {
  test("put a hook behind what it depends on, whatever its priority", async () => {
    const { hooks, place } = shopForTest();
    hooks.register(
      { id: "report", on: "order_placed", priority: 1, dependsOn: ["count"], run: nothing },
      { id: "count", on: "order_placed", priority: 10, run: nothing },
      { id: "greet", on: "order_placed", run: nothing },
    );
    expect(statusesOf(await place())).toEqual(["greet completed", "count completed", "report completed"]);
  });

  test("are registered before, or with the same call; an unknown one is refused, and nothing is registered", () => {
    const { hooks } = shopForTest();
    const error = refusal(() =>
      hooks.register(
        { id: "a", on: "order_placed", run: nothing },
        { id: "b", on: "order_placed", dependsOn: ["missing"], run: nothing },
      ),
    );
    expect(error).toMatchObject({ code: "CONFITURE_HOOK_DEPENDENCY_UNKNOWN", event: "order_placed", hookId: "b" });
    expect(error.message).toBe("order_placed: hook b depends on missing, which is not registered.");
    expect(hooks.list()).toEqual([]);
  });

  test("are hooks of the same event", () => {
    const { hooks } = shopForTest();
    hooks.register({ id: "a", on: "order_packed", run: nothing });
    const error = refusal(() => hooks.register({ id: "b", on: "order_placed", dependsOn: ["a"], run: nothing }));
    expect(error.message).toContain("depends on a, which is a hook of order_packed");
  });

  test("that go in a circle are refused with the circle", () => {
    const { hooks } = shopForTest();
    const error = refusal(() =>
      hooks.register(
        { id: "a", on: "order_placed", dependsOn: ["c"], run: nothing },
        { id: "b", on: "order_placed", dependsOn: ["a"], run: nothing },
        { id: "c", on: "order_placed", dependsOn: ["b"], run: nothing },
      ),
    );
    expect(error.code).toBe("CONFITURE_HOOK_DEPENDENCY_CYCLE");
    expect(error.message).toContain("a → c → b → a");
    expect(
      refusal(() => hooks.register({ id: "own", on: "order_placed", dependsOn: ["own"], run: nothing })).code,
    ).toBe("CONFITURE_HOOK_DEPENDENCY_CYCLE");
  });

  test("keep what they name registered", () => {
    const { hooks } = shopForTest();
    const off = hooks.register({ id: "a", on: "order_placed", run: nothing });
    const both = hooks.register(
      { id: "b", on: "order_placed", dependsOn: ["a"], run: nothing },
      { id: "c", on: "order_placed", dependsOn: ["b"], run: nothing },
    );
    expect(refusal(off)).toMatchObject({ code: "CONFITURE_HOOK_NEEDED", hint: "Take b away first." });
    both();
    off();
    expect(hooks.list()).toEqual([]);
  });
});

test("an event of the vocabulary that nobody listens to completes with its data", async () => {
  const { hooks } = shopForTest();
  const outcome = await hooks.trigger("order_placed", order);
  expect(outcome).toMatchObject({ status: "completed", hooks: [], data: order, conflicts: [], error: undefined });
});
