import type { Session } from "@confiture/model";
import { compareEffects, describeDifference, type ObservedEffect, observeEffects, parseSqlFile } from "@confiture/sql";
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
  });
});

interface Work {
  readonly fixture: string;
  readonly forms: readonly TruthForm[];
  readonly version: ServerVersion;
  readonly catalogs: ReadonlyMap<string, TruthCatalog>;
}

async function observeAll({ fixture, forms, version, catalogs }: Work) {
  await using fixtureAlone = await openTestDatabase({ version, sql: fixture });
  await using session = await fixtureAlone.openSession();
  const different: string[] = [];
  let inspected = 0;
  for (const form of forms) {
    const record = recordOf(form, version);
    const start = catalogs.get(form.pre ?? "");
    if (record === undefined || start?.kind !== "read" || !(await canRunHere(form))) continue;
    const expected = expectationOf(form, record, relationsOf(start.catalog)).effect;
    const observed =
      form.pre === undefined ? await observeIn(session, form) : await observeBehind(fixture, form, version);
    const { under, over } = compareEffects(observedAsEffect(observed), expected);
    // How a query reads its tables is the planner's choice.
    const differences = [...under, ...over].filter(
      ({ what, relation }) => what !== "scan" || !observed.perhapsScanned.includes(relation),
    );
    if (differences.length > 0)
      different.push(`${form.id}: ${form.sql}: ${differences.map(describeDifference).join("; ")}`);
    inspected += 1;
  }
  return { inspected, different };
}

/** Roles and tablespaces are the whole server's, and other tests run on it: only what a transaction takes back is made. */
async function canRunHere({ id, sql, pre = "" }: TruthForm): Promise<boolean> {
  const { statements } = await parseSqlFile(sql, { file: id });
  return statements[0]?.transactionality.kind !== "alone" && !/\bts2\b/.test(sql) && !/\blr1\b/.test(pre);
}

/** In a copy in which `pre` was committed: its locks would hide those of the form. */
async function observeBehind(fixture: string, form: TruthForm, version: ServerVersion): Promise<ObservedEffect> {
  await using database = await openTestDatabase({ version, sql: fixture });
  await using session = await database.openSession();
  await session.query(form.pre ?? "");
  return await observeIn(session, form);
}

async function observeIn(session: Session, { sql, setup = "" }: TruthForm): Promise<ObservedEffect> {
  await session.query(`begin; create role lr1; create role lr2; ${setup}`);
  return observeEffects(session, sql).finally(() => session.query("rollback"));
}
