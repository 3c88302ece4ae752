import { HookError, type HookOutcome } from "@confiture/hooks";
import { describe, expect, test } from "vitest";
import { order, shopForTest, statusesOf, work } from "./hooks-for-test.js";

test("a hook triggers another event as a part of itself", async () => {
  const { hooks, place } = shopForTest();
  hooks.register({
    id: "pack",
    on: "order_placed",
    run: async ({ trigger }) => (await trigger("order_packed", { box: "small" })).executionId,
  });
  const parents: (string | undefined)[] = [];
  hooks.register({
    id: "label",
    on: "order_packed",
    run: ({ data, parentExecutionId }) => {
      parents.push(parentExecutionId);
      return data.box;
    },
  });
  const outcome = await place();
  expect(parents).toEqual([outcome.executionId]);
  const [pack] = outcome.hooks;
  const nested = pack?.status === "completed" ? String(pack.value) : "";
  expect(nested).not.toBe(outcome.executionId);
  expect(hooks.graph(nested)?.phases[0]?.hooks).toMatchObject([{ hookId: "label", status: "completed" }]);
});

test("an event that a hook triggered and that failed is a value: the hook decides", async () => {
  const { hooks, place } = shopForTest();
  hooks.register({
    id: "pack",
    on: "order_placed",
    run: async ({ trigger }) => (await trigger("order_packed", { box: "small" })).status,
  });
  hooks.register({ id: "label", on: "order_packed", run: () => Promise.reject(new Error("no ink")) });
  expect(await place()).toMatchObject({ status: "completed", hooks: [{ value: "failed" }] });
});

test("metadata goes with it, and what is given besides lies on top", async () => {
  const { hooks, clock } = shopForTest();
  const seen: object[] = [];
  hooks.register({
    id: "pack",
    on: "order_placed",
    run: ({ trigger }) => trigger("order_packed", { box: "small" }, { metadata: { shelf: 7 } }),
  });
  hooks.register({ id: "label", on: "order_packed", run: ({ metadata }) => void seen.push(metadata) });
  await clock.run(hooks.trigger("order_placed", order, { metadata: { who: "ada", shelf: 1 } }));
  expect(seen).toEqual([{ who: "ada", shelf: 7 }]);
  expect(Object.isFrozen(seen[0])).toBe(true);
});

test("a hook that would run within itself is refused, with the chain", async () => {
  const { hooks, place } = shopForTest();
  const errors: unknown[] = [];
  hooks.register({ id: "pack", on: "order_placed", run: ({ trigger }) => trigger("order_packed", { box: "a" }) });
  hooks.register({
    id: "again",
    on: "order_packed",
    run: ({ trigger }) =>
      trigger("order_placed", order).catch((error: unknown) => {
        errors.push(error);
        throw error;
      }),
  });
  const outcome = await place();
  expect(outcome.status).toBe("completed");
  expect(errors).toMatchObject([
    {
      code: "CONFITURE_HOOK_LOOP",
      message:
        "order_placed: hook pack would run within itself: order_placed:pack → order_packed:again → order_placed.",
    },
  ]);
});

test("events trigger events no more deeply than allowed", async () => {
  const { hooks, place } = shopForTest({ maxDepth: 1 });
  const statuses: string[] = [];
  hooks.register({ id: "pack", on: "order_placed", run: ({ trigger }) => trigger("order_packed", { box: "a" }) });
  hooks.register({
    id: "send",
    on: "order_packed",
    run: ({ trigger }) => trigger("order_sent", { box: "a" }).catch((error: HookError) => statuses.push(error.code)),
  });
  await place();
  expect(statuses).toEqual(["CONFITURE_HOOK_DEPTH"]);
});

describe("a hook that does not await what it triggers", () => {
  test("has not ended before that has", async () => {
    const { hooks, place, clock } = shopForTest();
    hooks.register({
      id: "pack",
      on: "order_placed",
      run: ({ trigger }) => {
        void trigger("order_packed", { box: "a" });
        return "done";
      },
    });
    hooks.register({ id: "label", on: "order_packed", run: () => work(clock, 70) });
    expect((await place()).hooks).toMatchObject([{ status: "completed", value: "done", durationMs: 70 }]);
  });

  test("has not ended either when it fails meanwhile", async () => {
    const { hooks, place, clock } = shopForTest();
    hooks.register({
      id: "pack",
      on: "order_placed",
      run: async ({ trigger }) => {
        void trigger("order_packed", { box: "a" });
        throw new Error("no box");
      },
    });
    hooks.register({ id: "label", on: "order_packed", run: () => work(clock, 70) });
    expect((await place()).hooks).toMatchObject([{ status: "failed", durationMs: 70, error: { message: "no box" } }]);
  });

  test("leaves no refusal unhandled", async () => {
    const { hooks, place } = shopForTest();
    hooks.register({
      id: "pack",
      on: "order_placed",
      run: ({ trigger }) => {
        void trigger("order_placed", order);
      },
    });
    expect(statusesOf(await place())).toEqual(["pack completed"]);
  });
});

test("a hook whose time is up ends what it triggered, and that is waited for first", async () => {
  const { hooks, place, clock } = shopForTest({ defaults: { graceMs: 100 } });
  let nested: HookOutcome<unknown> | undefined;
  hooks.register({
    id: "pack",
    on: "order_placed",
    timeoutMs: 50,
    run: async ({ trigger }) => {
      nested = await trigger("order_packed", { box: "a" });
      return "told to end";
    },
  });
  hooks.register({
    id: "label",
    on: "order_packed",
    run: async ({ signal }) => {
      await work(clock, 1_000, signal).catch(() => undefined);
      // Nearly all of its time of grace, and the one who waits for it has his own behind that.
      await work(clock, 90);
    },
  });
  const outcome = await place();
  expect(outcome.hooks).toMatchObject([{ status: "timeout", durationMs: 140 }]);
  expect(outcome.hooks[0]).not.toHaveProperty("abandoned");
  expect(nested).toMatchObject({ status: "cancelled", hooks: [{ status: "cancelled" }] });
  expect(clock.timers).toBe(0);
});

test("nothing is triggered behind a hook's end", async () => {
  const { hooks, place } = shopForTest();
  let late: (() => Promise<unknown>) | undefined;
  hooks.register({
    id: "pack",
    on: "order_placed",
    run: ({ trigger }) => {
      late = () => trigger("order_packed", { box: "a" });
    },
  });
  await place();
  await expect(late?.()).rejects.toBeInstanceOf(HookError);
  await expect(late?.()).rejects.toMatchObject({ code: "CONFITURE_HOOK_ENDED", hookId: "pack" });
});
