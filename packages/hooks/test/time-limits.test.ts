import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { shopForTest, statusesOf, work } from "./hooks-for-test.js";

test("a hook that takes too long is told through its signal, and has timed out", async () => {
  const { hooks, place, clock } = shopForTest();
  const reasons: unknown[] = [];
  hooks.register({
    id: "print",
    on: "order_placed",
    timeoutMs: 500,
    run: ({ signal }) => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      return work(clock, 1_000, signal);
    },
  });
  hooks.register({ id: "pack", on: "order_placed", run: () => undefined });
  const outcome = await place();
  expect(outcome).toMatchObject({ status: "failed", failedHook: "print", durationMs: 500 });
  expect(outcome.hooks[0]).toMatchObject({
    status: "timeout",
    limit: "hook",
    error: { code: "CONFITURE_HOOK_TIMEOUT", message: "order_placed: hook print took longer than 500 ms." },
  });
  expect(outcome.hooks[0]).not.toHaveProperty("abandoned");
  expect(reasons).toEqual([outcome.error]);
  expect(clock.timers).toBe(0);
});

test("the limits are thirty seconds for a hook and five minutes for a phase, where nobody says otherwise", async () => {
  const { hooks, place, clock } = shopForTest({ defaults: { errors: "fail_safe" } });
  for (let n = 1; n <= 11; n++) {
    hooks.register({ id: `hook-${n}`, on: "order_placed", run: ({ signal }) => work(clock, 60_000, signal) });
  }
  const outcome = await place();
  expect(outcome).toMatchObject({
    status: "timed_out",
    durationMs: 300_000,
    error: { code: "CONFITURE_HOOK_TIMEOUT" },
  });
  expect(outcome.hooks[0]).toMatchObject({ status: "timeout", durationMs: 30_000 });
  expect(outcome.hooks.filter(({ status }) => status === "skipped")).toHaveLength(1);
});

test("a phase whose time is up tells those that run, and begins no other", async () => {
  const { hooks, place, clock } = shopForTest({
    defaults: { strategy: "parallel", maxParallelHooks: 2, timeoutPerPhaseMs: 100, errors: "fail_safe" },
  });
  hooks.register({ id: "a", on: "order_placed", run: ({ signal }) => work(clock, 1_000, signal) });
  hooks.register({ id: "b", on: "order_placed", run: () => work(clock, 10) });
  hooks.register({ id: "c", on: "order_placed", run: ({ signal }) => work(clock, 1_000, signal) });
  hooks.register({ id: "d", on: "order_placed", run: () => undefined });
  const outcome = await place();
  expect(outcome.status).toBe("timed_out");
  expect(outcome.hooks).toMatchObject([
    { status: "timeout", limit: "phase" },
    { status: "completed" },
    { status: "timeout", limit: "phase" },
    { status: "skipped", reason: "phase_ended" },
  ]);
});

test("an attempt has a limit of its own, and is tried again within that of the hook", async () => {
  const { hooks, place, clock } = shopForTest();
  hooks.register({
    id: "print",
    on: "order_placed",
    attemptTimeoutMs: 100,
    timeoutMs: 1_000,
    idempotent: true,
    retry: { initialDelayMs: 50 },
    run: ({ attempt, signal }) => work(clock, attempt === 1 ? 5_000 : 80, signal),
  });
  expect((await place()).hooks).toMatchObject([{ status: "completed", attempts: 2, durationMs: 230 }]);
});

test("all attempts together have a limit, which cuts the last one short", async () => {
  const { hooks, place, clock } = shopForTest();
  hooks.register({
    id: "print",
    on: "order_placed",
    attemptTimeoutMs: 100,
    timeoutMs: 210,
    idempotent: true,
    retry: { initialDelayMs: 50, maxAttempts: 9 },
    run: ({ signal }) => work(clock, 5_000, signal),
  });
  expect((await place()).hooks).toMatchObject([{ status: "timeout", limit: "hook", attempts: 2, durationMs: 210 }]);
});

test("a phase that ends during a pause between attempts does not wait for it", async () => {
  const { hooks, place, clock } = shopForTest({ defaults: { timeoutPerPhaseMs: 150 } });
  hooks.register({
    id: "print",
    on: "order_placed",
    idempotent: true,
    retry: { initialDelayMs: 1_000 },
    run: async () => {
      await work(clock, 20);
      throw new Error("no paper");
    },
  });
  const outcome = await place();
  expect(outcome).toMatchObject({ status: "timed_out", durationMs: 150 });
  expect(outcome.hooks).toMatchObject([{ status: "timeout", limit: "phase", attempts: 1 }]);
  expect(clock.timers).toBe(0);
});

test("a hook that returns at once is never interrupted, and needs no timer", async () => {
  const { hooks, clock } = shopForTest();
  let timers = 0;
  hooks.register({
    id: "quick",
    on: "order_placed",
    run: () => {
      timers = clock.timers;
    },
  });
  await hooks.trigger("order_placed", { total: 1, notes: [] });
  // The one of the phase.
  expect(timers).toBe(1);
});

describe("a hook that does not heed its signal", () => {
  test("is waited for as long as the time of grace, then abandoned", async () => {
    const { hooks, place, clock } = shopForTest({ defaults: { errors: "fail_safe", graceMs: 200 } });
    hooks.register({ id: "deaf", on: "order_placed", timeoutMs: 100, run: () => work(clock, 10_000) });
    hooks.register({ id: "next", on: "order_placed", run: () => undefined });
    const outcome = await place();
    expect(outcome.durationMs).toBe(300);
    expect(outcome.hooks).toMatchObject([{ status: "timeout", abandoned: "hook" }, { status: "completed" }]);
    expect(hooks.log({ status: "timeout" })).toMatchObject([{ reason: "hook, hook abandoned" }]);
  });

  test("has timed out also when it returns in time of grace: it had been told", async () => {
    const { hooks, place, clock } = shopForTest({ defaults: { graceMs: 200 } });
    hooks.register({
      id: "slow",
      on: "order_placed",
      timeoutMs: 100,
      run: async () => {
        await work(clock, 150);
        return "done after all";
      },
    });
    const outcome = await place();
    expect(outcome.durationMs).toBe(150);
    expect(outcome.hooks[0]).toMatchObject({ status: "timeout", durationMs: 150 });
    expect(outcome.hooks[0]).not.toHaveProperty("abandoned");
  });

  test("is not tried again while it may still be at work", async () => {
    const { hooks, place, clock } = shopForTest({ defaults: { graceMs: 10 } });
    hooks.register({
      id: "deaf",
      on: "order_placed",
      attemptTimeoutMs: 100,
      idempotent: true,
      retry: {},
      run: () => work(clock, 10_000),
    });
    expect((await place()).hooks).toMatchObject([{ status: "timeout", attempts: 1, abandoned: "hook" }]);
  });

  test("leaves no rejection behind that nobody handles: what it does later is in the log", async () => {
    const { hooks, place, clock } = shopForTest({ defaults: { errors: "fail_safe", graceMs: 10 } });
    hooks.register({
      id: "deaf",
      on: "order_placed",
      timeoutMs: 100,
      run: async () => {
        await work(clock, 1_000);
        throw new Error("much later");
      },
    });
    expect(statusesOf(await place())).toEqual(["deaf timeout"]);
    await clock.advance(1_000);
    expect(hooks.log({ status: "late" })).toMatchObject([
      { hookId: "deaf", attempt: 1, reason: "hook", error: { message: "much later" } },
    ]);
    expect(clock.timers).toBe(0);
  });
});

describe("a signal from outside", () => {
  test("cancels the phase and the hook that runs, with its own reason", async () => {
    const { hooks, clock } = shopForTest({ defaults: { errors: "fail_safe" } });
    hooks.register({ id: "print", on: "order_placed", run: ({ signal }) => work(clock, 1_000, signal) });
    hooks.register({ id: "pack", on: "order_placed", run: () => undefined });
    const owner = new AbortController();
    const reason = new Error("the customer is gone");
    clock.setTimeout(() => owner.abort(reason), 30);
    const outcome = await clock.run(hooks.trigger("order_placed", { total: 1, notes: [] }, { signal: owner.signal }));
    expect(outcome).toMatchObject({ status: "cancelled", error: reason, durationMs: 30 });
    expect(outcome.hooks).toMatchObject([{ status: "cancelled", error: reason }, { status: "skipped" }]);
    expect(clock.timers).toBe(0);
  });

  test("that is aborted already lets no hook begin", async () => {
    const { hooks } = shopForTest();
    hooks.register({ id: "print", on: "order_placed", run: () => undefined });
    const signal = AbortSignal.abort("no");
    const outcome = await hooks.trigger("order_placed", { total: 1, notes: [] }, { signal });
    expect(outcome).toMatchObject({ status: "cancelled", error: "no", hooks: [{ status: "skipped" }] });
  });

  test("has no listeners left when the phase has ended", async () => {
    const { hooks } = shopForTest();
    hooks.register({ id: "print", on: "order_placed", run: async ({ signal }) => signal.aborted });
    const owner = new AbortController();
    for (let n = 0; n < 50; n++) await hooks.trigger("order_placed", { total: 1, notes: [] }, { signal: owner.signal });
    expect(getEventListeners(owner.signal, "abort")).toEqual([]);
  });

  test("is not aborted by a hook's own end, and neither is the hook's", async () => {
    const { hooks, place, clock } = shopForTest();
    let kept: AbortSignal | undefined;
    hooks.register({
      id: "print",
      on: "order_placed",
      run: async ({ signal }) => {
        kept = signal;
      },
    });
    await place();
    await clock.advance(1_000_000);
    expect(kept?.aborted).toBe(false);
  });
});
