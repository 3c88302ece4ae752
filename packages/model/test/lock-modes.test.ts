import { type LockMode, lockModes, lockModesConflict } from "@confiture/model";
import { expect, test } from "vitest";

const conflictCount = (mode: LockMode) => lockModes.filter((other) => lockModesConflict(mode, other)).length;

test("a conflict does not depend on who came first", () => {
  for (const one of lockModes) {
    for (const other of lockModes) expect(lockModesConflict(one, other)).toBe(lockModesConflict(other, one));
  }
});

test("a mode further up the list conflicts with at least as many modes", () => {
  const counts = lockModes.map(conflictCount);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
});

test("plain readers wait for ACCESS EXCLUSIVE alone", () => {
  expect(lockModes.filter((mode) => lockModesConflict("AccessShareLock", mode))).toEqual(["AccessExclusiveLock"]);
});
