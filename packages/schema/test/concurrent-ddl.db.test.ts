import { catalogHash, readCatalog } from "@confiture/schema";
import { longRun, openTestDatabase, type ServerVersion, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { dropSubscriptions, oneOfEverything } from "./one-of-everything.js";
import { changeFiles, readChanges } from "./read-changes.js";
import { type Interrupt, withInterruption } from "./with-interruption.js";

testOnEachVersion(
  "a read beside a stream of DDL is either whole or refused as moved",
  async (version) => {
    await using db = await openTestDatabase({ version, sql: "create table fixed (n int)" });
    await using writer = await db.openSession();
    await using reader = await db.openSession();
    // Each commit holds all of it or nothing, so a catalog with a part of it would be a torn one.
    const make =
      "begin; create table pair (a int, b int); create index pair_a on pair (a); create view pair_view as select a, b from pair; commit";
    const drop = "begin; drop view pair_view; drop table pair; commit";
    const whole = new Set<string>();
    whole.add(catalogHash(await readCatalog(reader)));
    await writer.query(make);
    whole.add(catalogHash(await readCatalog(reader)));
    const rounds = longRun ? 1_000 : 20;
    let running = true;
    const stream = (async () => {
      while (running) {
        await writer.query(drop);
        await writer.query(make);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      }
    })();
    const outcomes = { whole: 0, moved: 0 };
    try {
      for (let round = 0; round < rounds; round += 1) {
        // A table that comes and goes leaves no trace in the state around a read: every other read has many snapshots.
        const insideTransaction = round % 2 === 1;
        if (insideTransaction) await reader.query("begin isolation level read committed");
        try {
          expect(whole).toContain(catalogHash(await readCatalog(reader, { insideTransaction })));
          outcomes.whole += 1;
        } catch (error) {
          expect(error).toMatchObject({ code: "CONFITURE_CATALOG_MOVED" });
          outcomes.moved += 1;
        }
        if (insideTransaction) await reader.query("rollback");
      }
    } finally {
      running = false;
      await stream;
    }
    expect(outcomes.whole + outcomes.moved).toBe(rounds);
  },
  longRun ? 900_000 : 120_000,
);

/** Changes that can be committed one after another: not those that damage rows or need the last one undone. */
function committableChanges(version: ServerVersion): readonly string[] {
  return changeFiles
    .flatMap((file) => readChanges(file, version))
    .map(({ sql }) => sql)
    .filter((sql) => !/allow_system_table_mods|set local|tablespace|temp /.test(sql));
}

const modes = [
  { name: "a transaction of our own", begin: undefined },
  { name: "the caller's READ COMMITTED transaction", begin: "begin isolation level read committed; select 1" },
  { name: "the caller's REPEATABLE READ transaction", begin: "begin isolation level repeatable read; select 1" },
] as const;

for (const { name, begin } of modes) {
  testOnEachVersion(
    `DDL that is committed in the middle of a read in ${name} is seen whole or not at all`,
    async (version) => {
      await using db = await openTestDatabase({ version });
      await db.query(oneOfEverything(version));
      await using reader = await db.openSession();
      const options = { insideTransaction: begin !== undefined };
      const seen = { before: 0, after: 0, moved: 0 };
      const rounds = longRun ? 400 : 10;
      const random = seededRandom();
      const changes = committableChanges(version);
      await using _subscriptions = { [Symbol.asyncDispose]: () => dropSubscriptions(db) };
      while (seen.before + seen.after + seen.moved < rounds) {
        const sql = changes[Math.floor(random() * changes.length)]!;
        const before = catalogHash(await readCatalog(reader));
        const commit = async (): Promise<boolean> => {
          // What an earlier round dropped cannot be dropped again, and under a view the reader looks at nothing can be
          // changed until it is done; then nothing happens in this round.
          try {
            await db.query(`begin; set local lock_timeout = '100ms'; ${sql} commit`);
            return true;
          } catch {
            await db.query("rollback");
            return false;
          }
        };
        const meeting = meetReader(commit, random);
        const interrupted = withInterruption(reader, meeting.interrupt);
        if (begin !== undefined) await reader.query(begin);
        let outcome: string;
        try {
          outcome = catalogHash(await readCatalog(interrupted, options));
        } catch (error) {
          expect(error, sql).toMatchObject({ code: "CONFITURE_CATALOG_MOVED" });
          outcome = "moved";
        }
        if (begin !== undefined) await reader.query("rollback");
        if (!(await meeting.committed())) continue;
        const after = catalogHash(await readCatalog(reader));
        expect([before, after, "moved"], sql).toContain(outcome);
        seen[outcome === "moved" ? "moved" : outcome === before ? "before" : "after"] += 1;
      }
      // One change can be outrun by reading again, unless the snapshot is the caller's.
      expect(seen[begin?.includes("repeatable") ? "after" : "moved"]).toBe(0);
    },
    longRun ? 900_000 : 240_000,
  );
}

for (const change of ["alter subscription news rename to gossip", "drop subscription news"]) {
  testOnEachVersion(`a subscription is never half seen behind the caller's snapshot: ${change}`, async (version) => {
    await using db = await openTestDatabase({ version });
    await using _subscriptions = { [Symbol.asyncDispose]: () => dropSubscriptions(db) };
    await db.query(
      "create subscription news connection 'dbname=nowhere' publication p with (connect = false, slot_name = none)",
    );
    await db.query("comment on subscription news is 'what others tell'");
    await using reader = await db.openSession();
    await reader.query("begin isolation level repeatable read; select 1");
    await db.query(change);
    // Rows of pg_subscription are closed to most, their xmax too: only the name that is printed now tells.
    const half = readCatalog(reader, { insideTransaction: true });
    await expect(half).rejects.toMatchObject({ code: "CONFITURE_CATALOG_MOVED" });
    await reader.query("rollback");
  });
}

/**
 * Lets a change meet a reader: committed in full before one of its few queries goes out, or started beside the one that
 * reads everything and done whenever the server gets to it.
 */
function meetReader(commit: () => Promise<boolean>, random: () => number) {
  const due = 1 + Math.floor(random() * 10);
  const beside = random() < 0.6;
  const delayMs = random() * 80;
  let running: Promise<boolean> | undefined;
  const interrupt: Interrupt = async (number, text) => {
    if (beside && running === undefined && text.includes("union all")) {
      running = new Promise((resolve) => setTimeout(resolve, delayMs)).then(commit);
    }
    if (!beside && number === due) {
      running = commit();
      await running;
    }
    return text;
  };
  return { interrupt, committed: async () => (await running) ?? false };
}

/** The same seed gives the same round again: CONFITURE_TEST_SEED. */
function seededRandom(): () => number {
  let state = Number(process.env.CONFITURE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.info(`CONFITURE_TEST_SEED=${state}`);
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
}

testOnEachVersion(
  "TRUNCATE, VACUUM, ANALYZE and temporary tables beside a read do not count as DDL",
  async (version) => {
    await using db = await openTestDatabase({ version, sql: "create table t (n int primary key, s text)" });
    await using writer = await db.openSession();
    await using reader = await db.openSession();
    let rounds = 0;
    let running = true;
    const stream = (async () => {
      while (running) {
        await writer.query("insert into t select g, 'x' from generate_series(1, 100) g");
        await writer.query("vacuum analyze t");
        await writer.query("truncate t");
        await writer.query("create temp table scratch (n int primary key, s text default 'x'); drop table scratch");
        rounds += 1;
      }
    })();
    try {
      for (let round = 0; round < 10; round += 1) await readCatalog(reader);
    } finally {
      running = false;
      await stream;
    }
    expect(rounds).toBeGreaterThan(0);
  },
);
