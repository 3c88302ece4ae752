import type { CircuitState } from "../run/circuit-breaker.js";

export type HookLogStatus =
  | "phase_started"
  | "phase_completed"
  | "phase_failed"
  | "phase_timed_out"
  | "phase_cancelled"
  /** The phase has begun, and the hook is to be run in it. */
  | "pending"
  /** One attempt begins. */
  | "started"
  /** The attempt has failed, and there will be another one in `delayMs`. */
  | "retrying"
  | "completed"
  | "failed"
  | "timeout"
  | "cancelled"
  | "skipped"
  /** A change of the hook was refused, because another one had changed the same place. */
  | "conflict"
  /** Something that was abandoned has ended after all. */
  | "late"
  | `circuit_${CircuitState}`;

/** An error as the log keeps it: no stack, no cause, nothing that holds on to the objects it was made of. */
export interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** Something that happened, as plain data. */
export interface HookLogEntry {
  /** Counts all entries, those that are no longer kept included. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly status: HookLogStatus;
  readonly event: string;
  readonly executionId: string;
  /** Counts phases: several may share an `executionId`. */
  readonly phase: number;
  /** Of everything but a phase. */
  readonly hookId?: string;
  /** Of `started`, `retrying`, and of how a hook ended: from 1. */
  readonly attempt?: number;
  /** Of a hook or a phase that has ended, and of nothing else. */
  readonly durationMs?: number;
  /** Of `retrying`. */
  readonly delayMs?: number;
  /** Why it was skipped, which limit was reached, who was abandoned, what the conflict is about. */
  readonly reason?: string;
  readonly error?: LoggedError;
  /** Of `pending`. */
  readonly dependsOn?: readonly string[];
  /** Of `phase_started`: the hook that triggered it. */
  readonly triggeredBy?: TriggeredBy;
  /** Of `phase_started`: whether the caller named the execution, so that other phases may belong to it. */
  readonly mayShareId?: boolean;
}

/** The hook, in its own phase, that triggered another phase. */
export interface TriggeredBy {
  readonly executionId: string;
  readonly phase: number;
  readonly hookId: string;
}

/** What was thrown, cut down to what a log may keep. */
export function loggedError(error: unknown): LoggedError {
  if (typeof error !== "object" || error === null) return { name: typeof error, message: cut(String(error)) };
  const { name, message, code } = error as Readonly<Record<string, unknown>>;
  return {
    name: typeof name === "string" ? name : "object",
    message: typeof message === "string" ? cut(message) : "",
    ...(typeof code === "string" ? { code } : {}),
  };
}

function cut(message: string): string {
  return message.length > 500 ? `${message.slice(0, 499)}…` : message;
}
