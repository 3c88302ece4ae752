import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { expectDocument } from "./document-schema.js";
import { projectFolder, runConfiture } from "./run-confiture.js";

const config = "environments:\n  local:\n    database_url: ${DATABASE_URL}\n";
const ddl = "create table orders (id bigint primary key, note text);";
const project = { "confiture.yaml": config, "db/schema/10_orders.sql": ddl };

testOnEachVersion("drift names each object that is not as the DDL says, and in what, and exits 1", async (version) => {
  await using db = await openTestDatabase({ version });
  using folder = projectFolder(project);
  const run = async (...args: string[]) => {
    const ending = await runConfiture(["drift", "--env", "local", ...args], {
      cwd: folder.path,
      env: { DATABASE_URL: db.url },
    });
    return ending;
  };
  const json = async (...args: string[]) => {
    const { code, stdout } = await run("--format", "json", ...args);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    if (code !== 2) expectDocument(document, "drift.v1");
    return { code, document };
  };
  await runConfiture(["build", "--apply"], { cwd: folder.path, env: { DATABASE_URL: db.url } });
  expect(await json()).toMatchObject({ code: 0, document: { drifted: false, changes: [], serverVersion: version } });
  await db.query(
    "alter table orders alter note type varchar(9); create index hot on orders (note); alter table orders drop constraint orders_pkey",
  );
  const { code, document } = await json();
  expect([code, document.drifted]).toEqual([1, true]);
  expect(document.changes).toEqual([
    {
      change: "changed",
      kind: "column",
      name: "public.orders.note",
      fields: [{ field: "type", wanted: "text", is: "character varying(9)" }],
    },
    { change: "removed", kind: "constraint", name: "orders_pkey on public.orders", fields: [] },
    { change: "added", kind: "index", name: "public.hot", fields: [] },
    { change: "removed", kind: "index", name: "public.orders_pkey", fields: [] },
  ]);
  const screen = await run("--quiet");
  expect([screen.code, screen.stderr]).toEqual([1, ""]);
  expect(screen.stdout.trimEnd().split("\n")).toEqual([
    "~ column public.orders.note  different",
    "    type: wanted text, is character varying(9)",
    "- constraint orders_pkey on public.orders  missing",
    "+ index public.hot  not in the DDL",
    "- index public.orders_pkey  missing",
    "",
    "4 differences: 2 missing, 1 different, 1 not in the DDL.",
  ]);
});

test("what was not inspected is listed, and does not pass in silence", async () => {
  await using db = await openTestDatabase({ sql: ddl });
  await db.query("select lo_create(0)");
  using folder = projectFolder(project);
  const run = (...args: string[]) =>
    runConfiture(["drift", ...args], { cwd: folder.path, env: { DATABASE_URL: db.url } });
  const { code, stdout, stderr } = await run("--no-grants");
  expect([code, stdout]).toEqual([0, "local is as the DDL says (1 file), as far as it was inspected.\n"]);
  expect(stderr).toContain("not inspected large objects 1: in the environment; it is not part of a catalog\n");
  expect(stderr).toContain("not inspected grants and default privileges: --no-grants\n");
  expect(stderr).toContain("not inspected owners: ");
  const { notInspected } = JSON.parse((await run("--format", "json")).stdout) as {
    readonly notInspected: readonly { readonly what: string }[];
  };
  expect(notInspected.map(({ what }) => what)).toEqual(["large objects 1", "owners"]);
});

test("an environment that holds nothing, held against DDL that makes nothing, is an error", async () => {
  await using db = await openTestDatabase();
  using folder = projectFolder({ ...project, "db/schema/10_orders.sql": "-- to be written" });
  const { code, stdout } = await runConfiture(["drift", "--format", "json"], {
    cwd: folder.path,
    env: { DATABASE_URL: db.url },
  });
  expect([code, JSON.parse(stdout)]).toMatchObject([2, { error: { code: "CONFITURE_NOTHING_INSPECTED" } }]);
});

test("drift holds an environment against DDL elsewhere with --against, and against nothing but DDL", async () => {
  await using db = await openTestDatabase({ sql: ddl });
  using folder = projectFolder({ ...project, "release/schema.sql": `${ddl}\ncreate view v as select 1 as one;` });
  const run = (against: string) =>
    runConfiture(["drift", "--against", against, "--format", "json"], {
      cwd: folder.path,
      env: { DATABASE_URL: db.url },
    });
  for (const path of ["release", "release/schema.sql"]) {
    const { code, stdout } = await run(path);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      1,
      {
        against: { kind: "ddl", name: path, files: 1 },
        changes: [{ change: "removed", kind: "view", name: "public.v" }],
      },
    ]);
  }
  const url = await run(db.url);
  expect([url.code, JSON.parse(url.stdout)]).toMatchObject([2, { error: { code: "CONFITURE_USAGE" } }]);
});
