import { parseSqlFile, standaloneStatements } from "@confiture/sql";
import { describeEachVersion, openTestDatabase, type ServerVersion, type TestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { allowedInTransaction } from "./allowed-in-transaction.js";

interface Probe {
  readonly setup?: readonly string[];
  readonly probe: string;
  readonly cleanup?: readonly string[];
}

async function withProbe(version: ServerVersion, row: Probe, check: (db: TestDatabase) => Promise<void>) {
  await using db = await openTestDatabase({ version });
  try {
    for (const sql of row.setup ?? []) await db.query(sql);
    await check(db);
  } finally {
    for (const sql of row.cleanup ?? []) await db.query(sql).catch(ignoreMissing);
  }
}

/** The probe itself may have removed what the cleanup is for. */
function ignoreMissing(error: unknown): void {
  if (!["42704", "3D000"].includes(sqlState(error) ?? "")) throw error;
}

async function sqlStateInTransaction(db: TestDatabase, sql: string): Promise<string | undefined> {
  await db.query("begin");
  try {
    await db.query(sql);
    return undefined;
  } catch (error) {
    return sqlState(error);
  } finally {
    await db.query("rollback");
  }
}

function sqlState(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

async function transactionalityOf(sql: string) {
  const { statements } = await parseSqlFile(sql, { file: "probe.sql" });
  expect(statements.map((statement) => statement.kind)).not.toContain("unparsable");
  return statements[0]!.transactionality;
}

describeEachVersion("standalone statements", (version) => {
  for (const row of standaloneStatements.filter(({ since = 13 }) => since <= version)) {
    test(`${row.form} is refused in a transaction, and recognised`, async () => {
      expect(await transactionalityOf(row.probe)).toMatchObject({ kind: "alone" });
      await withProbe(version, row, async (db) => {
        expect(await sqlStateInTransaction(db, row.probe)).toBe(row.refusal);
      });
    });
    test.skipIf(row.notRunAlone !== undefined)(`${row.form} runs alone`, async () => {
      await withProbe(version, row, async (db) => {
        await db.query(row.probe);
      });
    });
  }
});

describeEachVersion("statements that look as if they ran alone", (version) => {
  for (const row of allowedInTransaction.filter(({ since = 13 }) => since <= version)) {
    test(`${row.probe} is allowed in a transaction, and recognised`, async () => {
      const { kind } = await transactionalityOf(row.probe);
      expect(["transactional", "adds-enum-value"]).toContain(kind);
      await withProbe(version, row, async (db) => {
        expect(await sqlStateInTransaction(db, row.probe)).toBeUndefined();
      });
    });
  }
});
