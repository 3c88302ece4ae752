import { createHooks, type HookLogger } from "@confiture/hooks";
import { describe, expect, test, vi } from "vitest";
import { order, shopForTest, work } from "./hooks-for-test.js";

describe("the execution log", () => {
  test("tells what happened, as plain data", async () => {
    const { hooks, place, clock } = shopForTest({ createId: () => "execution-1" });
    hooks.register(
      { id: "print", on: "order_placed", idempotent: true, retry: {}, run: ({ attempt }) => print(attempt) },
      { id: "pack", on: "order_placed", dependsOn: ["print"], run: () => work(clock, 30) },
    );
    const print = (attempt: number) => {
      if (attempt === 1) throw Object.assign(new Error("no paper"), { code: "E_PAPER" });
    };
    await place();
    const entries = hooks.log().map(({ sequence, at, executionId, phase, event, ...rest }) => {
      expect([executionId, phase, event]).toEqual(["execution-1", 1, "order_placed"]);
      return JSON.parse(JSON.stringify({ ...rest, at: at - 1_000, sequence })) as unknown;
    });
    expect(entries).toEqual([
      { sequence: 0, at: 0, status: "phase_started", mayShareId: false },
      { sequence: 1, at: 0, status: "pending", hookId: "print", dependsOn: [] },
      { sequence: 2, at: 0, status: "pending", hookId: "pack", dependsOn: ["print"] },
      { sequence: 3, at: 0, status: "started", hookId: "print", attempt: 1 },
      {
        sequence: 4,
        at: 0,
        status: "retrying",
        hookId: "print",
        attempt: 1,
        delayMs: 100,
        error: { name: "Error", message: "no paper", code: "E_PAPER" },
      },
      { sequence: 5, at: 100, status: "started", hookId: "print", attempt: 2 },
      { sequence: 6, at: 100, status: "completed", hookId: "print", attempt: 2, durationMs: 100 },
      { sequence: 7, at: 100, status: "started", hookId: "pack", attempt: 1 },
      { sequence: 8, at: 130, status: "completed", hookId: "pack", attempt: 1, durationMs: 30 },
      { sequence: 9, at: 130, status: "phase_completed", durationMs: 130 },
    ]);
  });

  test("is asked by execution, event, hook and status", async () => {
    const { hooks, place } = shopForTest();
    hooks.register({ id: "print", on: "order_placed", run: () => undefined });
    hooks.register({ id: "label", on: "order_packed", run: () => undefined });
    const first = await place();
    await place();
    await hooks.trigger("order_packed", { box: "a" });
    expect(hooks.log()).toHaveLength(15);
    expect(hooks.log({ executionId: first.executionId })).toHaveLength(5);
    expect(hooks.log({ event: "order_packed", hookId: "label" }).map(({ status }) => status)).toEqual([
      "pending",
      "started",
      "completed",
    ]);
    expect(hooks.log({ hookId: "print", status: ["started", "failed"] })).toHaveLength(2);
    expect(hooks.log({ executionId: "unknown" })).toEqual([]);
  });

  test("keeps the latest entries", async () => {
    const { hooks, place } = shopForTest({ logSize: 5 });
    hooks.register({ id: "print", on: "order_placed", run: () => undefined });
    for (let n = 0; n < 3; n++) await place();
    expect(hooks.log().map(({ sequence, status }) => `${sequence} ${status}`)).toEqual([
      "10 phase_started",
      "11 pending",
      "12 started",
      "13 completed",
      "14 phase_completed",
    ]);
  });
});

/** print ∥ (weigh → pack → label), and pack triggers another event with two hooks side by side. */
async function tracedOrder() {
  const shop = shopForTest({ defaults: { strategy: "parallel_with_deps" } });
  const { hooks, clock } = shop;
  hooks.register(
    { id: "print", on: "order_placed", run: () => work(clock, 25) },
    { id: "weigh", on: "order_placed", run: () => work(clock, 10) },
    {
      id: "pack",
      on: "order_placed",
      dependsOn: ["weigh"],
      run: async ({ trigger }) => {
        await work(clock, 5);
        await trigger("order_packed", { box: "a" });
      },
    },
    { id: "label", on: "order_placed", dependsOn: ["pack", "print"], run: () => work(clock, 7) },
    { id: "fold", on: "order_packed", run: () => work(clock, 40) },
    { id: "tape", on: "order_packed", run: () => work(clock, 15) },
  );
  const { executionId } = await shop.place();
  return { ...shop, executionId };
}

describe("the graph of an execution", () => {
  test("tells what waited for what, and what triggered what", async () => {
    const { hooks, executionId } = await tracedOrder();
    const graph = hooks.graph(executionId);
    expect(graph).toMatchObject({ executionId, complete: true });
    expect(graph?.phases).toHaveLength(1);
    expect(graph?.phases[0]).toMatchObject({ event: "order_placed", status: "completed", durationMs: 62 });
    expect(
      graph?.phases[0]?.hooks.map(({ hookId, dependsOn, durationMs, triggered }) => [
        hookId,
        dependsOn,
        durationMs,
        triggered.map(({ event, hooks: nested }) => [event, nested.map((node) => node.hookId)]),
      ]),
    ).toEqual([
      ["print", [], 25, []],
      ["weigh", [], 10, []],
      ["pack", ["weigh"], 45, [["order_packed", ["fold", "tape"]]]],
      ["label", ["pack", "print"], 7, []],
    ]);
  });

  test("tells how far an execution has come that goes on", async () => {
    const { hooks, clock } = shopForTest();
    hooks.register({ id: "print", on: "order_placed", run: () => work(clock, 25) });
    hooks.register({ id: "pack", on: "order_placed", run: () => undefined });
    const placed = hooks.trigger("order_placed", order, { executionId: "today" });
    await clock.advance(10);
    expect(hooks.graph("today")?.phases).toMatchObject([
      { status: "running", durationMs: undefined, hooks: [{ status: "running" }, { status: "pending" }] },
    ]);
    await clock.run(placed);
  });

  test("puts several phases of one execution behind each other, and says when some of it may be forgotten", async () => {
    const { hooks, clock } = shopForTest({ logSize: 7 });
    hooks.register({ id: "print", on: "order_placed", run: () => undefined });
    const pack = (executionId?: string) =>
      clock.run(hooks.trigger("order_packed", { box: "a" }, executionId === undefined ? {} : { executionId }));
    await clock.run(hooks.trigger("order_placed", order, { executionId: "today" }));
    await pack("today");
    expect(hooks.graph("today")).toMatchObject({
      complete: true,
      phases: [{ event: "order_placed" }, { event: "order_packed" }],
    });
    await pack("today");
    expect(hooks.graph("today")).toMatchObject({
      complete: false,
      phases: [{ event: "order_packed" }, { event: "order_packed" }],
    });
    await pack("today");
    // Nothing is left to show that there was more; but an id that was given may have been used before.
    expect(hooks.graph("today")).toMatchObject({ complete: false });
    const { executionId } = await pack();
    expect(hooks.graph(executionId)).toMatchObject({ complete: true });
  });

  test("knows nothing of an execution that it has forgotten", () => {
    const { hooks } = shopForTest();
    expect(hooks.graph("never")).toBeUndefined();
    expect(hooks.trace("never")).toBeUndefined();
  });
});

describe("the trace of an execution", () => {
  test("tells which hooks its end waited for, and how long each took itself", async () => {
    const { hooks, executionId } = await tracedOrder();
    const trace = hooks.trace(executionId);
    expect(trace).toMatchObject({ complete: true, durationMs: 62 });
    const rows = trace?.hooks.map(({ hookId, waitedMs, durationMs, selfMs, onCriticalPath }) => [
      hookId,
      waitedMs,
      durationMs,
      selfMs,
      onCriticalPath,
    ]);
    expect(rows).toEqual([
      ["print", 0, 25, 25, false],
      ["weigh", 0, 10, 10, true],
      ["pack", 10, 45, 5, true],
      ["fold", 0, 40, 40, true],
      ["tape", 0, 15, 15, false],
      ["label", 55, 7, 7, true],
    ]);
    expect(trace?.criticalPath.map(({ hookId }) => hookId)).toEqual(["weigh", "pack", "fold", "label"]);
  });

  test("counts side by side what a hook triggered side by side", async () => {
    const { hooks, place, clock } = shopForTest();
    hooks.register({
      id: "pack",
      on: "order_placed",
      run: async ({ trigger }) => {
        await Promise.all([trigger("order_packed", { box: "a" }), trigger("order_sent", { box: "a" })]);
        await work(clock, 3);
      },
    });
    hooks.register({ id: "label", on: "order_packed", run: () => work(clock, 20) });
    hooks.register({ id: "post", on: "order_sent", run: () => work(clock, 30) });
    const { executionId } = await place();
    const trace = hooks.trace(executionId);
    expect(trace?.hooks[0]).toMatchObject({ hookId: "pack", durationMs: 33, selfMs: 3 });
    expect(trace?.criticalPath.map(({ hookId }) => hookId)).toEqual(["pack", "post"]);
  });

  test("does not go in circles where everything happens at once", async () => {
    const { hooks, place } = shopForTest();
    for (const id of ["a", "b", "c"]) hooks.register({ id, on: "order_placed", run: () => undefined });
    const { executionId } = await place();
    expect(hooks.trace(executionId)?.criticalPath.map(({ hookId }) => hookId)).toEqual(["a", "b", "c"]);
  });
});

describe("a logger", () => {
  test("hears every entry at its level", async () => {
    const heard: string[] = [];
    const say = (level: string) => (message: string) => void heard.push(`${level}: ${message}`);
    const logger: HookLogger = { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
    const { hooks, place } = shopForTest({ logger });
    hooks.register({
      id: "print",
      on: "order_placed",
      idempotent: true,
      retry: { maxAttempts: 2 },
      run: () => Promise.reject(new Error("no paper")),
    });
    hooks.register({ id: "pack", on: "order_placed", run: () => undefined });
    await place();
    expect(heard).toEqual([
      "debug: order_placed phase started",
      "debug: order_placed: print pending",
      "debug: order_placed: pack pending",
      "debug: order_placed: print started",
      "warn: order_placed: print retrying (no paper)",
      "debug: order_placed: print started",
      "error: order_placed: print failed (no paper)",
      "warn: order_placed: pack skipped (phase_ended)",
      "error: order_placed phase failed (no paper)",
    ]);
  });

  test("gets the facts that there are, and no empty ones", async () => {
    const heard: unknown[] = [];
    const say = (_: string, facts: unknown) => void heard.push(facts);
    const logger: HookLogger = { debug: () => undefined, info: say, warn: say, error: say };
    const { hooks, place } = shopForTest({ logger, createId: () => "execution-1" });
    hooks.register({ id: "print", on: "order_placed", run: () => undefined });
    await place();
    expect(heard).toStrictEqual([
      {
        sequence: 4,
        at: 1_000,
        status: "phase_completed",
        event: "order_placed",
        executionId: "execution-1",
        phase: 1,
        durationMs: 0,
      },
    ]);
  });

  test("that throws, or an alert that does, harms no hook: the process is warned once", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const broken = () => {
      throw new Error("disk full");
    };
    const hooks = createHooks<{ event: null }>({
      logger: { debug: broken, info: broken, warn: broken, error: broken },
      defaults: { errors: "alert_only" },
      onAlert: async () => broken(),
    });
    hooks.register({ id: "a", on: "event", run: broken });
    expect((await hooks.trigger("event", null)).status).toBe("completed");
    expect(warned.mock.calls.map(([message]) => message)).toEqual(["a logger or onAlert of hooks failed: disk full"]);
    warned.mockRestore();
  });

  test("may be the console", () => {
    expect(() => createHooks({ logger: console })).not.toThrow();
  });
});
