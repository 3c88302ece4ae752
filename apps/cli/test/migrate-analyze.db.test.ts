import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { expectDocument } from "./document-schema.js";
import { projectFolder, runConfiture } from "./run-confiture.js";

const shop = `
  create table customers (id bigint primary key, name text);
  create table orders (id bigint generated always as identity primary key, customer bigint, note text);
  create view open_orders as select * from orders;
  insert into customers select g, 'somebody' from generate_series(1, 50) g;
  insert into orders (customer, note) select 1 + g % 50, 'note' from generate_series(1, 2000) g;
  analyze;
`;
const config = "environments:\n  local:\n    database_url: ${DATABASE_URL}\n";
const project = {
  "confiture.yaml": config,
  "db/schema/10_shop.sql": shop.replace("analyze;", ""),
  "db/migrations/001_customer.up.sql": `-- Every order has a customer.
create index orders_customer on orders (customer);
alter table orders alter column customer set not null;
alter table orders add foreign key (customer) references customers (id);
`,
};

interface AnalyzeDocument {
  readonly serverVersion: number;
  readonly environment: string | null;
  readonly statements: readonly StatementDocument[];
  readonly risk: { readonly level: string; readonly score: number; readonly notInspected: readonly string[] };
  readonly passed: boolean;
  readonly because: readonly string[];
  readonly trace?: { readonly base: string; readonly differs: readonly string[] };
  readonly rewritten?: readonly { readonly file: string; readonly sql: string | null }[];
}

interface StatementDocument {
  readonly index: number;
  readonly file: string;
  readonly line: number;
  readonly sql: string;
  readonly operations: readonly string[];
  readonly locks: readonly { readonly relation: string; readonly mode: string }[];
  readonly certainty: string;
  readonly assumptions: readonly string[];
  readonly scans: readonly string[];
  readonly duration: { readonly method: string } | null;
  readonly safer: { readonly kind: string } | null;
  readonly trace?: { readonly verdict: string; readonly under?: readonly string[] };
}

interface Where {
  readonly cwd: string;
  readonly url?: string;
  readonly input?: string;
}

async function analyze(args: readonly string[], { cwd, url, input }: Where) {
  const { code, stdout, stderr } = await runConfiture(["migrate", "analyze", ...args, "--format", "json"], {
    cwd,
    ...(url === undefined ? {} : { env: { DATABASE_URL: url } }),
    ...(input === undefined ? {} : { input }),
  });
  const document = JSON.parse(stdout) as AnalyzeDocument;
  if (!("error" in document)) expectDocument(document, "migrate-analyze.v1");
  return { code, document, stderr };
}

describe("without a server", () => {
  test("a file of SQL anywhere tells its locks, rewrites and scans, for the newest version", async () => {
    using folder = projectFolder({
      "x.sql": "create index on orders (note);\n\nalter table orders alter id type text;",
    });
    const { code, document } = await analyze(["x.sql"], { cwd: folder.path });
    expect(document).toMatchObject({
      serverVersion: 18,
      environment: null,
      statements: [
        {
          index: 0,
          file: "x.sql",
          line: 1,
          operations: ["create_index"],
          locks: [{ relation: "public.orders", mode: "ShareLock" }],
          scans: ["public.orders"],
          transactional: true,
        },
        { index: 1, line: 3, operations: ["alter_column_type"], rewrites: ["public.orders"] },
      ],
      risk: { level: "critical", notInspected: ["the server: no facts were given"] },
      passed: false,
    });
    expect(code).toBe(1);
  });

  test("what nobody can read counts as the worst, whatever the limit, and hides nothing behind it", async () => {
    using folder = projectFolder({});
    const { code, document } = await analyze(["-"], {
      cwd: folder.path,
      input: "selec 1;\n\\i other.sql\ncomment on table t is 'x';\n",
    });
    expect(code).toBe(1);
    expect(document.statements).toMatchObject([
      { file: "stdin", line: 1, operations: ["unclassified"], certainty: "unknown" },
      { file: "stdin", line: 2, operations: ["unclassified"], certainty: "unknown" },
      { file: "stdin", line: 3, operations: ["comment"] },
    ]);
    expect(document.risk).toMatchObject({ level: "critical" });
    expect(document.because[0]).toBe("2 statements were not understood");
  });

  test("the limit decides between 0 and 1", async () => {
    using folder = projectFolder({ "x.sql": "alter table orders add column more text;" });
    const codes = await Promise.all(
      ["critical", "high", "medium", "low"].map(async (level) => {
        const { code, document } = await analyze(["x.sql", "--risk-level", level], { cwd: folder.path });
        return [level, document.risk.level, code];
      }),
    );
    // Nothing is known of the server, which is most of the score; but the lock is held for a moment on any table.
    expect(codes).toEqual([
      ["critical", "high", 0],
      ["high", "high", 1],
      ["medium", "high", 1],
      ["low", "high", 1],
    ]);
  });

  test("--server-version answers for that server", async () => {
    using folder = projectFolder({ "x.sql": "alter table orders alter column customer set not null;" });
    const steps = async (version: string) => {
      const { document } = await analyze(["x.sql", "--server-version", version], { cwd: folder.path });
      const { safer } = document.statements[0] as unknown as { safer: { steps: readonly { sql: string }[] } };
      return [document.serverVersion, safer.steps[0]?.sql];
    };
    // A NOT NULL that is not valid yet is something PostgreSQL 18 began with.
    expect(await steps("18")).toEqual([18, expect.stringMatching(/not null customer not valid$/)]);
    expect(await steps("13")).toEqual([13, expect.stringMatching(/check \(customer is not null\) not valid$/i)]);
  });

  test("files are one stretch: what an earlier one creates nobody waits for in a later one", async () => {
    using folder = projectFolder({ "1.sql": "create table fresh (id int);", "2.sql": "create index on fresh (id);" });
    const { document, code } = await analyze(["1.sql", "2.sql"], { cwd: folder.path });
    expect(document.statements).toMatchObject([
      { index: 0, file: "1.sql", locks: [] },
      { index: 1, file: "2.sql", locks: [] },
    ]);
    expect(code).toBe(0);
  });

  test("without files it is every migration; YAML tells its own lines and a program is not passed", async () => {
    using folder = projectFolder({
      "confiture.yaml": config,
      "db/migrations/001_a.yaml": "migration:\n  ddl: |\n    create table a (id int);\n    drop table b;\n",
      "db/migrations/002_b.ts": "export default { async up() {} };",
    });
    const { code, document } = await analyze([], { cwd: folder.path });
    expect(document.statements).toMatchObject([
      { file: "db/migrations/001_a.yaml", line: 3, operations: ["create_table"] },
      { file: "db/migrations/001_a.yaml", line: 4, operations: ["drop_table"] },
      { file: "db/migrations/002_b.ts", line: 1, operations: ["unclassified"], certainty: "unknown" },
    ]);
    expect(document.risk.notInspected).toContain(
      "db/migrations/002_b.ts: a TypeScript program, whose statements are known when it runs",
    );
    expect(code).toBe(1);
  });

  test("a commit between two migrations, or in one, lets go of the locks taken before it", async () => {
    const [lock, long] = ["alter table a add column x int;", "alter table b validate constraint c;"];
    using folder = projectFolder({
      "1.sql": lock,
      "2.sql": long,
      "both.sql": `${lock}\n${long}`,
      "apart.sql": `begin;\n${lock}\ncommit;\nbegin;\n${long}\ncommit;`,
    });
    const level = async (...files: readonly string[]) =>
      (await analyze(files, { cwd: folder.path })).document.risk.level;
    // To validate keeps nobody out; but a lock taken before it is held until it ends, and nobody knows how long that is.
    expect([await level("both.sql"), await level("1.sql", "2.sql"), await level("apart.sql")]).toEqual([
      "critical",
      "high",
      "high",
    ]);
  });

  test("--rewrite prints the file with gentler statements, which themselves need none", async () => {
    using folder = projectFolder(project);
    const file = "db/migrations/001_customer.up.sql";
    const { document } = await analyze([file, "--rewrite"], { cwd: folder.path });
    const [rewritten] = document.rewritten ?? [];
    expect(rewritten).toMatchObject({ file });
    expect(rewritten?.sql).toContain("create index concurrently orders_customer on orders (customer);");
    folder.write({ "gentle.sql": rewritten?.sql ?? "" });
    const again = await analyze(["gentle.sql", "--rewrite"], { cwd: folder.path });
    expect(again.document.rewritten).toEqual([]);
    expect(again.document.statements.filter(({ safer }) => safer?.kind === "safer")).toEqual([]);
  });
});

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

  test("--trace runs the statements on a shadow made of what the project has, and confirms what was said", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder(project);
    const { code, document } = await analyze(["--env", "local", "--trace"], { cwd: folder.path, url: db.url });
    expect(document.trace).toEqual({ base: "the DDL", differs: [] });
    expect(document.statements.map(({ trace }) => trace?.verdict)).toEqual(["confirmed", "confirmed", "confirmed"]);
    expect(code).toBe(0);
    const { rows } = await db.query("select from pg_database where datname like 'confiture_shadow%'");
    expect(rows).toEqual([]);
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
          await db.insertInto("customers").values({ id: 4711, name: "new" }).execute();
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
    expect(JSON.stringify(document)).not.toContain("4711");
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

describe("what a person reads", () => {
  const print = async (args: readonly string[], cwd: string, url: string, more: Record<string, string> = {}) => {
    const env = { DATABASE_URL: url, ...more };
    return (await runConfiture(["migrate", "analyze", ...args], { cwd, env })).stdout;
  };

  test("one screen, in words", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder(project);
    const screen = await print(["--env", "local", "--risk-level", "high"], folder.path, db.url);
    expect(screen.split("\n").length).toBeLessThanOrEqual(40);
    expect(screen.split("\n").filter((line) => line.length > 80)).toEqual([]);
    await expect(steady(screen)).toMatchFileSnapshot("snapshots/analyze-pretty.txt");
  });

  test("colour only where it is wanted", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder(project);
    expect(await print(["--env", "local"], folder.path, db.url, { FORCE_COLOR: "1" })).toContain("\u001b[");
    const plain = await print(["--env", "local"], folder.path, db.url, { FORCE_COLOR: "1", NO_COLOR: "1" });
    expect(plain).not.toContain("\u001b");
  });

  test("Markdown for a pull request", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder(project);
    const text = await print(["--env", "local", "--format", "markdown", "--rewrite"], folder.path, db.url);
    await expect(steady(text)).toMatchFileSnapshot("snapshots/analyze-markdown.txt");
  });

  test("what a file says is no markup of the comment", async () => {
    using folder = projectFolder({ "x.sql": 'drop table "<img src=x>|`@all`";' });
    const { stdout } = await runConfiture(["migrate", "analyze", "x.sql", "--format", "markdown"], {
      cwd: folder.path,
    });
    expect(stdout).not.toMatch(/<img|[^;]\|`|@all/);
  });
});

test("a folder of migrations nobody wrote yet is no finding", async () => {
  using folder = projectFolder({ "confiture.yaml": config });
  mkdirSync(join(folder.path, "db/migrations"), { recursive: true });
  const { code, document } = await analyze([], { cwd: folder.path });
  expect([code, document.statements]).toEqual([0, []]);
});

/** What depends on the machine: times and with them the ends of lines, and shares of what it has. */
function steady(text: string): string {
  return (
    text
      .replaceAll(/\d[\d.]* (ms|s)\b/g, "<time>")
      .replaceAll(/\d[\d.]* %/g, "<share>")
      // Both rest on the time.
      .replace(/\d\.\d\d of 0\.35/, "<part> of 0.35")
      .replace(/\d\.\d\d × 0\.35 = \d\.\d\d/, "<value> × 0.35 = <part>")
      .replaceAll(/\b(score|risk score) \d\.\d\d/gi, "$1 <score>")
      .replaceAll(/\s+about\s+<time>\s+\(<time>\s+to\s+<time>\)/g, " about <time> (<time> to <time>)")
  );
}

async function objects(db: { query(text: string): Promise<{ readonly rows: readonly unknown[] }> }) {
  return (await db.query("select oid::text, relname, relfilenode::text from pg_class where oid >= 16384 order by 1"))
    .rows;
}
