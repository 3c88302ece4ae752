import { migrate, rehearse, rollback } from "@confiture/migrator";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrationsFolder } from "../migrations-folder.js";
import { notedHooks, noteTable } from "./noted-hooks.js";

const files = {
  "001_noted.up.sql": noteTable,
  "001_noted.down.sql": "drop table noted;",
  "002_t.up.sql": "create table t (id int);",
  "002_t.down.sql": "drop table t;",
};

testOnEachVersion("hooks run at their moments, on their connections, around one transaction", async (version) => {
  await using db = await openTestDatabase({ version });
  using folder = migrationsFolder(files);
  await migrate(db, { migrations: folder.path, to: "001" });
  const { hooks, ran } = notedHooks();
  const outcome = await migrate(db, { migrations: folder.path, hooks });
  expect(outcome.failed).toBeNull();
  expect(ran).toMatchInlineSnapshot(`
    [
      "before_plan_migration",
      "before_plan_migration (own)",
      "before_plan_migration (none)",
      "after_plan_migration",
      "after_plan_migration (own)",
      "after_plan_migration (none)",
      "migration_started",
      "migration_started (own)",
      "migration_started (none)",
      "before_execute",
      "before_execute (own)",
      "before_execute (none)",
      "before_validation (own)",
      "before_validation (none)",
      "before_ddl (own)",
      "before_ddl (none)",
      "before_validation",
      "before_ddl",
      "after_ddl",
      "after_validation",
      "after_ddl (own)",
      "after_ddl (none)",
      "after_validation (own)",
      "after_validation (none)",
      "cleanup",
      "cleanup (own)",
      "cleanup (none)",
      "on_success",
      "on_success (own)",
      "on_success (none)",
      "after_execute",
      "after_execute (own)",
      "after_execute (none)",
      "migration_completed",
      "migration_completed (own)",
      "migration_completed (none)",
    ]
  `);
});
