import { compareCatalogs, readCatalog } from "@confiture/schema";
import { openTestDatabase, type TestDatabase, testVersions } from "@confiture/testkit";
import { expect, test } from "vitest";
import { dropSubscriptions, oneOfEverything } from "./one-of-everything.js";
import { dumpSchema, pgDumpReads, whyNoPgDump } from "./pg-dump.js";

for (const version of testVersions) {
  test.runIf(pgDumpReads(version))(
    `what pg_dump writes and another database restores has the same catalog (PostgreSQL ${version}${whyNoPgDump(version)})`,
    async () => {
      await using source = await openTestDatabase({ version });
      await source.query(oneOfEverything(version));
      await using _source = subscriptionsOf(source);
      await source.query(whatADumpCannotSay);
      await using target = await openTestDatabase({ version });
      await restore(target, await dumpSchema(source.url));
      await using _target = subscriptionsOf(target);
      const [before, after] = [await readCatalog(source), await readCatalog(target)];
      expect(compareCatalogs(before, after, { columnOrder: true })).toEqual([]);
      // PostgreSQL 13 lets every function depend on the transforms that are there when it is made, used or not.
      expect({ ...after, dependencies: [] }).toEqual({ ...before, dependencies: [] });
    },
  );
}

function subscriptionsOf(db: TestDatabase): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => dropSubscriptions(db) };
}

/** Labels need a provider to be restored, and a language's handler is dumped only where it is not an extension's. */
const whatADumpCannotSay = `
  set allow_system_table_mods = on; delete from pg_seclabel; reset allow_system_table_mods;
  drop language other_plpgsql; drop language spare_language`;

/** Its output is SQL but for the lines that only psql understands. */
async function restore(db: TestDatabase, script: string): Promise<void> {
  await using session = await db.openSession();
  await session.query(script.replaceAll(/^\\.*$/gm, ""));
}
