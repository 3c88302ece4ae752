// Lets hooks end in every way there is, on real timers, and prints what the process still holds on to afterwards.
import { setTimeout as sleep } from "node:timers/promises";
import { createHooks } from "@confiture/hooks";

const unhandled = [];
process.on("unhandledRejection", (error) => unhandled.push(String(error)));
process.on("warning", (warning) => unhandled.push(String(warning)));

const never = () => new Promise(() => undefined);
const heeding = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
const failing = async () => {
  throw new Error("no");
};
const later = async () => {
  await sleep(60);
  throw new Error("much later");
};

const hooks = createHooks({
  random: () => 1,
  defaults: { errors: "fail_safe", graceMs: 10, timeoutPerHookMs: 20_000 },
  events: {
    side_by_side: { strategy: "parallel", maxParallelHooks: 20 },
    gives_up: { strategy: "parallel", errors: "fail_fast" },
    too_long: { timeoutPerPhaseMs: 20, strategy: "parallel" },
  },
});
const retry = { maxAttempts: 3, initialDelayMs: 5 };
const on = "side_by_side";
hooks.register(
  { id: "quick", on, run: () => 1 },
  { id: "completes", on, run: () => sleep(5) },
  { id: "fails", on, run: failing },
  { id: "fails-at-once", on, run: () => JSON.parse("{") },
  { id: "retried", on, idempotent: true, retry, run: failing },
  { id: "retried-in-vain", on, idempotent: true, retry: { ...retry, initialDelayMs: 60_000 }, run: failing },
  { id: "heeds", on, timeoutMs: 10, run: heeding },
  { id: "is-deaf", on, timeoutMs: 10, run: later },
  { id: "never-ends", on, timeoutMs: 10, run: never },
  { id: "tried-again-in-time", on, attemptTimeoutMs: 10, timeoutMs: 200, idempotent: true, retry, run: heeding },
  { id: "triggers", on, run: ({ trigger }) => trigger("other", null) },
  { id: "forgets-to-await", on, run: ({ trigger }) => void trigger("other", null) },
  { id: "triggers-itself", on, run: ({ trigger }) => void trigger(on, null) },
  { id: "stopped-with-nested", on, timeoutMs: 10, run: ({ trigger }) => trigger("slow", null) },
  { id: "other-works", on: "other", run: () => sleep(5) },
  { id: "slow-works", on: "slow", run: heeding },
  { id: "gives-up", on: "gives_up", run: failing },
  { id: "is-told", on: "gives_up", run: heeding },
  { id: "is-told-in-vain", on: "gives_up", run: later },
  { id: "too-long", on: "too_long", run: heeding },
  { id: "too-long-and-deaf", on: "too_long", run: never },
  {
    id: "pauses",
    on: "too_long",
    idempotent: true,
    retry: { initialDelayMs: 60_000 },
    timeoutMs: 100_000,
    run: failing,
  },
);
const around = async (_hook, _context, run) => {
  await sleep(1);
  try {
    return await run();
  } finally {
    await sleep(1);
  }
};
const owner = new AbortController();
setTimeout(() => owner.abort(new Error("enough")), 15);

const outcomes = await Promise.all([
  hooks.trigger("side_by_side", null),
  hooks.trigger("side_by_side", null, { around }),
  hooks.trigger("side_by_side", null, { signal: owner.signal }),
  hooks.trigger("gives_up", null),
  hooks.trigger("too_long", null, { around }),
  hooks.trigger("too_long", null, { around: never }),
]);
// What was abandoned ends in this time: none of it is a timer of the hooks.
await sleep(150);
const held = process.getActiveResourcesInfo().filter((name) => name === "Timeout" || name === "Immediate");
process.stdout.write(JSON.stringify({ statuses: outcomes.map(({ status }) => status), unhandled, held }));
