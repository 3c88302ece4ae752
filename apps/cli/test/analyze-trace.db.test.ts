import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openTestDatabase, testOnEachVersion, watchShadows } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { analyze, project, shop } from "./analyze-shop.js";
import { projectFolder, runConfiture } from "./run-confiture.js";

describe("for an environment", () => {
  test("--trace runs the statements on a shadow made of what the project has, and confirms what was said", async () => {
    await using db = await openTestDatabase();
    await using shadows = await watchShadows(db);
    await db.query(`set role ${shadows.role}; ${shop}; reset role`);
    using folder = projectFolder(project);
    const { code, document } = await analyze(["--env", "local", "--trace"], { cwd: folder.path, url: shadows.url });
    expect(document.trace).toEqual({ base: "the DDL", differs: [] });
    expect(document.statements.map(({ trace }) => trace?.verdict)).toEqual(["confirmed", "confirmed", "confirmed"]);
    expect(code).toBe(0);
    expect(await shadows.left()).toEqual([]);
  });

  test("--trace finds the base that gives the schema of the environment", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder(project);
    const env = { DATABASE_URL: db.url };
    await runConfiture(["migrate", "up"], { cwd: folder.path, env });
    folder.write({ "db/migrations/002_more.up.sql": "alter table orders drop constraint orders_customer_fkey;" });
    const run = await analyze(["--env", "local", "--trace"], { cwd: folder.path, url: db.url });
    expect(run.document.trace).toEqual({ base: "the DDL and the migrations applied", differs: [] });
    await db.query("create table by_hand (id int)");
    const drifted = await analyze(["--env", "local", "--trace"], { cwd: folder.path, url: db.url });
    expect(drifted.document.trace?.differs).toContain("missing there: table public.by_hand");
    expect(drifted.document.risk.notInspected.at(-1)).toMatch(/^the trace ran on a schema that differs/);
  });

  testOnEachVersion("all that happens in PrintOptim's migrations was foreseen", async (version) => {
    await using db = await openTestDatabase({ version });
    using folder = projectFolder({});
    cpSync(new URL("../../../examples/printoptim/db", import.meta.url), join(folder.path, "db"), { recursive: true });
    const example = readFileSync(new URL("../../../examples/printoptim/confiture.yaml", import.meta.url), "utf8");
    folder.write({ "confiture.yaml": example.replace("database_url: embedded", "database_url: ${DATABASE_URL}") });
    const env = { DATABASE_URL: db.url };
    expect(await runConfiture(["build", "--apply"], { cwd: folder.path, env })).toMatchObject({ code: 0 });
    const { code, document } = await analyze(["--env", "local", "--trace"], { cwd: folder.path, url: db.url });
    const odd = document.statements.filter(
      ({ trace, operations }) => trace?.verdict !== "confirmed" && !operations.includes("transaction_control"),
    );
    expect(odd).toEqual([]);
    expect(document.statements.filter(({ certainty }) => certainty === "unknown")).toEqual([]);
    expect([code, document.because]).toEqual([0, []]);
  });

  test("--trace runs programs, and what they send is analysed like SQL", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder({
      ...project,
      "db/migrations/002_program.ts": `export default {
        async up(db) {
          await db.schema.alterTable("orders").addColumn("extra", "text").execute();
          await db.insertInto("customers").values({ id: 47114711, name: "new" }).execute();
          await db.schema.createIndex("orders_extra").on("orders").column("extra").execute();
        },
      };`,
      "db/migrations/003_broken.ts": 'export default { async up() { throw new Error("no"); } };',
    });
    const { code, document } = await analyze(["--env", "local", "--trace"], { cwd: folder.path, url: db.url });
    const file = "db/migrations/002_program.ts";
    expect(document.statements.slice(3)).toMatchObject([
      { file, operations: ["add_column"], certainty: "certain", trace: { verdict: "confirmed" } },
      { file, operations: ["insert"], trace: { verdict: "not-run" } },
      { file, operations: ["create_index"], trace: { verdict: "confirmed" } },
      { file: "db/migrations/003_broken.ts", operations: ["unclassified"] },
    ]);
    expect(document.risk.notInspected.filter((what) => what.startsWith("db/migrations/003"))).toHaveLength(2);
    expect(JSON.stringify(document)).not.toContain("47114711");
    expect(code).toBe(1);
  });

  test("--trace builds on DDL alone where there are no migrations", async () => {
    await using db = await openTestDatabase({ sql: shop });
    const { "confiture.yaml": yaml, "db/schema/10_shop.sql": ddl } = project;
    using folder = projectFolder({ "confiture.yaml": yaml, "db/schema/10_shop.sql": ddl });
    const { document } = await analyze(["-", "--env", "local", "--trace"], {
      cwd: folder.path,
      url: db.url,
      input: "alter table orders add column more int;\ncreate index on orders (more);",
    });
    expect(document.statements.map(({ trace }) => trace?.verdict)).toEqual(["confirmed", "confirmed"]);
  });

  test("--trace does not pass what the shadow refuses", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder({ ...project, "x.sql": "alter table orders add check (id < 0);" });
    const { code, document } = await analyze(["x.sql", "--env", "local", "--trace"], { cwd: folder.path, url: db.url });
    expect(document.statements).toMatchObject([{ trace: { verdict: "refused", sqlState: "23514" } }]);
    expect([code, document.because]).toEqual([
      1,
      ["1 statement was refused on the shadow database", expect.stringContaining("2000 rows stand against the plan")],
    ]);
  });
});
