import { connectDatabase } from "@confiture/postgres";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { migrate, readEvents, readStatus } from "../src/index.js";
import { migrationsFolder } from "./migrations-folder.js";

testOnEachVersion("a role that may not read our tables is told the grants it needs, and they do", async (version) => {
  await using db = await openTestDatabase({ version });
  using folder = migrationsFolder({ "001_a.up.sql": "create table a (n int);" });
  const source = { migrations: folder.path };
  await migrate(db, source);
  const role = `Reader_${version}_${process.pid}`;
  await db.query(`create role "${role}" login password 'nothing'`);
  try {
    const url = new URL(db.url);
    [url.username, url.password] = [role, "nothing"];
    await using reader = await connectDatabase(url.href);
    const refused = {
      code: "CONFITURE_OWN_TABLES",
      message: `Role "${role}" may not read our own tables: permission denied for schema confiture.`,
      hint: `Let their owner run: grant usage on schema confiture to "${role}"; grant select on all tables in schema confiture to "${role}";`,
    };
    await expect(readStatus(reader, source)).rejects.toMatchObject(refused);
    await expect(readEvents(reader)).rejects.toMatchObject(refused);
    await expect(migrate(reader, source)).rejects.toMatchObject(refused);
    await db.query(`grant usage on schema confiture to "${role}"`);
    await expect(readStatus(reader, source)).rejects.toMatchObject({
      message: `Role "${role}" may not read our own tables: permission denied for table migrations.`,
    });
    await db.query(`grant select on all tables in schema confiture to "${role}"`);
    expect((await readStatus(reader, source)).pending).toEqual([]);
    expect(await readEvents(reader)).toHaveLength(1);
  } finally {
    await db.query(`drop owned by "${role}"; drop role "${role}"`);
  }
});
