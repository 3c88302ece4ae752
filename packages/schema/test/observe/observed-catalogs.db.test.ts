import { openTestDatabase, testOnEachVersion, testVersions } from "@confiture/testkit";
import { expect, test } from "vitest";
import { observedCatalogs } from "../../src/observe/observation-query.js";

/** Catalogs the observer does not go through row by row, each with the reason. */
const notWalked: Readonly<Record<string, string>> = {
  pg_auth_members: "of the server",
  pg_authid: "of the server",
  pg_database: "of the server",
  pg_db_role_setting: "settings tied to the database, not schema in it",
  pg_depend: "what it alone knows stands with the objects",
  pg_description: "an annotation",
  pg_enum: "an annotation",
  pg_inherits: "an annotation",
  pg_init_privs: "what privileges are held against",
  pg_largeobject: "data",
  pg_largeobject_metadata: "data",
  pg_parameter_acl: "of the server",
  pg_replication_origin: "of the server",
  pg_seclabel: "an annotation",
  pg_shdepend: "follows from the objects",
  pg_shdescription: "of the server",
  pg_shseclabel: "of the server",
  pg_statistic: "data",
  pg_statistic_ext_data: "data",
  pg_subscription_rel: "how far replication is",
  pg_tablespace: "of the server",
  pg_ts_config_map: "asked for with its configuration",
  pg_user_mapping: "seen through pg_user_mappings, which everybody may read",
};

testOnEachVersion("every catalog of the server is walked by the observer, or named here", async (version) => {
  await using db = await openTestDatabase({ version });
  const { rows } = await db.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r'",
  );
  const walked = new Set(observedCatalogs.map(({ catalog }) => catalog));
  expect(rows.map(({ name }) => name).filter((name) => !walked.has(name) && notWalked[name] === undefined)).toEqual([]);
});

// The oldest and the newest have between them all that any server in between has.
const wholeRange = testVersions.includes(13) && testVersions.includes(18);

test.runIf(wholeRange)("what the observer says about a column is about one that some server has", async () => {
  const there = new Set<string>();
  for (const version of testVersions) {
    await using db = await openTestDatabase({ version });
    const { rows } = await db.query<{ name: string }>(`
      select c.relname || '.' || a.attname as name
      from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'pg_catalog'::regnamespace and a.attnum > 0`);
    for (const { name } of rows) there.add(name);
  }
  const said = observedCatalogs.flatMap((rules) => {
    const { catalog, leftOut, refers = {}, numbers = {}, expressions = {}, owner, acl } = rules;
    const lists = [...(rules.options ?? []), ...(rules.unordered ?? [])];
    const columns = [leftOut, refers, numbers, expressions].flatMap((columnsOf) => Object.keys(columnsOf));
    return [...columns, ...lists, owner, acl?.column]
      .filter((column) => column !== undefined)
      .map((column) => `${catalog}.${column}`);
  });
  expect(said.filter((column) => !there.has(column))).toEqual([]);
});
