import type { LockMode } from "@confiture/model";
import { compareEffects, describeDifference, type ObservedEffect } from "@confiture/sql";
import { describe, expect, test } from "vitest";
import { effectSaying } from "./effect-saying.js";

const nothing: ObservedEffect = {
  locks: [],
  indexLocks: [],
  heldBefore: [],
  locksAtLeast: [],
  perhapsLocked: [],
  rewrites: [],
  fileSwaps: [],
  indexBuilds: [],
  scans: [],
  perhapsScanned: [],
};

const on = (relation: string, mode: LockMode) => [{ relation, mode }];
const built = (table: string) => ({
  table,
  method: "btree",
  unique: false,
  concurrently: false,
  columns: ["n"],
  why: "new" as const,
});

function words(said: Parameters<typeof effectSaying>[0], seen: Partial<ObservedEffect>) {
  const { under, over } = compareEffects(effectSaying(said), { ...nothing, ...seen });
  return { under: under.map(describeDifference), over: over.map(describeDifference) };
}

describe("a prediction held against what a server did", () => {
  test("is confirmed when it says what happened", () => {
    const seen = {
      ...nothing,
      locks: on("public.t", "ShareLock"),
      indexBuilds: [{ table: "public.t", index: "i" }],
      scans: ["public.t"],
    };
    const said = { locks: on("public.t", "ShareLock"), indexBuilds: [built("public.t")] };
    expect(compareEffects(effectSaying(said), seen)).toEqual({ verdict: "confirmed", under: [], over: [] });
  });

  test("tells a lock that is too weak from one that is too strong, and from one that is missing", () => {
    expect(words({ locks: on("public.t", "ShareLock") }, { locks: on("public.t", "AccessExclusiveLock") })).toEqual({
      under: ["public.t: ShareLock was predicted, the server took AccessExclusiveLock"],
      over: [],
    });
    expect(words({ locks: on("public.t", "ShareLock") }, {})).toEqual({
      under: [],
      over: ["public.t: ShareLock was predicted, the server took none"],
    });
    expect(words({}, { locks: on("public.t", "AccessShareLock") }).under).toHaveLength(1);
  });

  test("does not blame what cannot be seen: a mode that was held before, a lower bound, a lock that came and went", () => {
    const said = { locks: on("public.t", "ShareLock") };
    expect(words(said, { heldBefore: on("public.t", "ShareLock") }).over).toEqual([]);
    expect(words(said, { heldBefore: on("public.t", "AccessExclusiveLock") }).over).toHaveLength(1);
    const least = on("public.t", "RowShareLock");
    expect(words(said, { locks: least, locksAtLeast: least }).over).toEqual([]);
    expect(
      words({ locks: on("public.t", "AccessShareLock") }, { locks: least, locksAtLeast: least }).under,
    ).toHaveLength(1);
    expect(words(said, { perhapsLocked: ["public.t"] }).over).toEqual([]);
  });

  test("asks for locks on indexes from SHARE UPDATE EXCLUSIVE up", () => {
    expect(words({}, { indexLocks: on("public.i", "AccessShareLock") }).under).toEqual([]);
    expect(words({ indexLocks: on("public.i", "RowExclusiveLock") }, {}).over).toEqual([]);
    expect(words({}, { indexLocks: on("public.i", "ShareUpdateExclusiveLock") }).under).toHaveLength(1);
  });

  test("tells rewrites, new files, scans and index builds", () => {
    expect(words({}, { rewrites: ["public.t"] }).under).toEqual(["public.t was written anew, which was not predicted"]);
    expect(words({ rewrites: ["public.t"] }, {}).over).toEqual([
      "public.t was predicted to be one that was written anew, and it was not",
    ]);
    expect(words({}, { fileSwaps: ["public.t"] }).under).toHaveLength(1);
    expect(words({}, { scans: ["public.t"] }).under).toHaveLength(1);
    expect(words({ scans: [{ relation: "public.t", why: "check" }] }, {}).over).toHaveLength(1);
    expect(words({ scans: [{ relation: "public.t", why: "query" }] }, { perhapsScanned: ["public.t"] }).over).toEqual(
      [],
    );
    expect(words({}, { indexBuilds: [{ table: "public.t", index: "i" }] }).under).toHaveLength(1);
    expect(words({ indexBuilds: [built("public.t")] }, {}).over).toHaveLength(1);
  });

  test("does not count the indexes of a file that was emptied as built", () => {
    const seen = { fileSwaps: ["public.t"], indexBuilds: [{ table: "public.t", index: "i" }] };
    expect(words({ fileSwaps: ["public.t"] }, seen)).toEqual({ under: [], over: [] });
  });

  test("lets a table be emptied again in the transaction that emptied it", () => {
    const said = { fileSwaps: ["public.t"], locks: on("public.t", "AccessExclusiveLock") };
    const seen = { heldBefore: on("public.t", "AccessExclusiveLock"), scans: ["public.t"] };
    expect(words(said, seen)).toEqual({ under: [], over: [] });
    expect(words({ fileSwaps: ["public.t"] }, { scans: ["public.t"] }).under).toHaveLength(1);
  });

  test("compares waits only where they were looked for", () => {
    const wait = { relation: "public.t", conflictingWith: "ShareLock" as const };
    expect(words({ waits: [{ ...wait, oldSnapshots: true }] }, {}).over).toEqual([]);
    expect(words({ waits: [{ ...wait, oldSnapshots: true }] }, { waits: [wait] })).toEqual({ under: [], over: [] });
    expect(words({}, { waits: [wait] }).under).toEqual([
      "public.t: no wait was predicted, the server had a wait for holders of what conflicts with ShareLock",
    ]);
  });
});
