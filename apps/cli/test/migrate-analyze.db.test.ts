import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { analyze, config, project } from "./analyze-shop.js";
import { projectFolder } from "./run-confiture.js";

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

test("a folder of migrations nobody wrote yet is no finding", async () => {
  using folder = projectFolder({ "confiture.yaml": config });
  mkdirSync(join(folder.path, "db/migrations"), { recursive: true });
  const { code, document } = await analyze([], { cwd: folder.path });
  expect([code, document.statements]).toEqual([0, []]);
});
