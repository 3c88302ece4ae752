import { compareEffects, describeDifference, observeAlone, observeEffects, parseSqlFile } from "@confiture/sql";
import { describeEachVersion, openTestDatabase, type ServerVersion } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { observedAsEffect } from "./observed-as-effect.js";
import { readTruthCatalogs, type TruthCatalog } from "./truth-catalogs.js";
import { expectationOf, readTruth, recordOf, relationsOf, type TruthForm } from "./truth-forms.js";

const folder = process.env.CONFITURE_LOCKS;

describe.skipIf(folder === undefined)("observing a statement (CONFITURE_LOCKS)", () => {
  describeEachVersion("sees what others measured", (version) => {
    test("for each form that runs in a transaction", async () => {
      const { fixture, forms } = readTruth(folder!);
      const catalogs = await readTruthCatalogs(fixture, forms, version);
      const { inspected, different } = await observeAll({ fixture, forms, version, catalogs });
      expect(different).toEqual([]);
      expect(inspected).toBeGreaterThan(280);
    });

    test("for each form that runs alone", async () => {
      const { fixture, forms } = readTruth(folder!);
      const catalogs = await readTruthCatalogs(fixture, [], version);
      const { inspected, different } = await observeAllAlone({ fixture, forms, version, catalogs });
      expect(different).toEqual([]);
      expect(inspected).toBeGreaterThan(6);
    });
  });
});

interface Work {
  readonly fixture: string;
  readonly forms: readonly TruthForm[];
  readonly version: ServerVersion;
  readonly catalogs: ReadonlyMap<string, TruthCatalog>;
}

async function observeAll({ fixture, forms, version, catalogs }: Work) {
  await using database = await openTestDatabase({ version, sql: fixture });
  await using session = await database.openSession();
  const different: string[] = [];
  let inspected = 0;
  for (const form of forms) {
    const record = recordOf(form, version);
    const start = catalogs.get(form.pre ?? "");
    if (record === undefined || start?.kind !== "read" || !(await runsHere(form))) continue;
    const measured = expectationOf(form, record, relationsOf(start.catalog)).effect;
    // What `pre` locked is told apart as held before.
    await session.query(`begin; create role lr1; create role lr2; ${form.pre ?? ""}; ${form.setup ?? ""}`);
    const observed = await observeEffects(session, form.sql).finally(() => session.query("rollback"));
    const { under, over } = compareEffects(observedAsEffect(measured), observed);
    const differences = [...under, ...over].map(describeDifference);
    if (differences.length > 0) different.push(`${form.id}: ${form.sql}: ${differences.join("; ")}`);
    inspected += 1;
  }
  return { inspected, different };
}

async function observeAllAlone({ fixture, forms, version, catalogs }: Work) {
  const different: string[] = [];
  let inspected = 0;
  for (const form of forms) {
    const record = recordOf(form, version);
    const start = catalogs.get("");
    const [statement] = (await parseSqlFile(form.sql, { file: form.id })).statements;
    if (statement?.transactionality.kind !== "alone" || record === undefined || start?.kind !== "read") continue;
    await using database = await openTestDatabase({ version, sql: fixture });
    const observed = await observeAlone(database, statement);
    const expected = expectationOf(form, record, relationsOf(start.catalog)).effect;
    // Measured were the first lock on each relation and the waits: here too, what was seen may be weaker than what came.
    const { under, over } = compareEffects(observedAsEffect(observed), expected);
    const differences = [...under, ...over].filter(({ what }) => what !== "index_lock").map(describeDifference);
    if (differences.length > 0) different.push(`${form.id}: ${form.sql}: ${differences.join("; ")}`);
    inspected += 1;
  }
  return { inspected, different };
}

/** Not what runs alone, and not what needs a tablespace: that is a folder on the server's machine. */
async function runsHere({ id, sql }: TruthForm): Promise<boolean> {
  const { statements } = await parseSqlFile(sql, { file: id });
  return statements[0]?.transactionality.kind !== "alone" && !/\bts2\b/.test(sql);
}
