import { type Effect, type LockMode, lockModes } from "@confiture/model";

/** What stops at least writers. EXCLUSIVE is taken by REFRESH … CONCURRENTLY alone, on a view that nobody writes. */
const stopsWrites: ReadonlySet<LockMode> = new Set(["ShareLock", "ShareRowExclusiveLock", "AccessExclusiveLock"]);

/**
 * What of an effect takes as long as there are rows while a lock on a table that was there stops reads or writes; empty
 * when nothing does.
 */
export function blockingWork(effect: Effect): readonly string[] {
  if (!effect.locks.some(({ mode }) => stopsWrites.has(mode))) return [];
  return [
    ...effect.rewrites.map((table) => `writes every row of ${table} anew`),
    ...effect.indexBuilds
      .filter(({ concurrently, why }) => !concurrently && why !== "rewrite")
      .map(({ table }) => `builds an index on ${table}`),
    ...effect.scans
      .filter(({ relation, why }) => why !== "rewrite" && why !== "index_build" && !effect.rewrites.includes(relation))
      .map(({ relation }) => `reads all of ${relation}`),
  ].filter((words, index, all) => all.indexOf(words) === index);
}

const noRows = "It reads and writes no rows of a table while others have to wait.";
const rowsOnly = "It keeps nobody from a table; who writes the same rows waits until it ends.";

/** Why a statement without blocking work needs no gentler form, with what that hangs on. */
export function describeIdle({ locks, assumptions }: Effect): string {
  const changesRows = locks.some(({ mode }) => mode === "RowExclusiveLock" || mode === "RowShareLock");
  const provided =
    assumptions.length === 0 ? [] : [`That hangs on what is taken for granted: ${assumptions.join("; ")}.`];
  return [changesRows ? rowsOnly : noRows, ...provided].join(" ");
}

/** The strongest lock, in words, and what is done under it. */
export function describeWork(effect: Effect, work: readonly string[]): string {
  const strongest = [...effect.locks].sort((a, b) => lockModes.indexOf(b.mode) - lockModes.indexOf(a.mode))[0];
  if (strongest === undefined) return work.join(", ");
  return `The statement ${work.join(", ")} under ${lockWords(strongest.mode)} on ${strongest.relation}.`;
}

/** `AccessExclusiveLock` as people write it. */
export function lockWords(mode: LockMode): string {
  return mode
    .replace(/Lock$/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();
}
