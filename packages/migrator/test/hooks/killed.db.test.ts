import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createMigrationHooks, type MigrationProgress, migrate, readEvents } from "@confiture/migrator";
import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrationsFolder } from "../migrations-folder.js";
import { noteTable } from "./noted-hooks.js";

const script = fileURLToPath(new URL("./killed-run.mjs", import.meta.url));

interface Case {
  readonly deadly: string;
  /** What the hooks left. */
  readonly noted: readonly string[];
  /** Versions that the next run applies. */
  readonly applied: readonly string[];
  /** Hooks that the next run tells of. */
  readonly interrupted: readonly string[];
}

const cases: readonly Case[] = [
  {
    deadly: "before_ddl own",
    // On a connection of its own it is committed, whatever becomes of the run.
    noted: ["before_ddl own"],
    applied: ["001"],
    interrupted: ["before_ddl-own, begun"],
  },
  { deadly: "before_ddl migration", noted: ["before_ddl own"], applied: ["001"], interrupted: [] },
  { deadly: "after_ddl migration", noted: ["before_ddl own"], applied: ["001"], interrupted: [] },
  {
    deadly: "after_ddl own",
    noted: ["before_ddl own", "before_ddl migration", "after_ddl migration", "after_ddl own"],
    applied: [],
    interrupted: ["after_ddl-own, begun", "cleanup-migration, not begun", "cleanup-own, not begun"],
  },
  {
    deadly: "cleanup migration",
    noted: ["before_ddl own", "before_ddl migration", "after_ddl migration", "after_ddl own"],
    applied: [],
    interrupted: ["cleanup-migration, not begun", "cleanup-own, not begun"],
  },
];

test.each(cases)("killed in the hook $deadly, the next run tells the truth", async (promised) => {
  await using db = await openTestDatabase({ sql: noteTable });
  using folder = migrationsFolder({ "001_t.up.sql": "create table t (id int);" });
  const killed = spawnSync(process.execPath, [script, db.url, folder.path, promised.deadly], { stdio: "inherit" });
  expect(killed.signal).toBe("SIGKILL");
  const told: MigrationProgress[] = [];
  const again = await migrate(db, {
    migrations: folder.path,
    hooks: createMigrationHooks(),
    onProgress: (event) => told.push(event),
  });
  expect(again.failed).toBeNull();
  expect(again.applied.map(({ version }) => version)).toEqual(promised.applied);
  const { rows } = await db.query<{ what: string }>("select what from noted");
  expect(rows.map(({ what }) => what)).toEqual(promised.noted);
  const say = ({ hook, begun }: { readonly hook: string; readonly begun: boolean }) =>
    `${hook}, ${begun ? "begun" : "not begun"}`;
  expect(again.interruptedHooks.map(say).sort()).toEqual(promised.interrupted);
  expect(told.flatMap((event) => (event.kind === "hook-interrupted" ? [say(event)] : [])).sort()).toEqual(
    promised.interrupted,
  );
  const events = (await readEvents(db)).filter(({ kind }) => kind === "hook_interrupted");
  expect(events.map(({ details }) => say(details as never)).sort()).toEqual(promised.interrupted);
  const open = await db.query("select from confiture.hook_executions where status in ('expected', 'started')");
  expect(open.rows).toEqual([]);
  // Told once.
  expect((await migrate(db, { migrations: folder.path })).interruptedHooks).toEqual([]);
});
