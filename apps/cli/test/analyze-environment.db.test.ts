import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { analyze, project, shop } from "./analyze-shop.js";
import { expectDocument } from "./document-schema.js";
import { projectFolder, runConfiture } from "./run-confiture.js";

describe("for an environment", () => {
  testOnEachVersion("assumptions become facts, work gets a time, and nothing is changed", async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    using folder = projectFolder(project);
    const before = await objects(db);
    const { code, document } = await analyze(["--env", "local"], { cwd: folder.path, url: db.url });
    expect(document).toMatchObject({ serverVersion: version, environment: "local", passed: true });
    expect(document.statements).toMatchObject([
      { operations: ["create_index"], certainty: "certain", assumptions: [], duration: { method: "heuristic" } },
      { operations: ["set_not_null"], certainty: "certain" },
      {
        operations: ["add_foreign_key"],
        locks: [
          { relation: "public.customers", mode: "ShareRowExclusiveLock" },
          { relation: "public.orders", mode: "ShareRowExclusiveLock" },
        ],
      },
    ]);
    expect(code).toBe(0);
    expect(await objects(db)).toEqual(before);
  });

  test("without files it is what is pending", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder(project);
    const env = { DATABASE_URL: db.url };
    const first = await analyze(["--env", "local"], { cwd: folder.path, url: db.url });
    expect(first.document.statements).toHaveLength(3);
    expect(await runConfiture(["migrate", "up"], { cwd: folder.path, env })).toMatchObject({ code: 0 });
    const then = await analyze(["--env", "local"], { cwd: folder.path, url: db.url });
    expect([then.code, then.document.statements]).toEqual([0, []]);
  });

  test("rows that stand in the way are found before the migration fails on them", async () => {
    await using db = await openTestDatabase({
      sql: `${shop} insert into orders (customer) values (null), (null); analyze orders;`,
    });
    using folder = projectFolder(project);
    const { document } = await analyze(["--env", "local"], { cwd: folder.path, url: db.url });
    expect(JSON.stringify(document.risk)).toContain("violating_rows");
  });

  test("somebody who holds a lock is in the way, and no password is told", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder(project);
    await db.query("begin");
    await db.query("select from orders limit 1");
    const { document, stderr } = await analyze(["--env", "local"], { cwd: folder.path, url: db.url });
    const { risk } = document as unknown as {
      risk: { waits: readonly { relation: string; holders: readonly unknown[] }[] };
    };
    expect(risk.waits.find(({ relation }) => relation === "public.orders")?.holders).toHaveLength(1);
    expect(JSON.stringify(document) + stderr).not.toContain(new URL(db.url).password || "no password");
  });

  test("somebody who locks a view everybody reads keeps us out for a second, and we keep nobody out", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder(project);
    await db.query("begin");
    await db.query("alter view open_orders set (security_barrier)");
    const { code, document } = await analyze(["--env", "local"], { cwd: folder.path, url: db.url });
    expect([code, document]).toMatchObject([3, { error: { code: "CONFITURE_LOCK_TIMEOUT" } }]);
  });

  test("a role that may hardly see anything analyses all the same, and says what it could not see", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder(project);
    const env = { DATABASE_URL: db.url };
    expect(await runConfiture(["migrate", "up"], { cwd: folder.path, env })).toMatchObject({ code: 0 });
    folder.write({ "x.sql": "alter table orders alter column note set not null;" });
    const role = `nobody_${Date.now()}`;
    await db.query(`create role ${role} login password 'nothing'`);
    const url = new URL(db.url);
    url.username = role;
    url.password = "nothing";
    try {
      const { document } = await analyze(["x.sql", "--env", "local"], { cwd: folder.path, url: url.href });
      expect(document.statements).toMatchObject([{ operations: ["set_not_null"], certainty: "certain" }]);
      expect(document.risk.notInspected.join()).toContain("this role may not read it");
      const pending = await runConfiture(["migrate", "analyze", "--env", "local", "--format", "json"], {
        cwd: folder.path,
        env: { DATABASE_URL: url.href },
      });
      expect([pending.code, pending.stdout]).toEqual([3, expect.stringContaining("CONFITURE_OWN_TABLES")]);
    } finally {
      await db.query(`drop role ${role}`);
    }
  });
});

test("rates that were measured replace those of another server", { timeout: 120_000 }, async () => {
  await using db = await openTestDatabase({ sql: shop });
  using folder = projectFolder(project);
  const env = { DATABASE_URL: db.url };
  const limits = ["--rows", "20000", "--max-duration", "15s", "--max-bytes", "200MB"];
  const ending = await runConfiture(["performance", "calibrate", ...limits, "--format", "json"], {
    cwd: folder.path,
    env,
  });
  expect(ending.code).toBe(0);
  expectDocument(JSON.parse(ending.stdout), "performance-calibrate.v1");
  const written = join(folder.path, "environments/local.calibration.json");
  expect(JSON.parse(readFileSync(written, "utf8"))).toMatchObject({ format: 1 });
  const { document } = await analyze(["--env", "local"], { cwd: folder.path, url: db.url });
  expect(document.statements[0]?.duration?.method).toBe("calibrated");
  expect((await db.query("select from pg_namespace where nspname ~ 'confiture'")).rows).toEqual([]);

  const { environment, ...rest } = JSON.parse(readFileSync(written, "utf8")) as { environment: object };
  folder.write({
    "environments/local.calibration.json": JSON.stringify({
      ...rest,
      environment: { ...environment, serverVersion: 120_000 },
    }),
  });
  const other = await analyze(["--env", "local"], { cwd: folder.path, url: db.url });
  expect(other.document.statements[0]?.duration?.method).toBe("heuristic");
  expect(other.stderr).toContain("was measured on PostgreSQL 12");
});

async function objects(db: { query(text: string): Promise<{ readonly rows: readonly unknown[] }> }) {
  return (await db.query("select oid::text, relname, relfilenode::text from pg_class where oid >= 16384 order by 1"))
    .rows;
}
