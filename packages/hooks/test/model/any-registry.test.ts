import { createHooks, nonRetryable } from "@confiture/hooks";
import { createTestClock, type TestClock } from "@confiture/hooks/testing";
import { longRun } from "@confiture/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { lineOf, type ModelEvent, type ModelHook, optionsOf, ReferenceModel, random } from "./reference-model.js";

interface Scenario {
  readonly hooks: readonly ModelHook[];
  readonly event: ModelEvent;
  /** When each execution begins behind the one before, and when it is cancelled. */
  readonly triggers: readonly { readonly gapMs: number; readonly cancelAt: number | undefined }[];
  /** Whether an owner wraps the attempts, who adds nothing of his own: then nothing is different. */
  readonly isWrapped: boolean;
}

const ms = (most: number) => fc.integer({ min: 1, max: most });
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });
const failureStrategy = fc.constantFrom("fail_fast" as const, "fail_safe" as const, "alert_only" as const);

const retry = fc.record(
  {
    maxAttempts: fc.integer({ min: 1, max: 4 }),
    initialDelayMs: ms(400),
    maxDelayMs: ms(800),
    backoffMultiplier: fc.constantFrom(1, 2, 3),
    onExhausted: failureStrategy,
  },
  { requiredKeys: [] },
);

const attempt = fc.record({
  ends: fc.constantFrom("completed" as const, "completed" as const, "failed" as const, "failed for good" as const),
  ms: ms(1_500),
});

const hook = fc.record({
  priority: fc.integer({ min: 1, max: 10 }),
  above: fc.array(fc.nat(6), { maxLength: 3 }),
  triggerRule: fc.constantFrom("all_success" as const, "none_failed" as const, "all_done" as const),
  timeoutMs: maybe(ms(2_500)),
  attemptTimeoutMs: maybe(ms(1_200)),
  retry: maybe(retry),
  circuitBreaker: maybe(fc.record({ failureThreshold: fc.integer({ min: 1, max: 2 }), recoveryTimeoutMs: ms(5_000) })),
  script: fc.array(attempt, { minLength: 1, maxLength: 3 }),
  stopsInMs: maybe(ms(600)),
});

const event = fc.record({
  strategy: fc.constantFrom("sequential" as const, "parallel" as const, "parallel_with_deps" as const),
  errors: fc.oneof(failureStrategy, fc.constant("retry" as const)),
  maxParallelHooks: fc.integer({ min: 1, max: 4 }),
  timeoutPerHookMs: fc.integer({ min: 300, max: 4_000 }),
  timeoutPerPhaseMs: fc.integer({ min: 500, max: 8_000 }),
  graceMs: ms(500),
  retry,
});

const trigger = fc.record({ gapMs: ms(3_000), cancelAt: fc.option(ms(3_000), { nil: undefined, freq: 4 }) });

const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    hooks: fc.array(hook, { minLength: 1, maxLength: 7 }),
    event,
    triggers: fc.array(trigger, { minLength: 1, maxLength: 3 }),
    isWrapped: fc.boolean(),
    shuffle: fc.infiniteStream(fc.nat(1_000)),
    sync: fc.infiniteStream(fc.boolean()),
  })
  .map(({ hooks, event: options, triggers, isWrapped, shuffle, sync }) => ({
    event: options,
    triggers,
    isWrapped,
    hooks: hooks
      .map(({ above, ...rest }, place) => {
        const dependsOn =
          options.strategy === "parallel"
            ? []
            : [...new Set(above.filter((other) => other < place).map((other) => `h${other}`))];
        // Which of two hooks that return at once ends first says nothing about the rules, so only one runs at a time.
        const script = rest.script.map((one) =>
          options.strategy === "sequential" && sync.next().value ? { ...one, ms: 0 } : one,
        );
        return { ...rest, id: `h${place}`, dependsOn, script };
      })
      .map((one) => ({ one, key: shuffle.next().value as number }))
      .sort((one, other) => one.key - other.key)
      .map(({ one }) => one),
  }));

/** A hook that does what the model says it will. */
function runOf({ script, stopsInMs }: ModelHook, clock: TestClock) {
  const end = (ends: string) => {
    if (ends === "failed") throw new Error("scripted");
    if (ends === "failed for good") throw nonRetryable(new Error("scripted"));
  };
  return ({ attempt: number, signal }: { readonly attempt: number; readonly signal: AbortSignal }) => {
    const { ends, ms: lasts } = script[Math.min(number, script.length) - 1] as ModelHook["script"][0];
    if (lasts === 0) return end(ends);
    return new Promise<void>((resolve, reject) => {
      const settle = () => {
        try {
          resolve(end(ends));
        } catch (error) {
          reject(error);
        }
      };
      const timer = clock.setTimeout(settle, lasts);
      if (stopsInMs === undefined) return;
      signal.addEventListener("abort", () => {
        clock.clearTimeout(timer);
        clock.setTimeout(() => reject(new Error("told to stop")), stopsInMs);
      });
    });
  };
}

async function observe({ hooks, event: options, triggers, isWrapped }: Scenario) {
  const clock = createTestClock(0);
  const alerts: string[] = [];
  const engine = createHooks<{ event: null }>({
    clock,
    random,
    logSize: 100_000,
    events: { event: optionsOf(options) },
    onAlert: ({ hookId }) => void alerts.push(hookId),
  });
  engine.register(
    ...hooks.map(({ script, stopsInMs, triggerRule, ...rest }) => ({
      ...rest,
      ...(rest.dependsOn.length === 0 ? {} : { triggerRule }),
      on: "event" as const,
      idempotent: true,
      run: runOf({ script, stopsInMs, triggerRule, ...rest }, clock),
    })),
  );
  const wrapped = isWrapped ? { around: (_: unknown, __: unknown, run: () => Promise<unknown>) => run() } : {};
  const seen = [];
  for (const { gapMs, cancelAt } of triggers) {
    await clock.advance(gapMs);
    const owner = new AbortController();
    const cancel = cancelAt === undefined ? undefined : clock.setTimeout(() => owner.abort("cancelled"), cancelAt);
    const outcome = await clock.run(engine.trigger("event", null, { signal: owner.signal, ...wrapped }));
    clock.clearTimeout(cancel);
    const entries = engine.log({ executionId: outcome.executionId });
    seen.push({
      lines: entries.filter(({ status }) => status !== "late").map(lineOf),
      status: outcome.status,
      alerts: alerts.splice(0),
      endsAt: clock.now(),
    });
  }
  // What was abandoned ends some time, and nothing is left behind it.
  await clock.advance(10_000);
  return { seen, timers: clock.timers };
}

function expected({ hooks, event: options, triggers }: Scenario) {
  const model = new ReferenceModel(hooks, options);
  let now = 0;
  return triggers.map(({ gapMs, cancelAt }) => {
    const execution = model.trigger(now + gapMs, cancelAt);
    now = execution.endsAt;
    return execution;
  });
}

test("any registry, strategy, error strategy and pattern of failures gives exactly the model's sequence of events", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (one) => {
      const model = expected(one);
      fc.pre(!model.some(({ hasTies }) => hasTies));
      const { seen, timers } = await observe(one);
      expect(seen).toEqual(model.map(({ hasTies: _, ...rest }) => rest));
      expect(timers).toBe(0);
    }),
    { numRuns: longRun ? 20_000 : 1_000 },
  );
}, 600_000);
