import { type Around, createHooks } from "@confiture/hooks";
import { createTestClock } from "@confiture/hooks/testing";
import { describe, expect, test } from "vitest";
import { work } from "./hooks-for-test.js";

interface Events {
  rows_changed: { readonly table: string };
  rows_checked: { readonly table: string };
}
interface Fields {
  readonly connection?: "own" | "shared";
}
interface Connection {
  readonly connection: { query(text: string): Promise<void> };
}

/** An owner that puts a savepoint around each attempt, on a connection that takes its time. */
function withSavepoints(graceMs = 1_000, rollbackMs = 10) {
  const clock = createTestClock();
  const sent: string[] = [];
  const connection = {
    query: async (text: string) => {
      sent.push(`${clock.now()} ${text}`);
      await work(clock, text.startsWith("rollback") ? rollbackMs : 1);
    },
  };
  const hooks = createHooks<Events, Fields, Connection>({
    clock,
    defaults: { graceMs, errors: "fail_safe" },
    fields: {
      connection: (value) => (value === undefined || value === "own" || value === "shared" ? undefined : "no"),
    },
  });
  const around: Around<Events, Fields, Connection> = async ({ id, connection: which }, _, run) => {
    if (which === "own") return run();
    await connection.query(`savepoint ${id}`);
    try {
      const value = await run({ connection });
      await connection.query(`release ${id}`);
      return value;
    } catch (error) {
      await connection.query(`rollback to ${id}`);
      throw error;
    }
  };
  const change = (options = {}) => clock.run(hooks.trigger("rows_changed", { table: "jam" }, { around, ...options }));
  return { hooks, clock, sent, change, around };
}

test("an owner wraps each attempt, and hands the hook what it needs", async () => {
  const { hooks, sent, change } = withSavepoints();
  hooks.register({
    id: "a",
    on: "rows_changed",
    run: async ({ metadata, data }) => {
      await metadata.connection.query(`update ${data.table}`);
      return "changed";
    },
  });
  hooks.register({ id: "b", on: "rows_changed", connection: "own", run: () => "outside" });
  const outcome = await change();
  expect(outcome.hooks).toMatchObject([{ value: "changed" }, { value: "outside" }]);
  expect(sent).toEqual(["0 savepoint a", "1 update jam", "2 release a"]);
});

test("each attempt is wrapped anew", async () => {
  const { hooks, sent, change } = withSavepoints();
  hooks.register({
    id: "a",
    on: "rows_changed",
    idempotent: true,
    retry: { initialDelayMs: 1, maxAttempts: 2 },
    run: ({ attempt }) => {
      if (attempt === 1) throw new Error("once more");
    },
  });
  expect((await change()).hooks).toMatchObject([{ status: "completed", attempts: 2 }]);
  expect(sent.map((line) => line.replace(/^\S+ /, ""))).toEqual([
    "savepoint a",
    "rollback to a",
    "savepoint a",
    "release a",
  ]);
});

test("a hook whose time is up is rolled back before the next one begins", async () => {
  const { hooks, clock, sent, change } = withSavepoints(1_000, 40);
  hooks.register({ id: "slow", on: "rows_changed", timeoutMs: 100, run: ({ signal }) => work(clock, 5_000, signal) });
  hooks.register({ id: "next", on: "rows_changed", connection: "own", run: () => clock.now() });
  const outcome = await change();
  expect(sent).toEqual(["0 savepoint slow", "100 rollback to slow"]);
  expect(outcome.hooks).toMatchObject([{ status: "timeout", durationMs: 140 }, { value: 140 }]);
  expect(outcome.hooks[0]).not.toHaveProperty("abandoned");
});

test("also when the hook does not heed its signal: `run` gives it up when its time of grace is over", async () => {
  const { hooks, clock, sent, change } = withSavepoints(200, 40);
  hooks.register({ id: "deaf", on: "rows_changed", timeoutMs: 100, run: () => work(clock, 5_000) });
  hooks.register({ id: "next", on: "rows_changed", connection: "own", run: () => clock.now() });
  const outcome = await change();
  expect(sent).toEqual(["0 savepoint deaf", "300 rollback to deaf"]);
  expect(outcome.hooks).toMatchObject([{ status: "timeout", abandoned: "hook" }, { value: 340 }]);
});

test("a hook that returns behind its time is rolled back like one that does not", async () => {
  const { hooks, clock, sent, change } = withSavepoints();
  hooks.register({ id: "late", on: "rows_changed", timeoutMs: 100, run: () => work(clock, 150) });
  expect((await change()).hooks).toMatchObject([{ status: "timeout" }]);
  expect(sent.at(-1)).toBe("151 rollback to late");
});

test("a hook that had ended before its time was up has completed, if its owner says so", async () => {
  const { hooks, clock, sent } = withSavepoints();
  hooks.register({ id: "a", on: "rows_changed", timeoutMs: 100, run: () => work(clock, 90) });
  const releases: Around<Events, Fields, Connection> = async (_, __, run) => {
    const value = await run();
    await work(clock, 50);
    return value;
  };
  const outcome = await clock.run(hooks.trigger("rows_changed", { table: "jam" }, { around: releases }));
  expect(outcome.hooks).toMatchObject([{ status: "completed", durationMs: 140 }]);
  expect(sent).toEqual([]);
});

test("an owner that does not finish cleaning up ends the phase: nothing runs in the middle of it", async () => {
  const { hooks, clock, change } = withSavepoints(200, 100_000);
  hooks.register({ id: "slow", on: "rows_changed", timeoutMs: 100, run: ({ signal }) => work(clock, 5_000, signal) });
  hooks.register({ id: "next", on: "rows_changed", run: () => "never" });
  const outcome = await change();
  expect(outcome).toMatchObject({ status: "failed", failedHook: "slow", durationMs: 300 });
  expect(outcome.hooks).toMatchObject([{ status: "timeout", abandoned: "around" }, { status: "skipped" }]);
  await clock.advance(100_000);
  expect(hooks.log({ status: "late" })).toMatchObject([{ hookId: "slow", reason: "around" }]);
});

test("an owner that cannot clean up says so in the result", async () => {
  const { hooks, clock } = withSavepoints();
  hooks.register({ id: "slow", on: "rows_changed", timeoutMs: 100, run: ({ signal }) => work(clock, 5_000, signal) });
  const lost = new Error("the connection is gone");
  const around: Around<Events, Fields, Connection> = async (_, __, run) =>
    run().catch(() => {
      throw lost;
    });
  const outcome = await clock.run(hooks.trigger("rows_changed", { table: "jam" }, { around }));
  expect(outcome.hooks).toMatchObject([
    { status: "timeout", error: { code: "CONFITURE_HOOK_TIMEOUT" }, aroundError: lost },
  ]);
});

test("an owner whose own beginning takes too long is told, and need not run the hook", async () => {
  const { hooks, clock } = withSavepoints();
  let ran = false;
  hooks.register({
    id: "a",
    on: "rows_changed",
    timeoutMs: 100,
    run: () => {
      ran = true;
    },
  });
  const around: Around<Events, Fields, Connection> = async (_, { signal }, run) => {
    await work(clock, 5_000, signal).catch(() => undefined);
    return run();
  };
  const outcome = await clock.run(hooks.trigger("rows_changed", { table: "jam" }, { around }));
  expect(outcome.hooks).toMatchObject([{ status: "timeout", durationMs: 100 }]);
  expect(ran).toBe(false);
});

describe("what an owner must not do", () => {
  test("run an attempt twice", async () => {
    const { hooks, clock } = withSavepoints();
    hooks.register({ id: "a", on: "rows_changed", run: () => undefined });
    const around: Around<Events, Fields, Connection> = async (_, __, run) => [await run(), await run()];
    const outcome = await clock.run(hooks.trigger("rows_changed", { table: "jam" }, { around }));
    expect(outcome.hooks).toMatchObject([{ status: "failed", error: { code: "CONFITURE_HOOK_AROUND" } }]);
  });

  test("pass over an attempt", async () => {
    const { hooks, clock } = withSavepoints();
    hooks.register({ id: "a", on: "rows_changed", run: () => undefined });
    const around: Around<Events, Fields, Connection> = async () => "all is well";
    const outcome = await clock.run(hooks.trigger("rows_changed", { table: "jam" }, { around }));
    expect(outcome.hooks).toMatchObject([{ status: "failed", error: { code: "CONFITURE_HOOK_AROUND" } }]);
  });

  test("go on while the hook runs; it is waited for all the same", async () => {
    const { hooks, clock } = withSavepoints();
    hooks.register({ id: "a", on: "rows_changed", run: () => work(clock, 70) });
    const around: Around<Events, Fields, Connection> = async (_, __, run) => {
      void run();
      return "too early";
    };
    const outcome = await clock.run(hooks.trigger("rows_changed", { table: "jam" }, { around }));
    expect(outcome.hooks).toMatchObject([{ status: "completed", value: "too early", durationMs: 70 }]);
  });

  test("throw without a promise; it is a failure like others", async () => {
    const { hooks, clock } = withSavepoints();
    hooks.register({ id: "a", on: "rows_changed", run: () => undefined });
    const error = new Error("no connection");
    const around = () => {
      throw error;
    };
    const outcome = await clock.run(hooks.trigger("rows_changed", { table: "jam" }, { around }));
    expect(outcome.hooks).toMatchObject([{ status: "failed", error }]);
  });
});

test("what a hook triggers is wrapped inside it", async () => {
  const { hooks, sent, change } = withSavepoints();
  hooks.register({
    id: "outer",
    on: "rows_changed",
    run: ({ trigger, data }) => trigger("rows_checked", data),
  });
  hooks.register({ id: "inner", on: "rows_checked", run: ({ metadata }) => metadata.connection.query("select") });
  await change();
  expect(sent.map((line) => line.replace(/^\S+ /, ""))).toEqual([
    "savepoint outer",
    "savepoint inner",
    "select",
    "release inner",
    "release outer",
  ]);
});
