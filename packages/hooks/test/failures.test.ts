import { type HookAlert, nonRetryable } from "@confiture/hooks";
import { describe, expect, test } from "vitest";
import { shopForTest, statusesOf } from "./hooks-for-test.js";

/** Fails so often, then completes. */
function failing(times = Number.POSITIVE_INFINITY, error: unknown = new Error("no paper")) {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
}

describe("a failed hook", () => {
  test("fails the phase, and those behind it are left out", async () => {
    const { hooks, place } = shopForTest();
    const error = new Error("no paper");
    hooks.register({ id: "print", on: "order_placed", run: failing(1, error) });
    hooks.register({ id: "pack", on: "order_placed", run: () => undefined });
    const outcome = await place();
    expect(outcome).toMatchObject({ status: "failed", error, failedHook: "print" });
    expect(outcome.hooks).toMatchObject([
      { hookId: "print", status: "failed", error, attempts: 1 },
      { hookId: "pack", status: "skipped", reason: "phase_ended", attempts: 0 },
    ]);
  });

  test("of a fail_safe event is logged, and the phase goes on", async () => {
    const said: string[] = [];
    const say = (message: string) => void said.push(message);
    const logger = { debug: () => undefined, info: () => undefined, warn: say, error: say };
    const { hooks, place } = shopForTest({ defaults: { errors: "fail_safe" }, logger });
    hooks.register({ id: "print", on: "order_placed", run: failing() });
    hooks.register({ id: "pack", on: "order_placed", run: () => "packed" });
    const outcome = await place();
    expect(outcome).toMatchObject({ status: "completed", error: undefined });
    expect(statusesOf(outcome)).toEqual(["print failed", "pack completed"]);
    expect(said).toEqual(["order_placed: print failed (no paper)"]);
  });

  test("of an alert_only event is told to onAlert, and the phase goes on", async () => {
    const alerts: HookAlert[] = [];
    const onAlert = (alert: HookAlert) => void alerts.push(alert);
    const { hooks, place } = shopForTest({ events: { order_placed: { errors: "alert_only" } }, onAlert });
    const error = new Error("no paper");
    hooks.register({ id: "print", on: "order_placed", run: failing(1, error) });
    const { status, executionId } = await place();
    expect(status).toBe("completed");
    expect(alerts).toEqual([{ event: "order_placed", hookId: "print", executionId, error }]);
  });

  test("may throw anything", async () => {
    const { hooks, place } = shopForTest({ defaults: { errors: "fail_safe" } });
    const thrown = ["text", undefined, null, 7, Object.create(null), { message: "plain", code: "E1" }];
    for (const [n, error] of thrown.entries()) {
      hooks.register({ id: `hook-${n}`, on: "order_placed", run: async () => Promise.reject(error) });
    }
    const outcome = await place();
    expect(outcome.hooks.map((result) => result.status === "failed" && result.error)).toEqual(thrown);
    const logged = hooks.log({ status: "failed" }).map(({ error }) => error);
    expect(logged[0]).toEqual({ name: "string", message: "text" });
    expect(logged[5]).toEqual({ name: "object", message: "plain", code: "E1" });
  });

  test("may return a promise that is none of ours, and that breaks the rules of promises", async () => {
    const { hooks, place } = shopForTest({ defaults: { errors: "fail_safe" } });
    const thenable = (then: (resolve: (value: unknown) => void) => void) => ({ then });
    hooks.register(
      { id: "twice", on: "order_placed", run: () => thenable((resolve) => [resolve(1), resolve(2)]) },
      {
        id: "throws",
        on: "order_placed",
        run: () =>
          thenable(() => {
            throw new Error("no promise");
          }),
      },
    );
    expect((await place()).hooks).toMatchObject([{ value: 1 }, { error: { message: "no promise" } }]);
  });

  test("fails a parallel phase: those that run are told, and waited for", async () => {
    const { hooks, place, clock } = shopForTest({ defaults: { strategy: "parallel" } });
    hooks.register({
      id: "print",
      on: "order_placed",
      run: async () => {
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, 10));
        throw new Error("no paper");
      },
    });
    hooks.register({
      id: "weigh",
      on: "order_placed",
      run: ({ signal }) =>
        new Promise((_, reject) => {
          // It takes a while to stop.
          signal.addEventListener("abort", () => clock.setTimeout(() => reject(signal.reason), 25));
        }),
    });
    const outcome = await place();
    expect(outcome.durationMs).toBe(35);
    expect(outcome).toMatchObject({ status: "failed", failedHook: "print" });
    expect(outcome.hooks[1]).toMatchObject({ status: "cancelled", error: { code: "CONFITURE_HOOK_CANCELLED" } });
  });
});

describe("retries", () => {
  test("are for hooks that say they are idempotent: three attempts, with pauses that double", async () => {
    const { hooks, place } = shopForTest();
    hooks.register({ id: "print", on: "order_placed", idempotent: true, retry: {}, run: failing(2) });
    const outcome = await place();
    expect(outcome.hooks).toMatchObject([{ status: "completed", attempts: 3, value: 3, durationMs: 300 }]);
    expect(hooks.log({ status: "retrying" })).toMatchObject([
      { attempt: 1, delayMs: 100, error: { message: "no paper" } },
      { attempt: 2, delayMs: 200 },
    ]);
  });

  test("pause for a time drawn between none and the most", async () => {
    const { hooks, place } = shopForTest({ random: () => 0.25 });
    const retry = { maxAttempts: 5, initialDelayMs: 1_000, backoffMultiplier: 3, maxDelayMs: 4_000 };
    hooks.register({ id: "print", on: "order_placed", idempotent: true, retry, run: failing() });
    await place();
    expect(hooks.log({ status: "retrying" }).map(({ delayMs }) => delayMs)).toEqual([250, 750, 1_000, 1_000]);
  });

  test("end at an error that is marked as not to be retried, or says so itself", async () => {
    for (const error of [nonRetryable(new Error("gone")), Object.assign(new Error("gone"), { retryable: false })]) {
      const { hooks, place } = shopForTest();
      hooks.register({ id: "print", on: "order_placed", idempotent: true, retry: {}, run: failing(1, error) });
      expect((await place()).hooks).toMatchObject([{ status: "failed", attempts: 1, error }]);
    }
    expect(nonRetryable("text")).toBeInstanceOf(Error);
  });

  test("end at a mistake, which a further attempt would only make again", async () => {
    const { hooks, place } = shopForTest();
    const run = ({ update }: { update: (change: () => void) => void }) => update(() => undefined);
    hooks.register({ id: "print", on: "order_placed", idempotent: true, retry: {}, run });
    expect((await place()).hooks).toMatchObject([{ attempts: 1, error: { code: "CONFITURE_HOOK_UPDATE_REFUSED" } }]);
  });

  test("end when there is no time left for a further attempt", async () => {
    const { hooks, place } = shopForTest();
    hooks.register({ id: "print", on: "order_placed", idempotent: true, retry: {}, timeoutMs: 300, run: failing() });
    const outcome = await place();
    expect(outcome.hooks).toMatchObject([{ status: "failed", attempts: 2, durationMs: 100 }]);
  });

  test("are asked of all hooks of an event whose errors are retried", async () => {
    const { hooks, place } = shopForTest({
      events: { order_placed: { errors: "retry", retry: { maxAttempts: 2, initialDelayMs: 10 } } },
    });
    hooks.register({ id: "print", on: "order_placed", idempotent: true, run: failing(1) });
    hooks.register({ id: "pack", on: "order_placed", idempotent: true, retry: { maxAttempts: 4 }, run: failing(3) });
    expect((await place()).hooks).toMatchObject([
      { attempts: 2, durationMs: 10 },
      { attempts: 4, durationMs: 70 },
    ]);
    expect(() => hooks.register({ id: "send", on: "order_placed", run: failing() })).toThrow(
      "order_placed: hook send would be retried, as the event's `errors` says, and does not say that it is idempotent.",
    );
  });

  test("that are exhausted fail the phase, or do what `onExhausted` says", async () => {
    const exhausted = async (onExhausted?: "fail_fast" | "fail_safe" | "alert_only") => {
      const alerts: string[] = [];
      const { hooks, place } = shopForTest({
        defaults: { errors: "retry" },
        onAlert: ({ hookId }) => void alerts.push(hookId),
      });
      hooks.register({ id: "print", on: "order_placed", idempotent: true, retry: { onExhausted }, run: failing() });
      return { status: (await place()).status, alerts };
    };
    expect(await exhausted()).toEqual({ status: "failed", alerts: [] });
    expect(await exhausted("fail_fast")).toEqual({ status: "failed", alerts: [] });
    expect(await exhausted("fail_safe")).toEqual({ status: "completed", alerts: [] });
    expect(await exhausted("alert_only")).toEqual({ status: "completed", alerts: ["print"] });
  });

  test("leave it to the event what follows, where the hook does not say", async () => {
    const { hooks, place } = shopForTest({ defaults: { errors: "fail_safe" } });
    hooks.register({ id: "print", on: "order_placed", idempotent: true, retry: {}, run: failing() });
    expect(await place()).toMatchObject({ status: "completed", hooks: [{ status: "failed", attempts: 3 }] });
  });
});

describe("a circuit", () => {
  const broken = (run: () => unknown, circuitBreaker = {}) => {
    const shop = shopForTest({ defaults: { errors: "fail_safe" } });
    shop.hooks.register({ id: "print", on: "order_placed", circuitBreaker, run });
    const circuit = () => shop.hooks.list()[0]?.circuit;
    return { ...shop, circuit };
  };

  test("opens behind five failures in a row, lets one try after a minute, and closes when that succeeds", async () => {
    const { hooks, clock, place, circuit } = broken(failing(5));
    for (let n = 0; n < 5; n++) await place();
    expect(circuit()).toBe("open");
    expect((await place()).hooks).toMatchObject([{ status: "skipped", reason: "circuit_open" }]);
    await clock.advance(59_999);
    expect(circuit()).toBe("open");
    await clock.advance(1);
    expect(circuit()).toBe("half_open");
    expect(statusesOf(await place())).toEqual(["print completed"]);
    expect(circuit()).toBe("closed");
    const turns = hooks.log({ status: ["circuit_open", "circuit_half_open", "circuit_closed"] });
    expect(turns.map(({ status }) => status)).toEqual(["circuit_open", "circuit_half_open", "circuit_closed"]);
    expect(clock.timers).toBe(0);
  });

  test("opens again when the one that tries fails", async () => {
    const { clock, place, circuit } = broken(failing(), { failureThreshold: 2, recoveryTimeoutMs: 1_000 });
    await place();
    await place();
    await clock.advance(1_000);
    expect(statusesOf(await place())).toEqual(["print failed"]);
    expect(circuit()).toBe("open");
    await clock.advance(1_000);
    expect(circuit()).toBe("half_open");
  });

  test("counts failures in a row only", async () => {
    let calls = 0;
    const { place, circuit } = broken(
      () => {
        calls += 1;
        if (calls % 2 === 1) throw new Error("every other time");
      },
      { failureThreshold: 2 },
    );
    for (let n = 0; n < 6; n++) await place();
    expect(circuit()).toBe("closed");
  });

  test("lets one execution try at a time", async () => {
    const { hooks, clock } = shopForTest({ defaults: { errors: "fail_safe" } });
    let fails = true;
    hooks.register({
      id: "print",
      on: "order_placed",
      circuitBreaker: { failureThreshold: 1, recoveryTimeoutMs: 1_000 },
      run: async () => {
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, 10));
        if (fails) throw new Error("no paper");
      },
    });
    const place = () => hooks.trigger("order_placed", { total: 1, notes: [] });
    await clock.run(place());
    await clock.advance(1_000);
    fails = false;
    const both = await clock.run(Promise.all([place(), place()]));
    expect(both.flatMap(statusesOf)).toEqual(["print completed", "print skipped"]);
  });

  test("is not moved by an execution that was cancelled", async () => {
    const { hooks, clock } = shopForTest();
    hooks.register({
      id: "print",
      on: "order_placed",
      circuitBreaker: { failureThreshold: 1, recoveryTimeoutMs: 10 },
      run: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    });
    const owner = new AbortController();
    const placed = hooks.trigger("order_placed", { total: 1, notes: [] }, { signal: owner.signal });
    owner.abort(new Error("never mind"));
    expect((await clock.run(placed)).status).toBe("cancelled");
    expect(hooks.list()[0]?.circuit).toBe("closed");
  });

  test("that is open fails a fail_fast phase: what had to be done was not", async () => {
    const { hooks, place } = shopForTest();
    hooks.register({ id: "print", on: "order_placed", circuitBreaker: { failureThreshold: 1 }, run: failing() });
    await place();
    const outcome = await place();
    expect(outcome).toMatchObject({
      status: "failed",
      failedHook: "print",
      error: { code: "CONFITURE_HOOK_CIRCUIT_OPEN" },
    });
  });

  test("may be given to all hooks of an event", async () => {
    const { hooks, place } = shopForTest({
      events: { order_placed: { errors: "fail_safe", circuitBreaker: { failureThreshold: 1 } } },
    });
    hooks.register({ id: "print", on: "order_placed", run: failing() });
    hooks.register({ id: "pack", on: "order_placed", circuitBreaker: { failureThreshold: 9 }, run: failing() });
    await place();
    expect(hooks.list().map(({ circuit }) => circuit)).toEqual(["open", "closed"]);
  });
});
