import type { LockMode, Operation, RiskAssessment } from "@confiture/model";
import { lockModes } from "@confiture/model";
import { keptOut } from "./kept-out.js";
import { relationsWithHeldRows } from "./row-changes.js";

/** What can be told of a plan without looking at any server. */
export interface PlanStudy {
  /** Not understood: nothing that is said of the plan holds for these. */
  readonly unclear: readonly Operation[];
  /** `same_rows`: no lock keeps an application out of a table, but who changes the same rows waits. */
  readonly whoWaits: RiskAssessment["whoWaits"];
  /** What runs while somebody has to wait: from the first lock or changed row to the end of its transaction. */
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
  for (const operation of operations) {
    const { effect } = operation;
    for (const { relation, mode } of effect.locks) {
      const before = locks.get(relation);
      if (before === undefined || strength(mode) > strength(before)) locks.set(relation, mode);
      if (strength(mode) >= strength("ShareUpdateExclusiveLock")) worksOn.add(relation);
    }
    for (const relation of [...effect.rewrites, ...effect.fileSwaps]) worksOn.add(relation);
    for (const { relation } of effect.scans) worksOn.add(relation);
    for (const { table } of effect.indexBuilds) worksOn.add(table);
    for (const relation of relationsWithHeldRows(operation)) worksOn.add(relation);
  }
  return {
    unclear: operations.filter(({ kind, effect }) => kind === "unclassified" || effect.certainty === "unknown"),
    whoWaits: operations.some(keepsOut) ? "others" : operations.some(holdsRows) ? "same_rows" : "nobody",
    underLock: transactionsOf(operations).flatMap((transaction) => {
      const first = transaction.findIndex((operation) => keepsOut(operation) || holdsRows(operation));
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

/** True when who changes the same rows has to wait until its transaction ends, and nothing says that they are few. */
function holdsRows(operation: Operation): boolean {
  return relationsWithHeldRows(operation).length > 0;
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
