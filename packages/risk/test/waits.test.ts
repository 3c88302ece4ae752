import type { Operation } from "@confiture/model";
import { chanceToOutlast, predictWaits, type SessionFacts } from "@confiture/risk";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addColumn, createIndex, createIndexConcurrently, operation } from "./plan-of.js";

const reader: SessionFacts = {
  pid: 7,
  applicationName: "shop",
  state: "idle in transaction",
  backend: "client backend",
  transactionAgeMs: 60_000,
  holdsSnapshot: true,
  yields: false,
  locks: [{ relation: "shop.orders", mode: "AccessShareLock", granted: true }],
};
const writer: SessionFacts = {
  ...reader,
  pid: 8,
  transactionAgeMs: 100,
  locks: [{ relation: "shop.orders", mode: "RowExclusiveLock", granted: true }],
};
const wait = (operations: readonly Operation[], sessions: readonly SessionFacts[], lockTimeoutMs = 2_000) =>
  predictWaits({ operations, activity: { connections: null, sessions, hidden: 0 }, lockTimeoutMs });

describe("the lock queue", () => {
  test("an exclusive lock waits for readers, and everybody queues behind it", () => {
    expect(wait([addColumn], [writer, reader])).toMatchObject([
      {
        relation: "shop.orders",
        mode: "AccessExclusiveLock",
        kind: "lock",
        holders: [
          { pid: 7, mode: "AccessShareLock", transactionAgeMs: 60_000 },
          { pid: 8, mode: "RowExclusiveLock" },
        ],
        queues: ["reads", "row locks", "writes"],
        sessionsAffected: 2,
        lockTimeoutMs: 2_000,
      },
    ]);
  });

  test("a lock that lets others read waits for writers alone, and only writes queue behind it", () => {
    expect(wait([createIndex], [writer, reader])).toMatchObject([{ holders: [{ pid: 8 }], queues: ["writes"] }]);
  });

  test("who waits in front of us is in the way too", () => {
    const queued: SessionFacts = {
      ...reader,
      pid: 9,
      locks: [{ relation: "shop.orders", mode: "AccessExclusiveLock", granted: false }],
    };
    const read = operation("select", { locks: [{ relation: "shop.orders", mode: "AccessShareLock" }] });
    expect(wait([read], [queued])).toMatchObject([
      { holders: [{ pid: 9, granted: false }], queues: ["reads"].slice(1) },
    ]);
    expect(wait([read], [reader])).toEqual([]);
  });

  test("with nobody in the way there is nothing to wait for", () => {
    expect(wait([addColumn], [])).toMatchObject([{ holders: [], typicalMs: 0, exceedsTimeout: 0 }]);
  });

  test("an age that is hidden makes the wait unknown, not short", () => {
    const hidden: SessionFacts = { ...reader, state: "hidden", transactionAgeMs: null };
    expect(wait([addColumn], [hidden])).toMatchObject([{ typicalMs: null, exceedsTimeout: null }]);
  });

  test("an autovacuum worker steps aside after deadlock_timeout", () => {
    const worker: SessionFacts = {
      ...reader,
      state: "active",
      backend: "autovacuum worker",
      yields: true,
      locks: [{ relation: "shop.orders", mode: "ShareUpdateExclusiveLock", granted: true }],
    };
    expect(wait([addColumn], [worker])[0]!.exceedsTimeout).toBe(0);
    expect(wait([addColumn], [worker])[0]!.typicalMs).toBeLessThanOrEqual(1_000);
    expect(wait([addColumn], [worker], 500)[0]!.exceedsTimeout).toBeGreaterThan(0.9);
  });

  test("no lock_timeout, no chance to exceed it", () => {
    expect(wait([addColumn], [reader], 0)).toMatchObject([{ exceedsTimeout: null, lockTimeoutMs: null }]);
  });
});

test("CONCURRENTLY waits for writers and for old snapshots, and nobody queues behind it", () => {
  const elsewhere: SessionFacts = { ...reader, pid: 10, locks: [] };
  const [beside, queued] = [...wait([createIndexConcurrently], [writer, elsewhere])].sort((a) =>
    a.kind === "transactions" ? -1 : 1,
  );
  expect(beside).toMatchObject({
    kind: "transactions",
    holders: [{ pid: 10 }, { pid: 8 }],
    queues: [],
    exceedsTimeout: null,
  });
  expect(queued).toMatchObject({ kind: "lock", mode: "ShareUpdateExclusiveLock", holders: [], queues: [] });
});

describe("the chance that a wait outlasts a time", () => {
  test("is a half at its own age for one transaction alone", () => {
    expect(chanceToOutlast([{ ageMs: 5_000 }], 5_000, [])).toBe(0.5);
  });

  test("follows the ages of the transactions that run", () => {
    // Of 100 transactions spread evenly from 0 to 1 s, none is 2 s older than any other.
    const short = Array.from({ length: 100 }, (_, index) => index * 10);
    expect(chanceToOutlast([{ ageMs: 10 }], 2_000, short)).toBeLessThan(0.01);
    expect(chanceToOutlast([{ ageMs: 10 }], 100, short)).toBeGreaterThan(0.85);
  });

  const age = fc.double({ min: 0, max: 1e7, noNaN: true });
  test("stays from 0 to 1, falls with the time and rises with every transaction in the way", () => {
    fc.assert(
      fc.property(fc.array(age, { maxLength: 8 }), age, age, fc.array(age), age, (ages, ms, more, running, another) => {
        const awaited = ages.map((ageMs) => ({ ageMs }));
        const chance = chanceToOutlast(awaited, ms, running);
        expect(chance).toBeGreaterThanOrEqual(0);
        expect(chance).toBeLessThanOrEqual(1);
        expect(chanceToOutlast(awaited, ms + more, running)).toBeLessThanOrEqual(chance + 1e-9);
        expect(chanceToOutlast([...awaited, { ageMs: another }], ms, running)).toBeGreaterThanOrEqual(chance - 1e-9);
      }),
    );
  });

  describe("over a steady stream", () => {
    /** What was told on average and how often it happened, for transactions met at a random moment. */
    function compare(mean: (random: () => number) => number) {
      // A generator of its own, so that every run sees the same stream (mulberry32).
      let seed = 42;
      const random = () => {
        seed = (seed + 0x6d2b79f5) | 0;
        let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
        return (((bits ^ (bits >>> 14)) >>> 0) + 0.5) / 2 ** 32;
      };
      const lives = Array.from({ length: 20_000 }, () => mean(random) * -Math.log(random()));
      const longest = Math.max(...lives);
      // A moment meets a life in proportion to its length.
      const meet = (): { ageMs: number; life: number } => {
        const life = lives[Math.floor(random() * lives.length)]!;
        return random() < life / longest ? { ageMs: random() * life, life } : meet();
      };
      const rounds = 1_500;
      let [told, happened] = [0, 0];
      for (let round = 0; round < rounds; round += 1) {
        const running = Array.from({ length: 25 }, meet);
        const one = running[0]!;
        const ages = running.map(({ ageMs }) => ageMs);
        told += chanceToOutlast([one], 2_000, ages) / rounds;
        happened += (one.life - one.ageMs > 2_000 ? 1 : 0) / rounds;
      }
      return { told, happened };
    }

    test("comes true as often as told when transactions are of one kind", () => {
      const { told, happened } = compare(() => 2_000);
      expect(Math.abs(told - happened)).toBeLessThan(0.06);
    });

    test("promises no short wait where short and long transactions mix", () => {
      const { told, happened } = compare((random) => (random() < 0.9 ? 200 : 8_000));
      expect(told).toBeGreaterThan(happened - 0.02);
      expect(told).toBeLessThan(happened + 0.15);
    });
  });
});

test("CONCURRENTLY behind sessions that this role may not see waits for nobody knows how long", () => {
  const predicted = predictWaits({
    operations: [createIndexConcurrently],
    activity: { connections: null, sessions: [], hidden: 1 },
  });
  expect(predicted.find(({ kind }) => kind === "transactions")).toMatchObject({ holders: [], typicalMs: null });
  expect(predicted.find(({ kind }) => kind === "lock")).toMatchObject({ typicalMs: 0 });
});
