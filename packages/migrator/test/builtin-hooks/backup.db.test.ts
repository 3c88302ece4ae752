import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  openTestDatabase,
  type ServerVersion,
  supportedVersions,
  type TestDatabase,
  testVersions,
} from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { createBuiltinHook } from "../../src/builtin-hooks/index.js";
import { type FireOptions, fireHook } from "./fire-hook.js";

const shop = `
  create table customers (id int primary key, name text not null);
  create table orders (id int primary key, customer int not null references customers, note text, at timestamptz not null default now());
  insert into customers select n, 'customer ' || n from generate_series(1, 50) n;
  insert into orders select n, 1 + n % 50, repeat('jam ', n % 20) || 'ü"''', '2026-01-01' from generate_series(1, 2000) n;
  create view busy as select customer, count(*) from orders group by customer;
  create schema confiture; create table confiture.migrations (version text primary key); insert into confiture.migrations values ('001');`;

/** The major version of pg_dump here; 0 where there is none. */
function programMajor(): number {
  try {
    return Number(/(\d+)/.exec(execFileSync("pg_dump", ["--version"], { encoding: "utf8" }))?.[1] ?? 0);
  } catch {
    return 0; // not installed
  }
}

const major = programMajor();
const readable: readonly ServerVersion[] = testVersions.filter((version) => version <= major);
const newer: readonly ServerVersion[] = testVersions.filter((version) => version > major);

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "confiture-backups-"));
  names(): readonly string[] {
    return readdirSync(this.path).sort();
  }
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

async function backUp(
  db: TestDatabase,
  config: object,
  options: FireOptions = {},
  env: Record<string, string | undefined> = process.env,
) {
  return fireHook(db, await createBuiltinHook({ type: "backup_database", on: "before_validation", config, env }), {
    executionId: "this run",
    ...options,
  });
}

async function restore(db: TestDatabase, config: object, options: FireOptions = {}) {
  return fireHook(db, await createBuiltinHook({ type: "restore_from_backup", on: "on_error", config }), {
    executionId: "this run",
    ...options,
  });
}

const contents = `select (select md5(string_agg(o::text, ',' order by id)) from orders o) as orders,
  (select md5(string_agg(c::text, ',' order by id)) from customers c) as customers, (select count(*) from busy) as busy`;

describe.skipIf(readable.length === 0)(`with pg_dump ${major}`, () => {
  for (const version of readable) {
    test(`a backup is written, checked, and holds in another database what it held in the first (PostgreSQL ${version})`, async () => {
      await using db = await openTestDatabase({ version, sql: shop });
      using folder = new Folder();
      const { status, value, error, progress } = await backUp(db, { backup_dir: folder.path, compression: "gzip" });
      expect([status, error]).toEqual(["completed", undefined]);
      const [name, ...others] = folder.names();
      expect(others).toEqual([]);
      expect(name).toMatch(/^pre_003_add_orders_\d{8}T\d{6}\.dump$/);
      const { mode, size } = statSync(join(folder.path, name!));
      expect(mode & 0o077).toBe(0);
      expect(value).toMatchObject({
        backup: name?.replace(".dump", ""),
        bytes: size,
        entries: expect.any(Number),
        removed: [],
      });
      expect(progress.at(-1)).toEqual({ done: size, unit: "bytes" });

      await using other = await openTestDatabase({ version });
      await other.query(
        "create schema confiture; create table confiture.migrations (version text primary key); insert into confiture.migrations values ('now')",
      );
      expect(await restore(other, { backup_dir: folder.path })).toMatchObject({ status: "completed" });
      expect((await other.query(contents)).rows).toEqual((await db.query(contents)).rows);
      // Our record is that of now, not that of then.
      expect((await other.query("select version from confiture.migrations")).rows).toEqual([{ version: "now" }]);

      // Over what has changed since, all of it or nothing.
      await other.query("delete from orders; alter table customers drop column name cascade");
      expect(await restore(other, { backup_dir: folder.path, backup_name: "pre_003_add_orders" })).toMatchObject({
        status: "completed",
      });
      expect((await other.query(contents)).rows).toEqual((await db.query(contents)).rows);
      await other.query("create table uses (customer int references customers); delete from orders where id = 1");
      const refused = await restore(other, { backup_dir: folder.path });
      expect(refused).toMatchObject({
        status: "failed",
        error: { code: "CONFITURE_BACKUP", message: expect.stringContaining("depend") },
      });
      expect((await other.query("select count(*) from orders")).rows).toEqual([{ count: "1999" }]);
    });
  }

  const version = readable.at(-1) ?? 13;

  test("an earlier backup stands until the new one is whole, and old ones without a name of their own go", async () => {
    await using db = await openTestDatabase({ version, sql: shop });
    using folder = new Folder();
    writeFileSync(join(folder.path, "pre_003_add_orders_20200101T000000.dump"), "old");
    writeFileSync(join(folder.path, "pre_002_other_20200101T000000.dump"), "old");
    writeFileSync(join(folder.path, "by hand.dump"), "old");
    for (const name of folder.names()) utimesSync(join(folder.path, name), 1, 1);
    await backUp(db, { backup_dir: folder.path, backup_name: "nightly" });
    const before = readFileSync(join(folder.path, "nightly.dump"));
    // pg_dump that fails in the middle: the table it is told is gone.
    expect(await backUp(db, { backup_dir: folder.path, backup_name: "nightly", tables: ["gone"] })).toMatchObject({
      status: "failed",
      error: { code: "CONFITURE_BACKUP" },
    });
    expect(readFileSync(join(folder.path, "nightly.dump")).equals(before)).toBe(true);
    const kept = await backUp(db, { backup_dir: folder.path, keep_backup_days: 7, tables: ["orders"] });
    expect(kept).toMatchObject({
      value: {
        removed: expect.arrayContaining(["pre_003_add_orders_20200101T000000", "pre_002_other_20200101T000000"]),
      },
    });
    expect(folder.names()).toHaveLength(3);
  });

  test("a backup whose end is missing is found out, though its list can be read", async () => {
    await using db = await openTestDatabase({ version, sql: shop });
    using folder = new Folder();
    // A pg_dump that says that all is well and has lost the last bytes: a full disk behind a cache, say.
    const real = execFileSync("sh", ["-c", "command -v pg_dump"], { encoding: "utf8" }).trim();
    const programs = mkdtempSync(join(tmpdir(), "confiture-programs-"));
    try {
      writeFileSync(
        join(programs, "pg_dump"),
        `#!/bin/sh\n[ "$1" = --version ] && exec ${real} --version\n${real} "$@" | head -c 9000\n`,
      );
      writeFileSync(join(programs, "pg_restore"), `#!/bin/sh\nexec ${real.replace("pg_dump", "pg_restore")} "$@"\n`);
      for (const name of ["pg_dump", "pg_restore"]) chmodSync(join(programs, name), 0o755);
      const cut = await backUp(db, { backup_dir: folder.path, client_programs: programs, compression: "none" });
      expect(cut).toMatchObject({ status: "failed", error: { code: "CONFITURE_BACKUP" } });
      expect(folder.names()).toEqual([]);
    } finally {
      rmSync(programs, { recursive: true });
    }
  });

  test("behind a failure a backup of another run is not taken, which would undo what was written since", async () => {
    await using db = await openTestDatabase({ version, sql: shop });
    using folder = new Folder();
    await backUp(db, { backup_dir: folder.path });
    await db.query("insert into orders select 1000000, customer, total from orders limit 1").catch(() => undefined);
    const before = (await db.query(contents)).rows;
    expect(await restore(db, { backup_dir: folder.path }, { executionId: "the next run" })).toMatchObject({
      status: "failed",
      error: { code: "CONFITURE_BACKUP", message: expect.stringContaining("There is no backup") },
    });
    expect((await db.query(contents)).rows).toEqual(before);
  });

  test("a table that is not there makes no backup without it", async () => {
    await using db = await openTestDatabase({ version, sql: shop });
    using folder = new Folder();
    expect(await backUp(db, { backup_dir: folder.path, tables: ["orders", "custmers"] })).toMatchObject({
      status: "failed",
    });
    expect(folder.names()).toEqual([]);
  });

  test("a restore from a damaged file changes nothing", async () => {
    await using db = await openTestDatabase({ version, sql: shop });
    using folder = new Folder();
    await backUp(db, { backup_dir: folder.path, backup_name: "b", compression: "none" });
    const file = join(folder.path, "b.dump");
    truncateSync(file, statSync(file).size - 500);
    const before = (await db.query(contents)).rows;
    expect(await restore(db, { backup_dir: folder.path, backup_name: "b" })).toMatchObject({ status: "failed" });
    expect((await db.query(contents)).rows).toEqual(before);
  });

  test("one that is told to stop leaves no file behind", async () => {
    await using db = await openTestDatabase({ version, sql: shop });
    using folder = new Folder();
    await using holder = await db.openSession();
    await holder.query("begin; lock table orders in access exclusive mode");
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("enough")), 700);
    expect(await backUp(db, { backup_dir: folder.path }, { signal: stop.signal })).toMatchObject({
      status: "cancelled",
    });
    expect(folder.names()).toEqual([]);
  });

  test("the password reaches the program by its environment, and nobody else", async () => {
    await using db = await openTestDatabase({ version, sql: shop });
    using folder = new Folder();
    const programs = mkdtempSync(join(tmpdir(), "confiture-programs-"));
    try {
      const spy = `#!/bin/sh\n[ "$1" = --version ] && { echo "pg_dump (PostgreSQL) 99.1"; exit; }\necho "$@" > ${programs}/argv\nenv > ${programs}/env\necho "no: $PGPASSWORD" >&2\nexit 3\n`;
      for (const name of ["pg_dump", "pg_restore"]) writeFileSync(join(programs, name), spy, { mode: 0o755 });
      const database = { ...db, clientVariables: () => ({ ...db.clientVariables(), PGPASSWORD: "s3cret-pass" }) };
      const env = { PATH: process.env.PATH, OTHER_SECRET: "other-secret" };
      const { error } = await backUp(database, { backup_dir: folder.path, client_programs: programs }, {}, env);
      expect((error as Error).message).toBe("pg_dump failed (exit 3): no: ***.");
      expect(readFileSync(join(programs, "argv"), "utf8")).not.toContain("s3cret-pass");
      const seen = readFileSync(join(programs, "env"), "utf8");
      expect(seen).toContain("PGPASSWORD=s3cret-pass");
      expect(seen).not.toContain("other-secret");
    } finally {
      rmSync(programs, { recursive: true });
    }
  });
});

test("without the programs, or with older ones than the server, the error says what to install", async () => {
  await using db = await openTestDatabase();
  using folder = new Folder();
  expect(await backUp(db, { backup_dir: folder.path }, {}, { PATH: "/nowhere" })).toMatchObject({
    status: "failed",
    error: { code: "CONFITURE_HOOK_PROGRAM", message: "There is no pg_dump on PATH." },
  });
  const old = mkdtempSync(join(tmpdir(), "confiture-programs-"));
  try {
    writeFileSync(join(old, "pg_dump"), '#!/bin/sh\necho "pg_dump (PostgreSQL) 12.4 (Debian 12.4-1)"\n', {
      mode: 0o755,
    });
    expect(await backUp(db, { backup_dir: folder.path, client_programs: old })).toMatchObject({
      status: "failed",
      error: {
        code: "CONFITURE_HOOK_PROGRAM",
        message: `pg_dump is version 12.4, and the server is ${db.version}: it cannot read a newer server.`,
      },
    });
  } finally {
    rmSync(old, { recursive: true });
  }
});

test.skipIf(major === 0 || newer.length === 0)(
  "the pg_dump of this machine is refused for a server that is newer",
  async () => {
    await using db = await openTestDatabase({ version: newer.at(-1) ?? supportedVersions[0] });
    using folder = new Folder();
    expect(await backUp(db, { backup_dir: folder.path })).toMatchObject({ error: { code: "CONFITURE_HOOK_PROGRAM" } });
  },
);

test("a backup that is not there is named with those that are", async () => {
  await using db = await openTestDatabase();
  using folder = new Folder();
  writeFileSync(join(folder.path, "other.dump"), "");
  expect(await restore(db, { backup_dir: folder.path, backup_name: "pre_003_analytics" })).toMatchObject({
    error: { code: "CONFITURE_BACKUP", hint: "There is none that could be meant." },
  });
});
