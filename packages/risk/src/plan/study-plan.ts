import type { LockMode, Operation } from "@confiture/model";
import { lockModes } from "@confiture/model";
import { keptOut } from "./kept-out.js";

/** What can be told of a plan without looking at any server. */
export interface PlanStudy {
  /** Not understood: nothing that is said of the plan holds for these. */
  readonly unclear: readonly Operation[];
  /** What runs while a lock is held that keeps an application out: from the first such lock to the end of its transaction. */
  readonly underLock: readonly Operation[];
  /** The strongest lock on each relation. */
  readonly locks: ReadonlyMap<string, LockMode>;
  /** Relations it changes, reads in full or keeps others out of. */
  readonly worksOn: readonly string[];
}

/**
 * Studies operations in the order they run. Operations that may run in a transaction and follow each other are taken to share one,
 * which is how a migration is run: a lock is then held until the last of them has ended. What they do to relations of their own
 * making is left out before (`onWhatWasThere`).
 */
export function studyPlan(operations: readonly Operation[]): PlanStudy {
  const locks = new Map<string, LockMode>();
  const worksOn = new Set<string>();
  for (const { effect } of operations) {
    for (const { relation, mode } of effect.locks) {
      const before = locks.get(relation);
      if (before === undefined || strength(mode) > strength(before)) locks.set(relation, mode);
      if (strength(mode) >= strength("ShareUpdateExclusiveLock")) worksOn.add(relation);
    }
    for (const relation of [...effect.rewrites, ...effect.fileSwaps]) worksOn.add(relation);
    for (const { relation } of effect.scans) worksOn.add(relation);
    for (const { table } of effect.indexBuilds) worksOn.add(table);
  }
  return {
    unclear: operations.filter(({ kind, effect }) => kind === "unclassified" || effect.certainty === "unknown"),
    underLock: transactionsOf(operations).flatMap((transaction) => {
      const first = transaction.findIndex(keepsOut);
      return first === -1 ? [] : transaction.slice(first);
    }),
    locks,
    worksOn: [...worksOn].sort(),
  };
}

/** True when an application has to wait while it runs. */
export function keepsOut({ effect }: Operation): boolean {
  return [...effect.locks, ...effect.indexLocks].some(({ mode }) => keptOut(mode).length > 0);
}

function transactionsOf(operations: readonly Operation[]): readonly (readonly Operation[])[] {
  const transactions: Operation[][] = [];
  let open: Operation[] | undefined;
  for (const operation of operations) {
    if (!operation.effect.transactional) {
      transactions.push([operation]);
      open = undefined;
    } else if (open === undefined) {
      open = [operation];
      transactions.push(open);
    } else open.push(operation);
  }
  return transactions;
}

function strength(mode: LockMode): number {
  return lockModes.indexOf(mode);
}
