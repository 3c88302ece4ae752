import { connectDatabase } from "@confiture/postgres";
import { openTestDatabase, pgbouncerBinary, startPgbouncer } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { migrate, readStatus, rollback } from "../src/index.js";
import { migrationsFolder } from "./migrations-folder.js";

const files = {
  "001_a.up.sql": "create table a (id int);\ncreate index concurrently a_id on a (id);",
  "001_a.down.sql": "drop table a;",
};

describe.skipIf(pgbouncerBinary === undefined)("through PgBouncer", () => {
  test.each(["transaction", "statement"])("%s pooling is refused before anything runs", async (mode) => {
    await using db = await openTestDatabase();
    await using pgbouncer = await startPgbouncer(db.url, { pool_mode: mode });
    await using through = connectDatabase(pgbouncer.url);
    using folder = migrationsFolder(files);
    await expect(migrate(through, { migrations: folder.path })).rejects.toMatchObject({
      code: "CONFITURE_POOLER",
      hint: expect.stringContaining("session"),
    });
    const { rows } = await db.query("select to_regclass('a') as a, to_regnamespace('confiture') as own");
    expect(rows).toEqual([{ a: null, own: null }]);
  });

  test("session pooling works, there and back", async () => {
    await using db = await openTestDatabase();
    await using pgbouncer = await startPgbouncer(db.url, { pool_mode: "session" });
    await using through = connectDatabase(pgbouncer.url);
    using folder = migrationsFolder(files);
    expect((await migrate(through, { migrations: folder.path })).applied).toHaveLength(1);
    expect((await rollback(through, { migrations: folder.path })).applied).toHaveLength(1);
    expect((await readStatus(db, { migrations: folder.path })).pending).toHaveLength(1);
  });
});
