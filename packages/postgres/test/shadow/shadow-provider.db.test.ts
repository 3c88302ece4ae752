import { connectDatabase, shadowProvider } from "@confiture/postgres";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";

async function shadowsOn(database: {
  query: (text: string) => Promise<{ rows: { datname: string }[] }>;
}): Promise<string[]> {
  const { rows } = await database.query("select datname from pg_database where datname like 'confiture_shadow_%'");
  return rows.map((row) => row.datname);
}

testOnEachVersion(
  "a shadow is an empty database with the source's encoding and locale, gone when disposed",
  async (version) => {
    await using database = await openTestDatabase({ version, sql: "create table t (n int)" });
    const locale =
      "select to_jsonb(d) - '{oid,datname,dattablespace,datfrozenxid,datminmxid,datacl,datdba,datistemplate}'::text[] as d from pg_database d where datname = current_database()";
    const shadow = await shadowProvider({ url: database.url }).create(version);
    let name = "";
    {
      await using session = await shadow.openSession();
      const { rows } = await session.query<{ name: string; found: string | null }>(
        "select current_database() as name, to_regclass('t') as found",
      );
      expect(rows[0]).toEqual({
        name: expect.stringMatching(/^confiture_shadow_\d{8}t\d{6}_[0-9a-f]{8}$/),
        found: null,
      });
      name = rows[0]!.name;
      expect((await session.query(locale)).rows).toEqual((await database.query(locale)).rows);
      await session.query("create table left_over (n int)");
    }
    const forgotten = await shadow.openSession();
    expect(await shadowsOn(database as never)).toContain(name);
    await shadow[Symbol.asyncDispose]();
    await expect(forgotten.query("select 1")).rejects.toMatchObject({ code: "CONFITURE_CONNECTION_LOST" });
    expect(await shadowsOn(database as never)).not.toContain(name);
  },
);

test("a shadow of a run that died is dropped by the next, one in use is not", async () => {
  await using database = await openTestDatabase();
  const [dead, inUse, marked] = ["d", "e", "f"].map(
    (last) => `confiture_shadow_20200101t000000_${database.name.slice(-7)}${last}`,
  );
  const mark = "_lock(x'636f6e73'::int, hashtext($1))";
  // Marked first: another test's run may be cleaning up on this server right now.
  for (const name of [inUse, marked]) await database.query(`select pg_advisory${mark}`, [name]);
  for (const name of [dead, inUse, marked]) await database.query(`create database ${name}`);
  await using user = connectDatabase(database.url.replace(database.name, inUse!));
  await using session = await user.openSession();
  await session.query("select 1");
  await database.query(`select pg_advisory_un${mark.slice(1)}`, [inUse]);
  const shadow = await shadowProvider({ database }).create();
  await shadow[Symbol.asyncDispose]();
  const left = await shadowsOn(database as never);
  expect(left).not.toContain(dead);
  expect(left).toEqual(expect.arrayContaining([inUse, marked]));
  await user[Symbol.asyncDispose]();
  await database.query(`drop database ${inUse}`);
  await database.query(`drop database ${marked}`);
});

test("a role that may not create databases is told which grant is missing", async () => {
  await using database = await openTestDatabase();
  const role = `poor_${database.name}`;
  await database.query(`create role ${role} login password 'poor'`);
  const url = database.url.replace(/\/\/[^@]+@/, `//${role}:poor@`);
  await expect(shadowProvider({ url }).create()).rejects.toMatchObject({
    code: "CONFITURE_SHADOW_UNAVAILABLE",
    hint: expect.stringContaining(`alter role ${role} createdb`),
  });
  await database.query(`drop role ${role}`);
});

test("another major version than the server's is refused by name", async () => {
  await using database = await openTestDatabase();
  const other = database.version - 1;
  await expect(shadowProvider({ url: database.url }).create(other)).rejects.toMatchObject({
    code: "CONFITURE_SHADOW_UNAVAILABLE",
    message: expect.stringMatching(new RegExp(`PostgreSQL ${other} .*PostgreSQL ${database.version}`)),
  });
});

test("a shadow with a subscription goes like any other, and its publisher is not asked", async () => {
  await using database = await openTestDatabase();
  const shadow = await shadowProvider({ database }).create();
  let name = "";
  {
    await using session = await shadow.openSession();
    const { rows } = await session.query<{ name: string }>("select current_database() as name");
    name = rows[0]!.name;
    await session.query(
      "create subscription s connection 'host=127.0.0.1 port=1' publication p with (connect = false, slot_name = 'never')",
    );
  }
  await shadow[Symbol.asyncDispose]();
  expect(await shadowsOn(database as never)).not.toContain(name);
});
