import { migrate, readEvents } from "@confiture/migrator";
import { openTestDatabase, type ServerVersion, type TestDatabase, testVersions } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { migrationsFolder } from "../migrations-folder.js";
import { notedHooks, noteTable } from "./noted-hooks.js";

interface Case {
  /** Which hook fails. */
  readonly failing: string;
  readonly sql?: string;
  /** What the outcome says. */
  readonly failed: string | null;
  readonly state: "applied" | "applying" | "none";
  readonly tables: readonly string[];
  /** Events in the order in which their hooks ran. */
  readonly ran: string;
  /** Events whose hooks on the migration's connection left what they did. */
  readonly kept: string;
  /** What `events` says of the migration. */
  readonly history: string;
  /** What `hook_executions` says of hooks that did not complete. */
  readonly recorded: string;
}

const begun = "migration_started migration_started(own) before_execute before_execute(own)";
const before = "before_validation(own) before_ddl(own) before_validation before_ddl";
const after = "after_ddl after_validation";
const behind = "after_ddl(own) after_validation(own) cleanup cleanup(own) on_success on_success(own)";
const well = "after_execute after_execute(own) migration_completed migration_completed(own)";
const badly = "on_error on_error(own) migration_failed migration_failed(own)";
const hookFailed = "CONFITURE_HOOK_FAILED";
const atStart = "migration_started before_execute";
const atBadEnd = "on_error migration_failed";
const all = `${atStart} before_validation before_ddl ${after} cleanup on_success after_execute migration_completed`;
const refused = { failed: hookFailed, state: "none", tables: [], history: "migration_failed" } as const;
const committed = { failed: null, state: "applied", tables: ["t"], history: "migration_completed" } as const;
const broken = "create table t (id int); select 1 / 0;";

const inOneTransaction: readonly Case[] = [
  {
    failing: "before_validation(own)",
    ...refused,
    ran: `${begun} before_validation(own) ${badly}`,
    kept: `${atStart} ${atBadEnd}`,
    recorded: "before_validation(own) failed",
  },
  {
    failing: "before_validation",
    ...refused,
    ran: `${begun} before_validation(own) before_ddl(own) before_validation ${badly}`,
    kept: `${atStart} ${atBadEnd}`,
    recorded: "before_validation failed",
  },
  {
    failing: "before_ddl(own)",
    ...refused,
    ran: `${begun} before_validation(own) before_ddl(own) ${badly}`,
    kept: `${atStart} ${atBadEnd}`,
    recorded: "before_ddl(own) failed",
  },
  {
    failing: "before_ddl",
    ...refused,
    ran: `${begun} ${before} ${badly}`,
    kept: `${atStart} ${atBadEnd}`,
    recorded: "before_ddl failed",
  },
  {
    failing: "after_ddl",
    ...refused,
    ran: `${begun} ${before} after_ddl ${badly}`,
    kept: `${atStart} ${atBadEnd}`,
    recorded: "after_ddl failed",
  },
  {
    failing: "after_validation",
    ...refused,
    ran: `${begun} ${before} ${after} ${badly}`,
    kept: `${atStart} ${atBadEnd}`,
    recorded: "after_validation failed",
  },
  // From here on it is committed, and has not failed.
  {
    failing: "after_ddl(own)",
    ...committed,
    ran: `${begun} ${before} ${after} ${behind} ${well}`,
    kept: all,
    recorded: "after_ddl(own) failed",
  },
  {
    failing: "after_validation(own)",
    ...committed,
    ran: `${begun} ${before} ${after} ${behind} ${well}`,
    kept: all,
    recorded: "after_validation(own) failed",
  },
  {
    failing: "cleanup",
    ...committed,
    // The one of its own is left out: its phase has failed.
    ran: `${begun} ${before} ${after} ${behind.replace(" cleanup(own)", "")} ${well}`,
    kept: all.replace(" cleanup", ""),
    recorded: "cleanup failed, cleanup(own) skipped",
  },
  {
    failing: "cleanup(own)",
    ...committed,
    ran: `${begun} ${before} ${after} ${behind} ${well}`,
    kept: all,
    recorded: "cleanup(own) failed",
  },
  {
    failing: "on_success",
    ...committed,
    ran: `${begun} ${before} ${after} ${behind.replace(" on_success(own)", "")} ${well}`,
    kept: all.replace(" on_success", ""),
    recorded: "on_success failed, on_success(own) skipped",
  },
  {
    failing: "after_execute(own)",
    ...committed,
    ran: `${begun} ${before} ${after} ${behind} ${well}`,
    kept: all,
    recorded: "after_execute(own) failed",
  },
  {
    failing: "migration_completed",
    ...committed,
    ran: `${begun} ${before} ${after} ${behind} ${well.replace(" migration_completed(own)", "")}`,
    kept: all.replace(" migration_completed", ""),
    recorded: "migration_completed failed, migration_completed(own) skipped",
  },
  {
    failing: "nothing but a statement",
    sql: broken,
    ...refused,
    failed: "CONFITURE_STATEMENT_FAILED",
    ran: `${begun} ${before} ${badly}`,
    kept: `${atStart} ${atBadEnd}`,
    recorded: "",
  },
  {
    failing: "on_error",
    sql: broken,
    ...refused,
    failed: "CONFITURE_STATEMENT_FAILED",
    ran: `${begun} ${before} ${badly.replace(" on_error(own)", "")}`,
    kept: `${atStart} migration_failed`,
    recorded: "on_error failed, on_error(own) skipped",
  },
  {
    failing: "migration_started(own)",
    ...refused,
    ran: "migration_started migration_started(own) migration_failed migration_failed(own)",
    kept: "migration_started migration_failed",
    recorded: "migration_started(own) failed",
  },
];

const aroundTransactions: readonly Case[] = [
  {
    failing: "before_ddl",
    sql: "vacuum noted;",
    ...refused,
    ran: `${begun} ${before} ${badly}`,
    kept: `${atStart} ${atBadEnd}`,
    recorded: "before_ddl failed",
  },
  {
    failing: "nothing",
    sql: "create table t (id int);\ncreate index concurrently i on t (id);",
    ...committed,
    ran: `${begun} ${before} ${after} ${behind} ${well}`,
    kept: all,
    history: "migration_started migration_completed",
    recorded: "",
  },
  {
    failing: "after_validation",
    sql: "create table t (id int);\ncreate index concurrently i on t (id);",
    failed: hookFailed,
    state: "applying",
    tables: ["t"],
    ran: `${begun} ${before} ${after} ${badly}`,
    // What was committed with the first statement stays, as the statement does.
    kept: `${atStart} before_validation before_ddl ${atBadEnd}`,
    history: "migration_started migration_failed",
    recorded: "after_validation failed",
  },
  {
    failing: "nothing at all",
    sql: "-- only a comment",
    ...committed,
    tables: [],
    ran: `${begun} ${before} ${after} ${behind} ${well}`,
    kept: all,
    recorded: "",
  },
];

describe.each(testVersions)("on PostgreSQL %i", (version) => {
  test.each(inOneTransaction)("one transaction in which $failing fails", (promised) => holds(promised, version));
  test.each(aroundTransactions)("`$sql` with hooks of which $failing fails", (promised) => holds(promised, version));
});

async function holds(promised: Case, version: ServerVersion): Promise<void> {
  await using db = await openTestDatabase({ version, sql: noteTable });
  using folder = migrationsFolder({ "001_t.up.sql": promised.sql ?? "create table t (id int);" });
  const fail = () => {
    throw new Error(`${promised.failing} does not like it`);
  };
  const noted = notedHooks({ connections: ["migration", "own"], instead: { [spaced(promised.failing)]: fail } });
  const outcome = await migrate(db, { migrations: folder.path, hooks: noted.hooks });
  const ran = noted.ran.filter((event) => !event.includes("plan_migration"));
  expect({ failing: promised.failing, ...(await found(db, ran)), failed: outcome.failed?.error.code ?? null }).toEqual({
    failing: promised.failing,
    failed: promised.failed,
    state: promised.state,
    tables: promised.tables,
    ran: promised.ran,
    kept: promised.kept,
    history: promised.history,
    recorded: promised.recorded,
  });
  if (outcome.failed?.error.code === hookFailed) {
    const [event] = promised.failing.split("(");
    expect(outcome.failed.error.facts).toMatchObject({ event });
    expect(outcome.failed.error.message).toContain(`${promised.failing} does not like it`);
  }
  // Mended, it runs to its end, and again nothing happens.
  if (promised.sql === broken) return;
  const mended = await migrate(db, { migrations: folder.path, hooks: notedHooks({ connections: ["own"] }).hooks });
  expect(mended.failed).toBeNull();
  expect((await migrate(db, { migrations: folder.path })).applied).toEqual([]);
}

async function found(db: TestDatabase, ran: readonly string[]) {
  const tables = await db.query<{ name: string }>("select relname as name from pg_class where relname = 't'");
  const noted = await db.query<{ what: string }>("select what from noted where what not like '%plan_migration'");
  const states = await db.query<{ state: string }>("select state from confiture.migrations");
  const executions = await db.query<{ what: string }>(
    `select event || case connection when 'own' then '(own)' else '' end || ' ' || status as what
     from confiture.hook_executions where status <> 'completed' order by sequence`,
  );
  const events = await readEvents(db, { version: "001" });
  return {
    tables: tables.rows.map(({ name }) => name),
    state: states.rows[0]?.state ?? "none",
    ran: ran.map((event) => event.replace(" (", "(")).join(" "),
    kept: noted.rows.map(({ what }) => what).join(" "),
    history: events
      .map(({ kind }) => kind)
      .reverse()
      .join(" "),
    recorded: executions.rows.map(({ what }) => what).join(", "),
  };
}

/** `cleanup(own)` as the hooks are named. */
function spaced(label: string): string {
  return label.replace("(", " (");
}
