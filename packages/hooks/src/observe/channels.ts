import { channel, type TracingChannel, tracingChannel } from "node:diagnostics_channel";
import type { HookLogEntry, TriggeredBy } from "./hook-log-entry.js";

/** What the channels of `tracing:confiture.hooks.phase:*` carry, the same object from `start` to `asyncEnd`. */
export interface PhaseMessage extends Workplace {
  readonly event: string;
  readonly executionId: string;
  /** Counts phases: several may share an `executionId`. */
  readonly phase: number;
  readonly triggeredBy: TriggeredBy | undefined;
  readonly hooks: number;
  /** Once it has ended: the outcome. */
  result?: { readonly status: string; readonly error?: unknown };
  /** Of a phase that did not complete. */
  error?: unknown;
}

/** What the channels of `tracing:confiture.hooks.attempt:*` carry, the same object from `start` to `asyncEnd`. */
export interface AttemptMessage extends Workplace {
  readonly event: string;
  readonly executionId: string;
  readonly phase: number;
  readonly hookId: string;
  readonly priority: number;
  readonly attempt: number;
  /** Once it has ended. */
  result?: { readonly status: string; readonly error?: unknown };
  /** Of an attempt that did not complete. */
  error?: unknown;
}

interface Workplace {
  /**
   * A subscriber of `start` may set this, to have the work done in a context of its own: an active span, say. It calls `work` once and
   * returns what it returns; one that finds it set already calls that from within.
   */
  within?: <Result>(work: () => Result) => Result;
}

/** The names that `node:diagnostics_channel` knows them by. The tracing ones have `start`, `end`, `asyncStart`, `asyncEnd` and `error`. */
export const hookChannels = {
  phase: "confiture.hooks.phase",
  attempt: "confiture.hooks.attempt",
  /** Each entry of the execution log, as it is made. */
  log: "confiture.hooks.log",
} as const;

export const phaseChannel: TracingChannel<unknown, PhaseMessage> = tracingChannel(hookChannels.phase);
export const attemptChannel: TracingChannel<unknown, AttemptMessage> = tracingChannel(hookChannels.attempt);
const logChannel = channel(hookChannels.log);

export function publishEntry(entry: HookLogEntry): void {
  if (logChannel.hasSubscribers) logChannel.publish(entry);
}

/** Does the work, and publishes its beginning and end if somebody listens. `error` goes out when what it resolves to has one. */
export function traced<Message extends PhaseMessage | AttemptMessage, Result extends NonNullable<Message["result"]>>(
  channels: TracingChannel<unknown, Message>,
  describe: () => Message,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!channels.hasSubscribers) return work();
  const message = describe();
  return channels.tracePromise(async () => {
    const result = await (message.within === undefined ? work() : message.within(work));
    if (result.status !== "completed") {
      message.error = result.error;
      channels.error.publish(message);
    }
    return result;
  }, message);
}
