import { subscribe, tracingChannel, unsubscribe } from "node:diagnostics_channel";
import { type AttemptMessage, createHooks, type HookLogEntry, hookChannels, type PhaseMessage } from "@confiture/hooks";
import { expect, test } from "vitest";

type Message = PhaseMessage | AttemptMessage;

/** Listens while something is done. */
async function listening(run: () => Promise<unknown>): Promise<readonly string[]> {
  const heard: string[] = [];
  const name = (message: Message) => ("hookId" in message ? `${message.hookId} ${message.attempt}` : message.event);
  const subscribers = (kind: string) => ({
    start: (message: object) => void heard.push(`${kind} ${name(message as Message)} start`),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: (message: object) => {
      const { result } = message as Message;
      heard.push(`${kind} ${name(message as Message)} ${result?.status}`);
    },
    error: (message: object) => {
      const { error } = message as Message;
      heard.push(`${kind} ${name(message as Message)} error ${(error as Error).message}`);
    },
  });
  const [phases, attempts] = [subscribers("phase"), subscribers("attempt")];
  tracingChannel(hookChannels.phase).subscribe(phases);
  tracingChannel(hookChannels.attempt).subscribe(attempts);
  try {
    await run();
  } finally {
    tracingChannel(hookChannels.phase).unsubscribe(phases);
    tracingChannel(hookChannels.attempt).unsubscribe(attempts);
  }
  return heard;
}

test("phases and attempts are published with their beginning, their end and their errors", async () => {
  const hooks = createHooks<{ event: null; other: null }>({ random: () => 0 });
  hooks.register({
    id: "a",
    on: "event",
    idempotent: true,
    retry: {},
    run: async ({ attempt, trigger }) => {
      if (attempt === 1) throw new Error("not yet");
      await trigger("other", null);
    },
  });
  hooks.register({ id: "b", on: "event", run: () => Promise.reject(new Error("never")) });
  hooks.register({ id: "c", on: "other", run: () => undefined });
  const heard = await listening(() => hooks.trigger("event", null));
  expect(heard).toEqual([
    "phase event start",
    "attempt a 1 start",
    "attempt a 1 error not yet",
    "attempt a 1 failed",
    "attempt a 2 start",
    "phase other start",
    "attempt c 1 start",
    "attempt c 1 completed",
    "phase other completed",
    "attempt a 2 completed",
    "attempt b 1 start",
    "attempt b 1 error never",
    "attempt b 1 failed",
    "phase event error never",
    "phase event failed",
  ]);
});

test("every entry of the log is published as it is made", async () => {
  const heard: string[] = [];
  const listen = (entry: unknown) => void heard.push((entry as HookLogEntry).status);
  subscribe(hookChannels.log, listen);
  const hooks = createHooks<{ event: null }>();
  hooks.register({ id: "a", on: "event", run: () => undefined });
  await hooks.trigger("event", null);
  unsubscribe(hookChannels.log, listen);
  await hooks.trigger("event", null);
  expect(heard).toEqual(["phase_started", "pending", "started", "completed", "phase_completed"]);
});

test("a subscriber may have the work done in a context of its own", async () => {
  const order: string[] = [];
  const around = (who: string) => (message: unknown) => {
    const target = message as Message;
    const inner = target.within;
    target.within = (work) => {
      order.push(`${who} in`);
      return inner === undefined ? work() : inner(work);
    };
  };
  const [first, second] = [around("first"), around("second")];
  const start = `tracing:${hookChannels.attempt}:start`;
  subscribe(start, first);
  subscribe(start, second);
  const hooks = createHooks<{ event: null }>();
  hooks.register({ id: "a", on: "event", run: () => void order.push("hook") });
  await hooks.trigger("event", null);
  unsubscribe(start, first);
  unsubscribe(start, second);
  expect(order).toEqual(["second in", "first in", "hook"]);
});

test("the channels have names that stay", () => {
  expect(hookChannels).toEqual({
    phase: "confiture.hooks.phase",
    attempt: "confiture.hooks.attempt",
    log: "confiture.hooks.log",
  });
});
