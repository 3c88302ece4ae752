import { createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { OwnedSession } from "@confiture/model";
import { connectDatabase, databaseFromPool } from "@confiture/postgres";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import pg from "pg";
import { expect, test } from "vitest";

testOnEachVersion("a session on a direct connection knows its backend's process id", async (version) => {
  await using database = await openTestDatabase({ version });
  await using session = await database.openSession();
  const { rows } = await session.query<{ pid: number; name: string }>(
    "select pg_backend_pid() as pid, current_setting('application_name') as name",
  );
  expect(rows[0]).toEqual({ pid: session.processId, name: "confiture test" });
  expect(await database.detectPooler(session)).toBe("none");
});

test("a text of several statements answers with the last one that has a command", async () => {
  await using database = await openTestDatabase();
  const result = await database.query<{ n: number }>(
    "create table t (n int); insert into t values (1), (2); select 5 as n; -- end",
  );
  expect(result.rows).toEqual([{ n: 5 }]);
  expect((await database.query("select 1; insert into t values (3), (4)")).rowCount).toBe(2);
  expect((await database.query("create table u ()")).rowCount).toBeNull();
  expect((await database.query("-- nothing")).rows).toEqual([]);
});

test("with values it is one statement, also when there are none", async () => {
  await using database = await openTestDatabase();
  expect((await database.query("select $1::int + 1 as n", [41])).rows).toEqual([{ n: 42 }]);
  await expect(database.query("select 1; select 2", [])).rejects.toMatchObject({ code: "42601" });
});

test("inline COPY data is sent, and a wrong line fails the statement but not the session", async () => {
  await using database = await openTestDatabase();
  await using session = await database.openSession();
  await session.query("create table t (n int, name text)");
  expect((await session.copyIn!("copy t from stdin", "1\tone\n2\tzwölf\n")).rowCount).toBe(2);
  expect((await session.copyIn!("copy t from stdin", Buffer.from(""))).rowCount).toBe(0);
  await expect(session.copyIn!("copy t from stdin", "x\tone\n")).rejects.toMatchObject({ code: "22P02" });
  await expect(session.copyIn!("copy nowhere from stdin", "1\n")).rejects.toMatchObject({ code: "42P01" });
  expect((await session.query("select name from t where n = 2")).rows).toEqual([{ name: "zwölf" }]);
});

test("notices reach the listener until it is undone", async () => {
  await using database = await openTestDatabase();
  await using session = await database.openSession();
  const heard: string[] = [];
  const off = session.onNotice!((notice) => heard.push(`${notice.severity} ${notice.code} ${notice.message}`));
  await session.query("do $$ begin raise warning 'one'; end $$");
  off();
  await session.query("do $$ begin raise warning 'two'; end $$");
  expect(heard).toEqual(["WARNING 01000 one"]);
});

async function terminate(by: { query: OwnedSession["query"] }, session: OwnedSession): Promise<void> {
  await by.query("select pg_terminate_backend($1)", [session.processId]);
}

test("an idle session that is terminated says so once and does not end the process", async () => {
  await using database = await openTestDatabase();
  await using session = await database.openSession();
  const lost = new Promise<Error>((resolve) => session.onLost!(resolve));
  await terminate(database, session);
  expect((await lost).message).toMatch(/terminat|closed/);
  await expect(session.query("select 1")).rejects.toMatchObject({ code: "CONFITURE_CONNECTION_LOST" });
  const late = new Promise<Error>((resolve) => session.onLost!(resolve));
  expect(await late).toBe(await lost);
});

test("a session terminated while it runs rejects with CONFITURE_CONNECTION_LOST", async () => {
  await using database = await openTestDatabase();
  await using session = await database.openSession();
  const running = session.query("select pg_sleep(30)");
  const [outcome] = await Promise.allSettled([running, delay(100).then(() => terminate(database, session))]);
  expect(outcome).toMatchObject({ reason: { code: "CONFITURE_CONNECTION_LOST", facts: { code: "57P01" } } });
});

test("disposing a database closes the sessions still open", async () => {
  await using database = await openTestDatabase();
  const other = connectDatabase(database.url);
  const session = await other.openSession();
  let lost = false;
  session.onLost!(() => {
    lost = true;
  });
  await other[Symbol.asyncDispose]();
  await expect(session.query("select 1")).rejects.toMatchObject({ code: "CONFITURE_CONNECTION_LOST" });
  expect(lost).toBe(false);
});

test("a dead server, a wrong password, a missing database and an unknown host have codes of their own", async () => {
  await using database = await openTestDatabase();
  const { url } = database;
  const failures = [
    ["postgres://u:hunter2@127.0.0.1:1/d", "CONFITURE_CONNECT_FAILED", "127.0.0.1:1"],
    ["postgres://u:hunter2@no-such-host.invalid/d", "CONFITURE_CONNECT_FAILED", "no-such-host.invalid:5432"],
    ["postgres://u@/d?host=/nonexistent", "CONFITURE_CONNECT_FAILED", "/nonexistent/.s.PGSQL.5432"],
    [url.replace(/:[^:@]+@/, ":hunter2@"), "CONFITURE_AUTHENTICATION_FAILED", "postgres"],
    [url.replace(/:[^:@]+@/, "@"), "CONFITURE_AUTHENTICATION_FAILED", "none was given"],
    [url.replace(database.name, "nowhere"), "CONFITURE_DATABASE_MISSING", '"nowhere"'],
    [`${url}?sslmode=require`, "CONFITURE_CONNECT_FAILED", "SSL"],
  ] as const;
  for (const [wrong, code, part] of failures) {
    const error: Error = await connectDatabase(wrong)
      .openSession()
      .then(
        () => new Error(`connected to ${wrong}`),
        (reason: Error) => reason,
      );
    expect(error).toMatchObject({ code, message: expect.stringContaining(part), hint: expect.any(String) });
    expect(JSON.stringify([error.message, (error as { facts?: unknown }).facts])).not.toContain("hunter2");
  }
});

test("a server that never answers is given up after the time allowed", async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address() as { port: number };
  const started = performance.now();
  const database = connectDatabase(`postgres://u@127.0.0.1:${address.port}/d`, { connectTimeoutMs: 300 });
  await expect(database.openSession()).rejects.toMatchObject({ code: "CONFITURE_CONNECT_FAILED" });
  expect(performance.now() - started).toBeLessThan(2_000);
  for (const socket of sockets) socket.destroy();
  server.close();
});

test("a session from a pool gives its client back, and destroys one left in a transaction", async () => {
  await using database = await openTestDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  const fromPool = databaseFromPool(pool);
  const pidOf = async (sql: string) => {
    await using session = await fromPool.openSession();
    await session.query(sql);
    return session.processId;
  };
  const first = await pidOf("select 1");
  expect(await pidOf("begin")).toBe(first);
  expect(pool.totalCount).toBe(0);
  expect(await pidOf("select 1")).not.toBe(first);
  await fromPool[Symbol.asyncDispose]();
  await pool.end();
});

test("a pooled client that is lost is destroyed, and a pool of one can be probed and observed", async () => {
  await using database = await openTestDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  const fromPool = databaseFromPool(pool);
  {
    await using session = await fromPool.openSession();
    expect(await fromPool.detectPooler(session)).toBe("none");
    await using observer = await fromPool.observeLocks(session.processId!);
    expect(observer.heldLocks()).toEqual([]);
    const lost = new Promise((resolve) => session.onLost!(resolve));
    await terminate(database, session);
    await lost;
  }
  expect(pool.totalCount).toBe(0);
  await pool.end();
});

test("a pool that cannot connect says so in our words", async () => {
  const pool = new pg.Pool({ connectionString: "postgres://u:hunter2@127.0.0.1:1/d" });
  const error: Error = await databaseFromPool(pool)
    .openSession()
    .then(
      () => new Error("connected"),
      (reason: Error) => reason,
    );
  expect(error).toMatchObject({ code: "CONFITURE_CONNECT_FAILED", message: expect.stringContaining("127.0.0.1:1") });
  expect(error.message).not.toContain("hunter2");
  await pool.end();
});

test("queries started together on one session run one after another, and one that fails does not stop the next", async () => {
  await using database = await openTestDatabase();
  await using session = await database.openSession();
  const outcomes = await Promise.allSettled([
    session.query("select 1 as n"),
    session.query("select 1/0"),
    session.query("select 3 as n"),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("a role without the right to connect is told the grant", async () => {
  await using database = await openTestDatabase();
  const role = `kept_out_${process.pid}`;
  await database.query(`create role ${role} login password 'kept out'`);
  const { rows } = await database.query<{ name: string }>("select current_database() as name");
  const { name } = rows[0]!;
  await database.query(`revoke connect on database ${name} from public`);
  try {
    const url = new URL(database.url);
    url.username = role;
    url.password = "kept out";
    await using kept = connectDatabase(url.href);
    await expect(kept.openSession()).rejects.toMatchObject({
      code: "CONFITURE_CONNECT_FAILED",
      hint: `Allow it: grant connect on database ${name} to ${role}`,
    });
  } finally {
    await database.query(`drop role ${role}`);
  }
});
