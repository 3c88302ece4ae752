import { parseSqlFile } from "@confiture/sql";
import { openTestDatabase, testVersions } from "@confiture/testkit";
import { expect, test } from "vitest";

const sql = `create table parent (n int) partition by list (n);
  create table part partition of parent for values in (1);`;

for (const version of testVersions.filter((one) => one >= 14)) {
  test(`DETACH PARTITION … FINALIZE is allowed in a transaction (PostgreSQL ${version})`, async () => {
    const finalize = "alter table parent detach partition part finalize";
    const { statements } = await parseSqlFile(finalize, { file: "f.sql" });
    expect(statements[0]!.transactionality).toEqual({ kind: "transactional" });
    await using db = await openTestDatabase({ version, sql });
    {
      await using reader = await db.openSession();
      await reader.query("begin");
      await reader.query("select from parent");
      await db.query("set statement_timeout = 500");
      await expect(db.query("alter table parent detach partition part concurrently")).rejects.toThrow(/timeout/);
      await reader.query("rollback");
    }
    await db.query("reset statement_timeout");
    await db.query("begin");
    await db.query(finalize);
    await db.query("commit");
    const { rows } = await db.query("select from pg_inherits");
    expect(rows).toHaveLength(0);
  });
}
