import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrate, readStatus, renumberMigration, repair, rollback } from "../src/index.js";
import { migrationsFolder } from "./migrations-folder.js";

const two = {
  "001_a.up.sql": "create table a (id int);",
  "001_a.down.sql": "drop table a;",
  "003_c.up.sql": "create table c (id int);",
  "003_c.down.sql": "drop table c;",
};

test("comments, white space and line ends are no change; a constant is", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "create table a (id int default 1);" });
  await migrate(db, { migrations: folder.path });
  folder.write({ "001_a.up.sql": "-- why\r\nCREATE   TABLE a\r\n  (id int /* the key */ default 1);\r\n" });
  expect(await migrate(db, { migrations: folder.path })).toMatchObject({ applied: [], failed: null });
  folder.write({ "001_a.up.sql": "create table a (id int default 2);" });
  await expect(migrate(db, { migrations: folder.path })).rejects.toMatchObject({
    code: "CONFITURE_CHECKSUM_CHANGED",
    hint: expect.stringContaining("--accept-changed 001"),
  });
  const options = { migrations: folder.path };
  await repair(db, { kind: "accept-changed", version: "1" }, options);
  expect(await migrate(db, options)).toMatchObject({ applied: [], failed: null });
});

test("a migration merged late is refused with both choices, and applied when asked", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(two);
  await migrate(db, { migrations: folder.path });
  folder.write({ "002_b.up.sql": "create table b (id int);" });
  await expect(migrate(db, { migrations: folder.path })).rejects.toMatchObject({
    code: "CONFITURE_OUT_OF_ORDER",
    hint: expect.stringMatching(/--allow-out-of-order.*--renumber/s),
  });
  const outcome = await migrate(db, { migrations: folder.path, allowOutOfOrder: true });
  expect(outcome.applied.map(({ version }) => version)).toEqual(["002"]);
});

test("a migration merged late can be given a newer version instead", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(two);
  await migrate(db, { migrations: folder.path });
  folder.write({ "002_b.up.sql": "create table b (id int);", "002_b.down.sql": "drop table b;" });
  const renamed = renumberMigration(
    join(folder.path, "002_b.up.sql"),
    ["001", "002", "003"],
    new Date("2026-11-20T10:15:00Z"),
  );
  expect(renamed.to.map((path) => path.slice(folder.path.length + 1))).toEqual([
    "20261120T101500_b.up.sql",
    "20261120T101500_b.down.sql",
  ]);
  expect((await migrate(db, { migrations: folder.path })).applied.map(({ version }) => version)).toEqual([
    "20261120T101500",
  ]);
});

test("a file that is gone although applied is refused; its down runs from the copy kept; repair writes it back", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(two);
  const options = { migrations: folder.path };
  await migrate(db, options);
  folder.remove("003_c.up.sql");
  folder.remove("003_c.down.sql");
  await expect(migrate(db, options)).rejects.toMatchObject({ code: "CONFITURE_MIGRATION_MISSING" });
  const restored = await repair(db, { kind: "restore", version: "003", directory: folder.path }, options);
  expect(restored.files).toHaveLength(2);
  expect(existsSync(join(folder.path, "003_c.down.sql"))).toBe(true);
  expect(await migrate(db, options)).toMatchObject({ applied: [], failed: null });
  folder.remove("003_c.up.sql");
  folder.remove("003_c.down.sql");
  const down = await rollback(db, options);
  expect(down).toMatchObject({ failed: null, applied: [{ version: "003" }] });
});

test("a lost migration can be dropped from the record", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(two);
  const options = { migrations: folder.path };
  await migrate(db, options);
  folder.remove("003_c.up.sql");
  folder.remove("003_c.down.sql");
  await repair(db, { kind: "forget", version: "003" }, options);
  expect((await readStatus(db, options)).missing).toEqual([]);
});

test("two files with one version are refused before anything runs", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "create table a ();", "1_b.up.sql": "create table b ();" });
  await expect(migrate(db, { migrations: folder.path })).rejects.toMatchObject({
    code: "CONFITURE_VERSION_DUPLICATE",
    hint: expect.stringContaining("--renumber"),
  });
  expect(readdirSync(folder.path)).toHaveLength(2);
});

test("down says what is irreversible and undoes nothing", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ ...two, "004_d.up.sql": "create table d ();" });
  await migrate(db, { migrations: folder.path });
  await expect(rollback(db, { migrations: folder.path, steps: 2 })).rejects.toMatchObject({
    code: "CONFITURE_IRREVERSIBLE",
  });
  expect((await readStatus(db, { migrations: folder.path })).applied).toHaveLength(3);
});
