import { connectDatabase } from "@confiture/postgres";
import { openTestDatabase, pgbouncerBinary, startPgbouncer, type TestDatabase } from "@confiture/testkit";
import { describe, expect, test } from "vitest";

describe.skipIf(pgbouncerBinary === undefined)("with PgBouncer", () => {
  test.each([
    ["transaction", "transaction", {}],
    ["transaction", "transaction with a pool of one", { default_pool_size: 1 }],
    ["transaction", "transaction with server_round_robin", { server_round_robin: 1 }],
    ["transaction", "transaction with spare servers", { min_pool_size: 4, server_round_robin: 1 }],
    ["transaction", "statement", {}],
    ["session", "session", {}],
    ["session", "session with a pool of one", { default_pool_size: 1 }],
    ["session", "session with server_round_robin", { server_round_robin: 1 }],
  ] as const)("%s mode is told under pool_mode = %s", async (expected, name, settings) => {
    await using database = await openTestDatabase();
    await using pgbouncer = await startPgbouncer(database.url, { pool_mode: name.split(" ")[0]!, ...settings });
    await using through = connectDatabase(pgbouncer.url);
    await using session = await through.openSession();
    const started = performance.now();
    expect(await through.detectPooler(session)).toBe(expected);
    expect(performance.now() - started).toBeLessThan(4_000);
    if (name === "statement") return;
    // Whatever was probed, the session is usable and outside a transaction.
    expect((await session.query("select now() = statement_timestamp() as outside")).rows).toEqual([{ outside: true }]);
  });

  test.each([
    ["transaction", { default_pool_size: 2 }],
    ["session", { default_pool_size: 6 }],
  ] as const)("%s mode is told while other clients are busy", async (mode, settings) => {
    await using database = await openTestDatabase();
    await using pgbouncer = await startPgbouncer(database.url, { pool_mode: mode, ...settings });
    await using through = connectDatabase(pgbouncer.url);
    await using session = await through.openSession();
    const busy = await keepBusy(pgbouncer.url, 4);
    expect(await through.detectPooler(session)).toBe(mode);
    await busy.stop();
  });
});

test("without a pooler the handshake tells", async () => {
  await using database = await openTestDatabase();
  await using session = await database.openSession();
  expect(await database.detectPooler(session)).toBe("none");
});

test("a session whose driver tells no process id, and which keeps its backend, counts as a session of its own", async () => {
  await using database: TestDatabase = await openTestDatabase();
  await using session = await database.openSession();
  expect(await database.detectPooler({ query: session.query })).toBe("session");
});

async function keepBusy(url: string, clients: number) {
  let stopped = false;
  const database = connectDatabase(url);
  const working = Array.from({ length: clients }, async () => {
    await using session = await database.openSession();
    while (!stopped) await session.query("begin; select pg_sleep(0.02); commit");
  });
  return {
    async stop() {
      stopped = true;
      await Promise.all(working);
    },
  };
}
