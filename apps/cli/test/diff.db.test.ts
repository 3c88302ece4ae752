import { newestVersion, openTestDatabase, testOnEachVersion, testVersions, watchShadows } from "@confiture/testkit";
import { expect, test } from "vitest";
import { expectDocument } from "./document-schema.js";
import { projectFolder, runConfiture } from "./run-confiture.js";

const config = "environments:\n  local:\n    database_url: ${DATABASE_URL}\n";
const project = {
  "confiture.yaml": config,
  "db/schema/10_orders.sql":
    "create table orders (id bigint primary key, note text);\ncreate index orders_note on orders (note);",
};
const before = "create table orders (id bigint primary key, note text, old text);";

interface DiffDocument {
  readonly statements: readonly { readonly sql: string; readonly hazards: readonly string[] }[];
  readonly empty: boolean;
  readonly serverVersion: number;
}

testOnEachVersion("the script that diff prints makes the one schema the other", async (version) => {
  await using db = await openTestDatabase({ version, sql: before });
  using folder = projectFolder(project);
  const run = (...args: string[]) =>
    runConfiture(["diff", "--from", "env:local", "--to", "db/schema", ...args], {
      cwd: folder.path,
      env: { DATABASE_URL: db.url },
    });
  const { code, stdout, stderr } = await run();
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("-- AcquiresAccessExclusiveLock, DeletesData\n-- Loses: column of public.orders.old\n");
  const json = await run("--format", "json");
  const document = JSON.parse(json.stdout) as DiffDocument;
  expectDocument(document, "diff.v1");
  expect(document).toMatchObject({ empty: false, serverVersion: version });
  expect(document.statements.map(({ sql }) => sql.toLowerCase())).toEqual([
    "alter table public.orders drop column old",
    "create index orders_note on public.orders using btree (note)",
  ]);
  await db.query((await run("--format", "sql")).stdout);
  const again = await run("--format", "json");
  expectDocument(JSON.parse(again.stdout), "diff.v1");
  expect([again.code, JSON.parse(again.stdout)]).toMatchObject([0, { empty: true, statements: [] }]);
  expect((await run("--format", "sql")).stdout).toBe("");
  expect((await run()).stdout).toBe("-- Nothing to do: the schemas are the same.\n");
});

test("a side is a folder, a file, a URL or an environment, and DDL of a project comes in its load order", async () => {
  await using db = await openTestDatabase({ sql: before });
  using folder = projectFolder({
    "confiture.yaml": `${config}schema:\n  load_order: [db/schema/z_first.sql, db/schema/a_second.sql]\n`,
    "db/schema/a_second.sql": "create table item (o bigint references orders);",
    "db/schema/z_first.sql": "create table orders (id bigint primary key);",
    "db/schema/never.sql": "no ddl at all",
    "elsewhere/a.sql": before,
    "elsewhere/b/c.sql": "create view v as select id from orders;",
  });
  const diff = async (from: string, to: string) => {
    const ending = await runConfiture(["diff", "--from", from, "--to", to, "--format", "json"], {
      cwd: folder.path,
      env: { DATABASE_URL: db.url },
    });
    const { statements } = JSON.parse(ending.stdout) as DiffDocument;
    return statements.map(({ sql }) => sql.split("\n")[0]);
  };
  for (const side of [".", "db/schema"]) {
    const statements = await diff("elsewhere/a.sql", side);
    expect(statements.slice(0, 3)).toEqual([
      "alter table public.orders drop column note",
      "alter table public.orders drop column old",
      "create table public.item (",
    ]);
  }
  expect(await diff(db.url, "elsewhere/a.sql")).toEqual([]);
  expect(await diff("env:local", "elsewhere")).toEqual([expect.stringContaining("view public.v")]);
  expect(await diff("elsewhere", db.url)).toEqual(["drop view public.v"]);
});

test("owners count between two live databases, and where somebody asks", async () => {
  const role = `owner_${process.pid}`;
  await using mine = await openTestDatabase();
  await using theirs = await openTestDatabase();
  await mine.query(`create role ${role}`);
  try {
    await mine.query("create table t (id int)");
    await theirs.query(`create table t (id int); alter table t owner to ${role}; grant select on t to public`);
    using folder = projectFolder({
      "confiture.yaml": config,
      "t.sql": "create table t (id int); grant select on t to public;",
    });
    const diff = async (...args: string[]) => {
      const ending = await runConfiture(["diff", ...args, "--format", "json"], {
        cwd: folder.path,
        env: { DATABASE_URL: mine.url },
      });
      return (JSON.parse(ending.stdout) as DiffDocument).statements.map(({ sql }) => sql);
    };
    const grant = "grant select on table public.t to PUBLIC";
    const owner = `alter table public.t owner to ${role}`;
    expect(await diff("--from", mine.url, "--to", theirs.url)).toEqual([owner, grant]);
    expect(await diff("--from", mine.url, "--to", theirs.url, "--no-grants")).toEqual([owner]);
    expect(await diff("--from", mine.url, "--to", theirs.url, "--no-owners", "--no-grants")).toEqual([]);
    expect(await diff("--from", "t.sql", "--to", theirs.url)).toEqual([]);
    expect(await diff("--from", "t.sql", "--to", theirs.url, "--owners")).toEqual([owner]);
  } finally {
    await theirs[Symbol.asyncDispose]();
    await mine.query(`drop role ${role}`);
  }
});

test("what was not compared, and what looks like a rename, is told beside the script", async () => {
  await using db = await openTestDatabase({ sql: before });
  await db.query("select lo_create(0)");
  using folder = projectFolder({
    ...project,
    "db/schema/10_orders.sql": "create table orders (remark text, id bigint primary key, note text);",
  });
  const { code, stderr } = await runConfiture(["diff", "--from", "env:local", "--to", "."], {
    cwd: folder.path,
    env: { DATABASE_URL: db.url },
  });
  expect(code).toBe(0);
  expect(stderr.trimEnd().split("\n")).toEqual([
    "note not compared: large objects 1 (--from)",
    "note columns of public.orders will stand as id, note, remark; wanted: remark, id, note. No ALTER moves a column.",
    "note column public.orders.old goes and public.orders.remark comes, just like it. If it is the same one: --rename 'column public.orders.old to public.orders.remark', or in the DDL `-- confiture: rename column public.orders.old to public.orders.remark`.",
  ]);
});

test("sides on different major versions are refused, and DDL is built on the version of the other side", async () => {
  const [oldest, newest] = [testVersions[0]!, newestVersion];
  await using old = await openTestDatabase({ version: oldest, sql: before });
  await using local = await openTestDatabase();
  using folder = projectFolder(project);
  const run = (...args: string[]) =>
    runConfiture(["diff", ...args, "--format", "json"], { cwd: folder.path, env: { DATABASE_URL: local.url } });
  const live = await run("--from", old.url, "--to", "env:local");
  expect([live.code, JSON.parse(live.stdout)]).toMatchObject([
    2,
    {
      error: {
        code: "CONFITURE_VERSIONS_DIFFER",
        message: expect.stringContaining(`PostgreSQL ${oldest} and env:local is PostgreSQL ${newest}`),
      },
    },
  ]);
  const ddl = await run("--from", old.url, "--to", ".");
  expect([ddl.code, JSON.parse(ddl.stdout)]).toMatchObject([0, { serverVersion: oldest, empty: false }]);
  const wanted = await run("--from", old.url, "--to", ".", "--env", "local");
  expect([wanted.code, JSON.parse(wanted.stdout)]).toMatchObject([
    2,
    { error: { code: "CONFITURE_SHADOW_UNAVAILABLE" } },
  ]);
});

test("no shadow database is left behind, whatever becomes of the build", async () => {
  await using db = await openTestDatabase({ sql: before });
  await using shadows = await watchShadows(db);
  using folder = projectFolder({ ...project, "bad.sql": "create table a (id int);\ncreate table b (id nothing);" });
  const { code, stdout } = await runConfiture(["diff", "--from", "env:local", "--to", "bad.sql", "--format", "json"], {
    cwd: folder.path,
    env: { DATABASE_URL: shadows.url },
  });
  expect([code, JSON.parse(stdout)]).toMatchObject([
    3,
    { error: { code: "CONFITURE_STATEMENT_FAILED", at: { file: "bad.sql", line: 2, column: 20 } } },
  ]);
  expect(await shadows.left()).toEqual([]);
});

test("what somebody names that is no schema is refused before a server is asked, and no password is repeated", async () => {
  const password = "s3cr3t-pa55";
  await using db = await openTestDatabase();
  using folder = projectFolder({ ...project, "syntax.sql": "create tabel t ();", "none/readme.md": "" });
  const wrong: readonly (readonly [readonly string[], number, string, RegExp])[] = [
    [["env:nowhere", "."], 2, "CONFITURE_ENVIRONMENT_UNKNOWN", /nowhere/],
    [["env:", "."], 2, "CONFITURE_USAGE", /names no schema/],
    [["missing", "."], 2, "CONFITURE_FILE_NOT_FOUND", /`missing`/],
    [["none", "."], 2, "CONFITURE_LOAD_ORDER", /no \.sql file/],
    [["none/readme.md", "."], 2, "CONFITURE_LOAD_ORDER", /readme/],
    [["syntax.sql", "."], 2, "CONFITURE_SQL_SYNTAX", /syntax error/],
    [[".", "."], 2, "CONFITURE_USAGE", /the same/],
    [[`postgres://me:${password}@127.0.0.1:1/x`, "."], 3, "CONFITURE_CONNECT_FAILED", /127\.0\.0\.1:1/],
    [[`postgres://me:${password}%zz@127.0.0.1/x`, "."], 2, "CONFITURE_URL_INVALID", /URL/],
    [[`mysql://me:${password}@127.0.0.1/x`, "."], 2, "CONFITURE_USAGE", /mysql/],
  ];
  for (const [[from = "", to = ""], exit, code, says] of wrong) {
    for (const format of ["json", "pretty"]) {
      const ending = await runConfiture(["diff", "--from", from, "--to", to, "--format", format, "--verbose"], {
        cwd: folder.path,
        env: { DATABASE_URL: db.url },
      });
      const all = ending.stdout + ending.stderr;
      expect([from, ending.code, all]).toEqual([from, exit, expect.stringMatching(says)]);
      expect(all).toContain(code);
      expect(all).not.toContain(password);
    }
  }
});

test("a URL is shown without its password", async () => {
  await using db = await openTestDatabase({ sql: before });
  using folder = projectFolder(project);
  const url = new URL(db.url);
  const { stdout } = await runConfiture(["diff", "--from", db.url, "--to", ".", "--format", "json"], {
    cwd: folder.path,
    env: { DATABASE_URL: db.url },
  });
  const { from } = JSON.parse(stdout) as { readonly from: unknown };
  url.password = "";
  const shown = url.href.replace("@", ":***@");
  expect(from).toEqual({ kind: "url", name: new URL(db.url).password === "" ? db.url : shown });
});
