import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isConfitureError } from "@confiture/model";
import { afterAll, describe, expect, test } from "vitest";
import { type Config, loadConfig, resolveEnvironment, resolveLoadOrder } from "../src/index.js";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function project(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "confiture-config-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

async function load(text: string, env: Record<string, string> = {}): Promise<Config> {
  return loadConfig({ cwd: await project({ "confiture.yaml": text }), env });
}

/** What a person would see: code, place, message and hint in one line. */
async function failure(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (!isConfitureError(error)) throw error;
    const at = error.at === undefined ? "" : `${error.at.file}:${error.at.line}:${error.at.column} `;
    return `${error.code} ${at}${error.message}${error.hint === undefined ? "" : ` | ${error.hint}`} ${JSON.stringify(error.facts)}`;
  }
  throw new Error("nothing was refused");
}

test("an empty file is a configuration: everything has its default", async () => {
  const config = await load("");
  expect(config.schema).toEqual({ loadOrder: ["db/schema/**/*.sql"], order: "listed" });
  expect(config.migrations).toEqual({
    directory: "db/migrations",
    ownSchema: "confiture",
    lockTimeoutMs: 2_000,
    lockRetryMs: 300_000,
    lockWaitMs: 30_000,
    statementTimeoutMs: 0,
    idleInTransactionTimeoutMs: 60_000,
    concurrentlyDeadlineMs: 3_600_000,
    maxLockHoldMs: 5_000,
  });
  expect(resolveEnvironment(config, { env: {} })).toEqual({
    name: "local",
    databaseUrl: "embedded",
    loadOrder: ["db/schema/**/*.sql"],
  });
});

test("confiture.yaml is found in a folder above", async () => {
  const folder = await project({ "confiture.yaml": "", "db/migrations/.keep": "" });
  const config = await loadConfig({ cwd: join(folder, "db/migrations"), env: {} });
  expect(config.root).toBe(folder);
});

test("a variable is needed only by the environment that is used", async () => {
  const config = await load(
    "environments:\n  local: { database_url: embedded }\n  prod:\n    database_url: postgres://app:${PROD_PW}@db/app\n",
  );
  expect(resolveEnvironment(config, { env: {} }).databaseUrl).toBe("embedded");
  expect(resolveEnvironment(config, { name: "prod", env: { PROD_PW: "s3cret" } }).databaseUrl).toBe(
    "postgres://app:s3cret@db/app",
  );
  expect(await failure(() => resolveEnvironment(config, { name: "prod", env: {} }))).toMatch(
    /^CONFITURE_VARIABLE_MISSING confiture\.yaml:4:34 The environment variable PROD_PW is not set\. \| Set it/,
  );
});

test("an environment may stand in a file of its own, named by the file unless it says otherwise", async () => {
  const cwd = await project({
    "confiture.yaml": "",
    "environments/production.yaml":
      "environment:\n  name: production\n  database_url: postgres://db/app\n  load_order: [db/a]\n",
    "environments/staging.yaml": "environment:\n  database_url: postgres://stage/app\n",
  });
  const config = await loadConfig({ cwd, env: {} });
  expect(Object.keys(config.environments).sort()).toEqual(["production", "staging"]);
  expect(resolveLoadOrder(config, { name: "production", env: {} })).toEqual(["db/a"]);
  expect(resolveLoadOrder(config, { name: "staging", env: {} })).toEqual(["db/schema/**/*.sql"]);
  expect(await failure(() => resolveEnvironment(config, { env: {} }))).toContain("There are: production, staging");
});

test("one `environment:` at the top gives the project its load order", async () => {
  const config = await load("environment:\n  name: production\n  load_order:\n    - db/0_schema/00_common/**/*\n");
  expect(config.schema.loadOrder).toEqual(["db/0_schema/00_common/**/*"]);
  expect(resolveLoadOrder(config, { env: {} })).toEqual(["db/0_schema/00_common/**/*"]);
});

test("every problem of a file is in one error, in the order of the file", async () => {
  const message = await failure(() =>
    load("migrations:\n  lock_timeout: 3 parsecs\n  lock_retry: 0\nfoo: 1\nschema: { oder: listed, load_order: db }\n"),
  );
  expect(message).toContain("CONFITURE_CONFIG_INVALID confiture.yaml:2:17 5 problems");
  expect(message).toContain("confiture.yaml:3:15 `migrations.lock_retry` must be more than 0.");
  expect(message).toContain("confiture.yaml:4:1 There is no key `foo`. Known: environments");
  expect(message).toContain("confiture.yaml:5:11 There is no key `oder` in `schema`. Did you mean `order`?");
  expect(message).toContain("confiture.yaml:5:37 `schema.load_order` must be a list.");
});

describe("what is refused, and where", () => {
  const cases: readonly (readonly [name: string, text: string, expected: string])[] = [
    [
      "a key that is nearly one",
      "migratons: {}",
      "confiture.yaml:1:1 There is no key `migratons`. Did you mean `migrations`?",
    ],
    [
      "a part that does not exist yet",
      "schema: {}\nlinting: {}",
      "confiture.yaml:2:1 `linting` configures a part that this version",
    ],
    [
      "such a part inside an environment",
      "environment:\n  name: x\n  linting: {}",
      "confiture.yaml:3:3 `linting` configures a part",
    ],
    ["a tab as indentation", "schema:\n\torder: listed", "confiture.yaml:2:1 A tab cannot indent YAML"],
    [
      "a key that stands twice",
      "schema: {}\nschema: {}",
      "confiture.yaml:2:1 This key stands here for the second time",
    ],
    ["a quote without an end", 'schema:\n  order: "listed\n', "confiture.yaml:"],
    ["a list where a map belongs", "- a\n- b", "confiture.yaml:1:1 The file must be a map"],
    ["a second document", "schema: {}\n---\nschema: {}", "confiture.yaml:2:1 There is a second document"],
    [
      "an order that is none",
      "schema: { order: random }",
      "confiture.yaml:1:18 `schema.order` must be `listed` or `dependencies`",
    ],
    ["an empty load order", "schema: { load_order: [] }", "confiture.yaml:1:23 `schema.load_order` must not be empty"],
    [
      "a number in the load order",
      "schema: { load_order: [7] }",
      "confiture.yaml:1:24 `schema.load_order[1]` must be a text",
    ],
    ["a negative time", "migrations: { lock_wait: -1s }", "confiture.yaml:1:26 `migrations.lock_wait` must be a time"],
    ["a time beyond what PostgreSQL keeps", "migrations: { lock_wait: 30d }", "at most 24 days"],
    ["a schema PostgreSQL keeps for itself", "migrations: { own_schema: pg_mine }", "confiture.yaml:1:27"],
    [
      "a URL that is no text",
      "environments: { a: { database_url: [x] } }",
      "`environments.a.database_url` must be a text",
    ],
    [
      "a rename that is no text",
      "diff: { renames: [{ a: b }] }",
      "confiture.yaml:1:19 `diff.renames[1]` must be a text",
    ],
    ["an alias without an anchor", "schema: *x", "confiture.yaml:1:9 An alias"],
    [
      "a `${` that is no variable",
      "schema: { order: '${1x}' }",
      "confiture.yaml:1:19 A `${` here is not followed by a variable",
    ],
  ];
  test.each(cases)("%s", async (_name, text, expected) => {
    expect(await failure(() => load(text))).toContain(expected);
  });

  test("a variable that is missing outside of an environment", async () => {
    expect(await failure(() => load("migrations:\n  directory: ${MIGRATIONS}/sql"))).toContain(
      "CONFITURE_VARIABLE_MISSING confiture.yaml:2:14 The environment variable MIGRATIONS is not set.",
    );
  });

  test("one name for two environments", async () => {
    const cwd = await project({
      "confiture.yaml": "environments:\n  prod: {}\n",
      "environments/prod.yaml": "environment:\n  database_url: embedded\n",
    });
    expect(await failure(() => loadConfig({ cwd, env: {} }))).toMatch(/environments\/prod\.yaml:1:1 .*second time/);
  });

  test("no file at all, and none of the name given", async () => {
    const cwd = await project({});
    expect(await failure(() => loadConfig({ cwd, env: {} }))).toMatch(/^CONFITURE_CONFIG_NOT_FOUND .*confiture init/);
    expect(await failure(() => loadConfig({ cwd, file: "other.yaml", env: {} }))).toContain("`other.yaml`");
  });

  test("an environment nobody wrote", async () => {
    const config = await load("environments: { production: {}, staging: {} }");
    expect(await failure(() => resolveEnvironment(config, { name: "prodution", env: {} }))).toContain(
      "Did you mean `production`?",
    );
    expect(await failure(() => resolveEnvironment(config, { name: "production", env: {} }))).toContain(
      "has no `database_url`",
    );
  });
});

test("declared renames keep their places", async () => {
  const { diff } = await load("diff:\n  renames:\n    - table a to b\n    - column b.c to d");
  expect(diff.renames.map(({ text, at }) => `${at.line}:${at.column} ${text}`)).toEqual([
    "3:7 table a to b",
    "4:7 column b.c to d",
  ]);
  expect((await load("")).diff).toEqual({ renames: [] });
});

describe("a password never appears in an error", () => {
  const secret = "hunter2";
  const texts = [
    `environments: { a: { database_url: "mysql://u:${secret}@h/d" } }`,
    `environments: { a: { database_url: "postgres://u:${secret}#x@h/d" } }`,
    `environments: { a: { database_url: "postgres://u:${secret}/x@h/d" } }`,
    `environments: { a: { database_url: "postgres://u:12?${secret}@h/d" } }`,
    `environments: { a: { database_url: "postgres://u:@${secret}@h/d" } }`,
    `environments: { a: { database_url: "postgres://u:${secret}@h:port/d" } }`,
    `environments: { a: { database_url: "postgres://u:${secret} x@h/d" } }`,
    `environments: { a: { database_url: "postgres://u:%zz${secret}@h/d" } }`,
    `environments: { a: { database_url: "postgres://h/d", shadow_database_url: "http://u:${secret}@h" } }`,
    `environments: { a: { "postgres://u:${secret}@h/d": 1 } }`,
    `environments: { a: { database_url: ["postgres://u:${secret}@h/d"] } }`,
    `environments:\n  a:\n    database_url: "postgres://u:${secret}@h/d\n`,
    `environments:\n  a:\n    database_url: *postgres://u:${secret}@h/d\n`,
    `environments:\n  a: postgres://u:${secret}@h/d\n`,
  ];
  test.each(texts)("%s", async (text) => {
    const said = await failure(async () => resolveEnvironment(await load(text), { name: "a", env: {} }));
    expect(said).not.toContain(secret);
  });
});
