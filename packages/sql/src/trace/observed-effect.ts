import type { RelationLock, TransactionWait } from "@confiture/model";

/**
 * What a server did for one statement, as it can be seen from outside. Relations are those that existed before the
 * statement, by the names they had then; each list is sorted by name.
 */
export interface ObservedEffect {
  /** The strongest mode on each table, partition, view, materialized view, sequence and foreign table. */
  readonly locks: readonly RelationLock[];
  /** The strongest mode on each index, whatever it is. */
  readonly indexLocks: readonly RelationLock[];
  /**
   * Modes that the transaction held before the statement, each for itself: that one of them was asked for again cannot
   * be seen.
   */
  readonly heldBefore: readonly RelationLock[];
  /** Locks that were seen, though a stronger one may have followed: what is seen of a statement that commits by itself. */
  readonly locksAtLeast: readonly RelationLock[];
  /** Relations on which a lock may have come and gone unseen. */
  readonly perhapsLocked: readonly string[];
  readonly rewrites: readonly string[];
  readonly fileSwaps: readonly string[];
  /** Indexes that were filled, of tables that existed before. */
  readonly indexBuilds: readonly ObservedIndexBuild[];
  /** Relations read from end to end. */
  readonly scans: readonly string[];
  /** Relations of which it cannot be told: read through an index, or left out by the planner because they are small or empty. */
  readonly perhapsScanned: readonly string[];
  /** Absent: not looked for. */
  readonly waits?: readonly ObservedWait[];
}

export interface ObservedIndexBuild {
  readonly table: string;
  readonly index: string;
}

/** The weakest mode of a holder that is waited for without a request for the relation's own lock. */
export type ObservedWait = Pick<TransactionWait, "relation" | "conflictingWith">;
