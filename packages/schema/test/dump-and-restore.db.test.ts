import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { compareCatalogs, readCatalog } from "@confiture/schema";
import { openTestDatabase, type TestDatabase, testVersions } from "@confiture/testkit";
import { expect, test } from "vitest";
import { dropSubscriptions, oneOfEverything } from "./one-of-everything.js";

const pgDump = "pg_dump";

/** It reads servers up to its own version; undefined where there is none. */
const pgDumpVersion = readPgDumpVersion();

function readPgDumpVersion(): number | undefined {
  const { status, stdout } = spawnSync(pgDump, ["--version"], { encoding: "utf8" });
  return status === 0 ? Number(/\d+/.exec(stdout)?.[0]) : undefined;
}

for (const version of testVersions) {
  const reason = pgDumpVersion === undefined ? "no pg_dump here" : `pg_dump here is ${pgDumpVersion}`;
  const possible = pgDumpVersion !== undefined && pgDumpVersion >= version;
  test.runIf(possible)(
    `what pg_dump writes and another database restores has the same catalog (PostgreSQL ${version}${possible ? "" : `: ${reason}`})`,
    async () => {
      await using source = await openTestDatabase({ version });
      await source.query(oneOfEverything(version));
      await using _source = subscriptionsOf(source);
      await source.query(whatADumpCannotSay);
      await using target = await openTestDatabase({ version });
      await restore(target, await dump(source));
      await using _target = subscriptionsOf(target);
      const [before, after] = [await readCatalog(source), await readCatalog(target)];
      expect(compareCatalogs(before, after, { columnOrder: true })).toEqual([]);
      expect(after).toEqual(before);
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

async function dump(db: TestDatabase): Promise<string> {
  const { stdout } = await promisify(execFile)(pgDump, ["--schema-only", db.url], { maxBuffer: 2 ** 28 });
  return stdout;
}

/** Its output is SQL but for the lines that only psql understands. */
async function restore(db: TestDatabase, script: string): Promise<void> {
  await using session = await db.openSession();
  await session.query(script.replaceAll(/^\\.*$/gm, ""));
}
