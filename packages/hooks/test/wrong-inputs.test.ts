import { createHooks, HookError } from "@confiture/hooks";
import { createTestClock } from "@confiture/hooks/testing";
import { migrationEventNames } from "@confiture/hooks/vocabulary";
import { describe, expect, test } from "vitest";
import { hookErrorCodes } from "../src/errors/hook-error-codes.js";

/** As plain JavaScript calls it: nobody checks types. */
const create = createHooks as unknown as (options?: unknown) => {
  register: (...hooks: unknown[]) => () => void;
  unregister: (id: unknown) => void;
  list: (event?: unknown) => unknown[];
  log: (filter?: unknown) => unknown[];
  trigger: (event?: unknown, data?: unknown, options?: unknown) => Promise<unknown>;
};
const run = () => undefined;
const hook = { id: "a", on: "event", run };
const register =
  (given: unknown, options?: unknown): (() => unknown) =>
  () =>
    create(options).register(given);

type Case = readonly [run: () => unknown, code: string, message: string];

const cases: Readonly<Record<string, Case>> = {
  "options that are no object": [() => create(7), "OPTION", "createHooks: the bag of options is 7, not an object."],
  "an unknown option": [
    () => create({ timeout: 1 }),
    "OPTION",
    "has no option `timeout`; known are vocabulary, defaults",
  ],
  "a logger without warn": [() => create({ logger: { debug: run } }), "OPTION", "`logger`: an object, which must be"],
  "a clock that is none": [
    () => create({ clock: Date }),
    "OPTION",
    "`clock`: a function, which must be an object with",
  ],
  "a size of the log": [() => create({ logSize: 0 }), "OPTION", "`logSize`: 0, which must be a whole number from 1"],
  "no vocabulary": [() => create({ vocabulary: "event" }), "OPTION", '`vocabulary`: "event", which must be an array'],
  "an unknown option of an event": [
    () => create({ events: { event: { timeoutMs: 5 } } }),
    "OPTION",
    "createHooks: event has no option `timeoutMs`; known are strategy,",
  ],
  "an event's options that are none": [
    () => create({ events: { event: null } }),
    "OPTION",
    "event is null, not an object",
  ],
  "a strategy": [
    () => create({ defaults: { strategy: "serial" } }),
    "OPTION",
    'createHooks: defaults has `strategy`: "serial", which must be "sequential", "parallel", "parallel_with_deps".',
  ],
  "a time limit of nothing": [() => create({ defaults: { timeoutPerHookMs: 0 } }), "OPTION", "milliseconds from 1 to"],
  "a time limit that timers cannot keep": [
    () => create({ defaults: { timeoutPerPhaseMs: 2 ** 31 } }),
    "OPTION",
    "milliseconds from 1 to 2147483647",
  ],
  "a retry of an event": [
    () => create({ defaults: { retry: { attempts: 3 } } }),
    "OPTION",
    "`retry`: an object, which must be of another shape (it has no option `attempts`;",
  ],
  "a field that every hook has": [
    () => create({ fields: { run } }),
    "OPTION",
    "the field run is one that every hook has",
  ],
  "a field without a check": [() => create({ fields: { team: true } }), "OPTION", "the field team has no function"],
  "options of an event that is not of the vocabulary": [
    () => create({ vocabulary: ["event"], events: { evnt: {} } }),
    "OPTION",
    "evnt has options, and is no event of the vocabulary",
  ],
  "parallel hooks that all change the same data": [
    () => create({ events: { event: { strategy: "parallel", mutation: "mutable" } } }),
    "COMBINATION",
    "event: hooks that run side by side cannot all change the same data.",
  ],
  "the same with dependencies": [
    () => create({ defaults: { strategy: "parallel_with_deps", mutation: "mutable" } }),
    "COMBINATION",
    "defaults: hooks that run side by side",
  ],
  "room for several where one runs at a time": [
    () => create({ events: { event: { maxParallelHooks: 2 } } }),
    "COMBINATION",
    "event: `maxParallelHooks` says nothing where hooks run one after another.",
  ],
  "alerts that nobody hears": [
    () => create({ defaults: { errors: "alert_only" } }),
    "COMBINATION",
    "defaults: alert_only needs somebody to tell.",
  ],
  "a hook that is none": [register(undefined), "INVALID", "register: a hook is undefined, not an object."],
  "a list instead of hooks": [register([hook]), "INVALID", "register: a hook is an array, not an object."],
  "a hook without an id": [
    register({ on: "event", run }),
    "INVALID",
    "register: a hook has `id`: undefined, which must be a string that is not empty.",
  ],
  "a hook without an event": [
    register({ id: "a", run }),
    "INVALID",
    "register: hook a has `on`: undefined, which must be a string that is not empty.",
  ],
  "a hook that does nothing": [
    register({ id: "a", on: "event" }),
    "INVALID",
    "register: hook a has `run`: undefined, which must be a function.",
  ],
  "an unknown option of a hook": [
    register({ ...hook, timeout: 5 }),
    "INVALID",
    "register: hook a has no option `timeout`; known are id, on, priority,",
  ],
  "a priority by another name": [
    register({ ...hook, priority: "urgent" }),
    "INVALID",
    'hook a has `priority`: "urgent", which must be a whole number from 1 to 10, or critical, high, normal, low.',
  ],
  "a priority of eleven": [register({ ...hook, priority: 11 }), "INVALID", "`priority`: 11"],
  "dependencies that are no list": [
    register({ ...hook, dependsOn: "b" }),
    "INVALID",
    '`dependsOn`: "b", which must be an array',
  ],
  "a field that its owner does not take": [
    register({ ...hook, team: 7 }, { fields: { team: (value: unknown) => (value === "ops" ? undefined : "ops") } }),
    "INVALID",
    "register: hook a has `team`: 7, which must be ops.",
  ],
  "a field that its owner requires": [
    register(hook, { fields: { team: (value: unknown) => (value === undefined ? "given" : undefined) } }),
    "INVALID",
    "register: hook a has `team`: undefined, which must be given.",
  ],
  "a retry of a hook that is not idempotent": [
    register({ ...hook, retry: {} }),
    "COMBINATION",
    "event: hook a asks for `retry` and does not say that it is idempotent.",
  ],
  "dependencies where all run side by side": [
    register({ ...hook, dependsOn: ["b"] }, { defaults: { strategy: "parallel" } }),
    "COMBINATION",
    "event: hook a depends on others, and the event runs all side by side.",
  ],
  "a rule about nothing": [
    register({ ...hook, triggerRule: "all_done" }),
    "COMBINATION",
    "event: hook a has a `triggerRule` and depends on nothing.",
  ],
  "an alert of a hook that nobody hears": [
    register({ ...hook, idempotent: true, retry: { onExhausted: "alert_only" } }),
    "COMBINATION",
    "event: hook a alerts when it is exhausted, and nobody is told.",
  ],
  "the same id twice": [
    () => create().register(hook, { ...hook }),
    "DUPLICATE",
    "event: hook a is registered already.",
  ],
  "a hook for an event that is not of the vocabulary": [
    register({ ...hook, on: "before_exceute" }, { vocabulary: migrationEventNames }),
    "EVENT_UNKNOWN",
    '"before_exceute" is no event.',
  ],
  "taking away what is not there": [
    () => create().unregister("b"),
    "UNKNOWN",
    "unregister: no hook is registered as b.",
  ],
  "a list of an unknown event": [
    () => create({ vocabulary: ["event"] }).list("evnt"),
    "EVENT_UNKNOWN",
    '"evnt" is no event.',
  ],
  "triggering nothing": [() => create().trigger(), "EVENT_UNKNOWN", "undefined is no event."],
  "triggering an unknown event": [
    () => create({ vocabulary: ["event"] }).trigger("evnt", {}),
    "EVENT_UNKNOWN",
    '"evnt" is no event.',
  ],
  "an unknown option of a trigger": [
    () => create().trigger("event", {}, { timeoutMs: 5 }),
    "OPTION",
    "trigger: event has no option `timeoutMs`; known are signal, metadata, executionId, around, only.",
  ],
  "a signal that is none": [
    () => create().trigger("event", {}, { signal: new AbortController() }),
    "OPTION",
    "trigger: event has `signal`: an object, which must be an AbortSignal.",
  ],
  "a log filtered by what entries do not have": [
    () => create().log({ hook: "a" }),
    "OPTION",
    "log: the filter has no option `hook`; known are executionId, event, hookId, status.",
  ],
  "an empty id of an execution": [() => create().trigger("event", {}, { executionId: "" }), "OPTION", "`executionId`"],
};

describe("a clear error for", () => {
  test.each(Object.entries(cases))("%s", async (_, [wrong, code, message]) => {
    const error = await Promise.resolve()
      .then(wrong)
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    expect(error).toBeInstanceOf(HookError);
    expect((error as HookError).code).toBe(`CONFITURE_HOOK_${code}`);
    expect((error as HookError).message).toContain(message);
    expect((error as HookError).message).toMatch(/\.$/);
  });
});

test("a refused call of a hook is a clear error, too", async () => {
  const hooks = create({ defaults: { mutation: "mutable", errors: "fail_safe" } });
  type Calls = { update: (change?: unknown) => void; trigger: (...args: unknown[]) => Promise<unknown> };
  hooks.register(
    { id: "no-function", on: "event", run: ({ update }: Calls) => update() },
    { id: "no-event", on: "event", run: ({ trigger }: Calls) => trigger() },
    { id: "no-option", on: "event", run: ({ trigger }: Calls) => trigger("other", {}, { around: run }) },
  );
  expect(await hooks.trigger("event", {})).toMatchObject({
    hooks: [
      { error: { code: "CONFITURE_HOOK_UPDATE_REFUSED" } },
      { error: { code: "CONFITURE_HOOK_EVENT_UNKNOWN" } },
      { error: { code: "CONFITURE_HOOK_OPTION", message: expect.stringContaining("known are signal, metadata.") } },
    ],
  });
});

test("a test that waits for what no timer will bring is told so", async () => {
  const clock = createTestClock();
  await expect(clock.run(new Promise(() => undefined))).rejects.toMatchObject({ code: "CONFITURE_HOOK_CLOCK" });
});

test("an option that holds undefined says nothing", async () => {
  const hooks = create({
    defaults: { timeoutPerHookMs: undefined },
    events: { event: { strategy: undefined } },
    clock: undefined,
  });
  hooks.register({ ...hook, priority: undefined, idempotent: true, retry: { maxAttempts: undefined } });
  expect(await hooks.trigger("event", {}, { signal: undefined })).toMatchObject({ status: "completed" });
});

test("errors tell their code, hint, event and hook as JSON, and every code is one of the table", () => {
  const error = new HookError("CONFITURE_HOOK_LOOP", "text", { hint: "do this", event: "e", hookId: "h", cause: "c" });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: "HookError",
    code: "CONFITURE_HOOK_LOOP",
    message: "text",
    hint: "do this",
    event: "e",
    hookId: "h",
  });
  expect(error.cause).toBe("c");
  expect(Object.keys(hookErrorCodes)).toContain(error.code);
});
