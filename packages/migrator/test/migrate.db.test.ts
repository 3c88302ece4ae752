import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrate, readEvents, readStatus, rollback } from "../src/index.js";
import { migrationsFolder } from "./migrations-folder.js";

const orders = {
  "001_orders.up.sql": "create table orders (id int primary key, total numeric not null);",
  "001_orders.down.sql": "drop table orders;",
  "002_note.up.sql": "alter table orders add column note text;\ncreate index orders_note on orders (note);",
  "002_note.down.sql": "alter table orders drop column note;",
};

testOnEachVersion("migrations are applied in order, once, and the second run finds nothing to do", async (version) => {
  await using db = await openTestDatabase({ version });
  using folder = migrationsFolder(orders);
  const first = await migrate(db, { migrations: folder.path });
  expect(first.failed).toBeNull();
  expect(first.applied.map(({ version: applied, steps }) => [applied, steps.length])).toEqual([
    ["001", 1],
    ["002", 2],
  ]);
  const second = await migrate(db, { migrations: folder.path });
  expect(second).toMatchObject({ applied: [], failed: null });
  const { rows } = await db.query("select version, state from confiture.migrations order by sort_key");
  expect(rows).toEqual([
    { version: "001", state: "applied" },
    { version: "002", state: "applied" },
  ]);
});

test("down undoes the last one, and up applies it again", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder(orders);
  await migrate(db, { migrations: folder.path });
  const down = await rollback(db, { migrations: folder.path });
  expect(down.applied.map(({ version }) => version)).toEqual(["002"]);
  expect(await columnsOf(db, "orders")).toEqual(["id", "total"]);
  const up = await migrate(db, { migrations: folder.path });
  expect(up.applied.map(({ version }) => version)).toEqual(["002"]);
});

test("up stops at a target version, and down comes back to one", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    ...orders,
    "010_ten.up.sql": "create table ten ();",
    "010_ten.down.sql": "drop table ten;",
  });
  await migrate(db, { migrations: folder.path, to: "2" });
  expect((await readStatus(db, { migrations: folder.path })).pending.map(({ version }) => version)).toEqual(["010"]);
  await migrate(db, { migrations: folder.path });
  const down = await rollback(db, { migrations: folder.path, to: "001" });
  expect(down.applied.map(({ version }) => version)).toEqual(["010", "002"]);
  const all = await rollback(db, { migrations: folder.path, to: "0" });
  expect(all.applied.map(({ version }) => version)).toEqual(["001"]);
});

test("a failing statement rolls its migration back, keeps those before it, and names the place in the file", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    ...orders,
    "003_bad.up.sql": "create table fine ();\n\nalter table orders\n  add column total int;",
  });
  const outcome = await migrate(db, { migrations: folder.path });
  expect(outcome.applied.map(({ version }) => version)).toEqual(["001", "002"]);
  expect(outcome.failed).toMatchObject({
    version: "003",
    step: 2,
    error: {
      code: "CONFITURE_STATEMENT_FAILED",
      at: { file: `${folder.path}/003_bad.up.sql`, line: 3, column: 1 },
      facts: { sqlState: "42701" },
    },
  });
  const { rows } = await db.query("select to_regclass('fine') as fine");
  expect(rows).toEqual([{ fine: null }]);
  const events = await readEvents(db);
  expect(events[0]).toMatchObject({ kind: "migration_failed", version: "003" });
});

test("the server's own position inside a statement is mapped to the file", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "select 'ünïcödé 🎉';\nselect\n  1,\n  no_such_column;" });
  const { failed } = await migrate(db, { migrations: folder.path });
  expect(failed?.error.at).toEqual({ file: `${folder.path}/001_a.up.sql`, line: 4, column: 3 });
});

test("values of rows never stand in an error", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_a.up.sql": "create table person (ssn text);\ninsert into person values ('078-05-1120');",
    "002_b.up.sql": "alter table person alter column ssn type int using ssn::int;",
  });
  const { failed } = await migrate(db, { migrations: folder.path });
  expect(failed?.error.code).toBe("CONFITURE_STATEMENT_FAILED");
  expect(failed?.error.message).not.toContain("078-05");
});

test("a program migration runs in the same transaction as its record, and back", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_tag.ts": `export default {
      async up(db: any) { await db.schema.createTable("tag").addColumn("id", "integer").execute(); },
      async down(db: any) { await db.schema.dropTable("tag").execute(); },
    };`,
  });
  expect((await migrate(db, { migrations: folder.path })).failed).toBeNull();
  expect(await columnsOf(db, "tag")).toEqual(["id"]);
  folder.remove("001_tag.ts");
  expect((await rollback(db, { migrations: folder.path })).failed).toBeNull();
  expect(await columnsOf(db, "tag")).toEqual([]);
});

test("a program that throws leaves nothing behind", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_half.ts": `export default { async up(db: any) {\n  await db.schema.createTable("half").addColumn("id", "integer").execute();\n  throw new Error("no further");\n} };`,
  });
  const { failed } = await migrate(db, { migrations: folder.path });
  expect(failed?.error).toMatchObject({
    code: "CONFITURE_MIGRATION_INVALID",
    message: expect.stringContaining("no further"),
    at: { line: 3 },
  });
  expect(await columnsOf(db, "half")).toEqual([]);
});

test("a YAML migration runs its ddl, and its rollback; an error in it names the line of the YAML file", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_yaml.yaml":
      "migration:\n  description: A table.\n  ddl: |\n    create table y (id int);\n  rollback:\n    ddl: |\n      drop table y;\n",
    "002_bad.yaml": "migration:\n  ddl: |\n    select 1;\n    select 1,\n      nothing_here;\n",
  });
  const { failed } = await migrate(db, { migrations: folder.path });
  expect(failed?.error.at).toEqual({ file: `${folder.path}/002_bad.yaml`, line: 5, column: 7 });
  await rollback(db, { migrations: folder.path });
  expect(await columnsOf(db, "y")).toEqual([]);
});

test("a YAML migration that names a hook is refused, never run without it", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_h.yaml": "migration:\n  ddl: create table h ();\n  hooks:\n    after_ddl:\n      - type: rebuild_index\n",
  });
  await expect(migrate(db, { migrations: folder.path })).rejects.toMatchObject({
    code: "CONFITURE_HOOKS_UNSUPPORTED",
    at: { line: 4 },
  });
  expect(await columnsOf(db, "h")).toEqual([]);
});

test("a file of comments is applied by its record alone", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_empty.up.sql": "-- nothing yet\n", "002_zero.up.sql": "/* on purpose */" });
  const outcome = await migrate(db, { migrations: folder.path });
  expect(outcome.applied.map(({ version, steps }) => [version, steps.length])).toEqual([
    ["001", 0],
    ["002", 0],
  ]);
});

test("a listener that throws does not make the outcome say what is not so", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "create table a ();" });
  const warnings: string[] = [];
  const listen = (warning: Error): void => void warnings.push(warning.message);
  process.on("warning", listen);
  const outcome = await migrate(db, {
    migrations: folder.path,
    onProgress: ({ kind }) => {
      throw new Error(`no listener for ${kind}`);
    },
  });
  await new Promise(setImmediate);
  process.off("warning", listen);
  expect([outcome.failed, outcome.applied.length]).toEqual([null, 1]);
  expect(warnings).toContain("no listener for migration-finished");
});

test("a program outside a transaction is cancelled too, and says what stays", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({
    "001_slow.ts": `import { sql } from "kysely";
      export default { transaction: false, async up(db: any) {
        await sql\`create table early ()\`.execute(db);
        await sql\`select pg_sleep(60)\`.execute(db);
      } };`,
  });
  const { failed } = await migrate(db, { migrations: folder.path, signal: AbortSignal.timeout(1_500) });
  expect(failed?.error).toMatchObject({ code: "CONFITURE_CANCELLED", message: expect.stringContaining("stays") });
});

test("steps are a whole number from 1, and times are times", async () => {
  await using db = await openTestDatabase();
  using folder = migrationsFolder({ "001_a.up.sql": "create table a ();" });
  for (const steps of [-1, 0, 0.5, Number.NaN])
    await expect(migrate(db, { migrations: folder.path, steps })).rejects.toMatchObject({ code: "CONFITURE_USAGE" });
  for (const lockTimeoutMs of [-1, 0, Number.NaN, Number.POSITIVE_INFINITY])
    await expect(migrate(db, { migrations: folder.path, lockTimeoutMs })).rejects.toMatchObject({
      code: "CONFITURE_USAGE",
    });
});

async function columnsOf(db: Awaited<ReturnType<typeof openTestDatabase>>, table: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ name: string }>(
    "select attname::text as name from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum",
    [table],
  );
  return rows.map(({ name }) => name);
}
