import type { LockMode } from "../locks/lock-modes.js";

/** How long one lock would be waited for, judged by the transactions of one moment. Times in milliseconds. */
export interface WaitPrediction {
  readonly relation: string;
  readonly mode: LockMode;
  /** `lock`: stands in the lock queue and others queue behind it. `transactions`: waits beside the queue (CONCURRENTLY). */
  readonly kind: "lock" | "transactions";
  /** Whom it would wait for now, oldest first. */
  readonly holders: readonly LockHolder[];
  /** As likely shorter as longer. 0 when nobody is in the way; null when an age is hidden from this role. */
  readonly typicalMs: number | null;
  /** Chance that the wait outlasts `lockTimeoutMs`; null without a lock_timeout, or when an age is hidden. */
  readonly exceedsTimeout: number | null;
  readonly lockTimeoutMs: number | null;
  /** What of the application would queue behind the request while it waits. Empty for `transactions`. */
  readonly queues: readonly ("reads" | "row locks" | "writes")[];
  /** Sessions that use the relation at this moment and would be among them. */
  readonly sessionsAffected: number;
}

/** Somebody in the way. Never a query text: that may hold row values. */
export interface LockHolder {
  /** 0 for a prepared transaction. */
  readonly pid: number;
  readonly applicationName: string;
  readonly state: string;
  /** Null when this role may not see it. */
  readonly transactionAgeMs: number | null;
  /** The mode it holds or asked for before us; absent when it is its snapshot that is waited for. */
  readonly mode?: LockMode;
  /** False: it waits itself, in front of us. */
  readonly granted: boolean;
}
