import { compareObservations, observeSchema } from "@confiture/schema";
import { longRun, openTestDatabase, testVersions } from "@confiture/testkit";
import { expect, test } from "vitest";
import { oneOfEverything } from "../one-of-everything.js";
import { dumpSchema, normalizeDump, pgDumpReads, whyNoPgDump } from "../pg-dump.js";
import { changeFiles, readChanges } from "../read-changes.js";

/** It keeps a database from being copied and dropped. */
const withoutSubscription = `
  alter subscription news disable; alter subscription news set (slot_name = none); drop subscription news`;

/** Put past the server's own rules, or server-wide; a dump knows nothing of it. */
const notDumped = /set (local )?allow_system_table_mods|subscription|tablespace/;

/** A dump has the secrets too, and the comment that initdb writes. */
const dumpedAlone = /password 'x'|comment on schema public is null/;

for (const version of testVersions) {
  test.runIf(pgDumpReads(version))(
    `what pg_dump writes differently the observer sees differently (PostgreSQL ${version}${whyNoPgDump(version)})`,
    { timeout: 600_000 },
    async () => {
      const sql = `${oneOfEverything(version)}; ${withoutSubscription}`;
      await using original = await openTestDatabase({ version, sql });
      const [dumped, observed] = [normalizeDump(await dumpSchema(original.url)), await observeSchema(original)];
      const changes = changeFiles
        .flatMap((file) => readChanges(file, version))
        .filter((change) => !notDumped.test(change.sql) && !dumpedAlone.test(change.sql))
        .filter((_, index) => longRun || index % 16 === 0);
      const unseen: string[] = [];
      for (const change of changes) {
        await using copy = await openTestDatabase({ version, sql });
        await copy.query(change.sql);
        const dumpDiffers = JSON.stringify(normalizeDump(await dumpSchema(copy.url))) !== JSON.stringify(dumped);
        const observedDiffers = compareObservations(observed, await observeSchema(copy)).length > 0;
        if (dumpDiffers && !observedDiffers) unseen.push(change.sql);
      }
      expect(unseen).toEqual([]);
    },
  );

  test.runIf(pgDumpReads(version))(
    `one of everything, built twice, is dumped the same (PostgreSQL ${version}${whyNoPgDump(version)})`,
    async () => {
      const build = async () => {
        const db = await openTestDatabase({ version });
        await db.query(`${oneOfEverything(version)}; ${withoutSubscription}`);
        return db;
      };
      await using one = await build();
      await using other = await build();
      const [left, right] = [normalizeDump(await dumpSchema(one.url)), normalizeDump(await dumpSchema(other.url))];
      expect(left.length).toBeGreaterThan(200);
      expect(right).toEqual(left);
    },
  );
}
