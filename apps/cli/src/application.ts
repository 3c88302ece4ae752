import {
  type Application,
  type ApplicationText,
  buildApplication,
  buildCommand,
  buildRouteMap,
  text_en,
} from "@stricli/core";
import type { CliContext } from "./context.js";
import {
  bytesFlag,
  countFlag,
  durationFlag,
  globalFlags,
  runFlags,
  serverVersionFlag,
  switchFlag,
  textFlag,
} from "./flags.js";

// Commands are loaded when they run: `--help` and `--version` must start like a plain `node -e 0`.

const init = buildCommand({
  loader: async () => (await import("./commands/init.js")).runInit,
  parameters: { flags: globalFlags },
  docs: { brief: "Make a project here: confiture.yaml, db/schema and db/migrations" },
});

const demo = buildCommand({
  loader: async () => (await import("./commands/demo.js")).runDemo,
  parameters: { flags: { ...globalFlags, keep: switchFlag("Leave the project and its data where they are") } },
  docs: { brief: "Watch a real PostgreSQL built, migrated, rehearsed and rolled back" },
});

const build = buildCommand({
  loader: async () => (await import("./commands/build.js")).runBuild,
  parameters: {
    flags: {
      ...globalFlags,
      schema: textFlag("Only the files under this folder", "dir"),
      order: {
        kind: "enum",
        values: ["listed", "dependencies"],
        optional: true,
        brief: "Order of the files (default: as configured)",
      },
      out: textFlag("Write the script to this file", "file"),
      apply: switchFlag("Build it into the environment's database, which must be empty"),
    },
  },
  docs: { brief: "Put the project's DDL together in load order; print, write or apply it" },
});

/** What of a schema counts when two are compared. */
const comparedFlags = {
  owners: {
    kind: "boolean",
    optional: true,
    brief: "Compare who owns what (default: between two live databases only)",
  },
  grants: { kind: "boolean", default: true, brief: "Compare grants and default privileges" },
} as const;

const renameFlag = {
  kind: "parsed",
  parse: String,
  optional: true,
  variadic: true,
  brief: "What has another name now: 'column shop.orders.note to remark'; also in the DDL and in confiture.yaml",
  placeholder: "rename",
} as const;

const sideText = "a folder or file of DDL, a postgres:// URL, or env:NAME";

const diff = buildCommand({
  loader: async () => (await import("./commands/diff.js")).runDiff,
  parameters: {
    flags: {
      ...globalFlags,
      env: textFlag("Environment whose load order counts, and on whose server DDL is built", "name"),
      from: { kind: "parsed", parse: String, brief: `The schema as it is: ${sideText}`, placeholder: "schema" },
      to: { kind: "parsed", parse: String, brief: `The schema wanted: ${sideText}`, placeholder: "schema" },
      format: {
        kind: "enum",
        values: ["pretty", "sql", "json"],
        default: "pretty",
        brief: "How results are printed; sql is the script alone",
      },
      rename: renameFlag,
      prove: switchFlag("Run it in a shadow database with rows, and look at what came of it; exit 1 when not proven"),
      ...comparedFlags,
    },
  },
  docs: { brief: "Print the SQL that turns one schema into another; runs nothing" },
});

const drift = buildCommand({
  loader: async () => (await import("./commands/drift.js")).runDrift,
  parameters: {
    flags: {
      ...globalFlags,
      against: textFlag("DDL to hold it against, a folder or a file (default: the project's)", "path"),
      ...comparedFlags,
    },
  },
  docs: { brief: "Hold an environment's schema against the DDL; exit 1 when it is another" },
});

const optionalName = {
  kind: "tuple",
  parameters: [{ brief: "What the migration does, in words", parse: String, placeholder: "name" }],
} as const;

const migrateNew = buildCommand({
  loader: async () => (await import("./commands/migrate-new.js")).runMigrateNew,
  parameters: {
    flags: {
      ...globalFlags,
      env: textFlag(
        "With --from-diff: start from this environment as it is (default: where the migrations lead)",
        "name",
      ),
      kind: { kind: "enum", values: ["sql", "yaml", "typescript"], default: "sql", brief: "What it is written in" },
      fromDiff: switchFlag("Write what leads to the DDL, and the way back; try both in a shadow database"),
      online: {
        kind: "boolean",
        optional: true,
        brief: "With --from-diff: gentler forms for tables that are there (default: yes)",
      },
      prove: {
        kind: "boolean",
        optional: true,
        brief: "With --from-diff: prove it on rows in a shadow database, before two observers (default: yes)",
      },
      allow: {
        kind: "enum",
        values: ["DeletesData"],
        optional: true,
        variadic: true,
        brief: "With --from-diff: a hazard that is meant, by its name",
      },
      rename: renameFlag,
      ...comparedFlags,
    },
    positional: optionalName,
  },
  docs: { brief: "Write the files of a new migration: empty ones, or what leads to the DDL" },
});

const targetFlags = {
  target: textFlag("Version to go to", "version"),
  steps: countFlag("At most this many migrations"),
} as const;

const rehearseFlags = {
  dryRun: switchFlag("Run it all for real, measure, and roll it back"),
  on: {
    kind: "enum",
    values: ["target", "shadow"],
    optional: true,
    brief: "With --dry-run: where to rehearse (default: target)",
  },
  maxLockHold: durationFlag("With --dry-run: longest time to hold a lock that blocks others (default 5s)"),
  preview: switchFlag("Print what would be run, and run nothing"),
} as const;

const migrateUp = buildCommand({
  loader: async () => (await import("./commands/migrate-up.js")).runMigrateUp,
  parameters: {
    flags: {
      ...globalFlags,
      ...targetFlags,
      ...rehearseFlags,
      ...runFlags,
      allowOutOfOrder: switchFlag("Apply a migration older than one already applied"),
      plan: textFlag("Execute only this very plan, as --preview --format json printed it", "file"),
    },
  },
  docs: { brief: "Apply pending migrations" },
});

const migrateDown = buildCommand({
  loader: async () => (await import("./commands/migrate-down.js")).runMigrateDown,
  parameters: { flags: { ...globalFlags, ...targetFlags, ...rehearseFlags, ...runFlags } },
  docs: { brief: "Undo applied migrations: the last one, --steps, or all newer than --target" },
});

const migrateStatus = buildCommand({
  loader: async () => (await import("./commands/migrate-status.js")).runMigrateStatus,
  parameters: { flags: globalFlags },
  docs: { brief: "What is applied, pending, missing, changed or out of order" },
});

const migrateHistory = buildCommand({
  loader: async () => (await import("./commands/migrate-history.js")).runMigrateHistory,
  parameters: {
    flags: {
      ...globalFlags,
      limit: countFlag("At most this many events (default 20)"),
      migration: textFlag("Only events of this migration", "version"),
    },
  },
  docs: { brief: "Everything that happened to this database: who, when, how long, with what result" },
});

const migrateValidate = buildCommand({
  loader: async () => (await import("./commands/migrate-validate.js")).runMigrateValidate,
  parameters: {
    flags: {
      ...globalFlags,
      stairway: switchFlag("Prove each migration on a shadow database: up, down, same schema, up, same schema"),
      base: {
        kind: "enum",
        values: ["empty", "ddl"],
        default: "empty",
        brief: "With --stairway or --against: what stands before the first migration",
      },
      against: textFlag("Prove that the migrations lead from there to this environment's schema", "name"),
    },
  },
  docs: { brief: "Read every migration as a run would; prove its way back, or where all of them lead" },
});

const migrateRepair = buildCommand({
  loader: async () => (await import("./commands/migrate-repair.js")).runMigrateRepair,
  parameters: {
    flags: {
      ...globalFlags,
      acceptChanged: textFlag("Accept the edited file of this migration", "version"),
      restore: textFlag("Write the lost file of this migration back from the copy kept", "version"),
      forget: textFlag("Drop this migration from the record", "version"),
      renumber: textFlag("Give this migration file a version later than every other", "file"),
      markFinished: textFlag("The interrupted statement of this migration did happen", "version"),
      markNotStarted: textFlag("The interrupted statement of this migration did not happen", "version"),
    },
  },
  docs: { brief: "List what is out of joint between files and record, or carry out a decision" },
});

const migrateBaseline = buildCommand({
  loader: async () => (await import("./commands/migrate-baseline.js")).runMigrateBaseline,
  parameters: {
    flags: {
      ...globalFlags,
      from: {
        kind: "enum",
        values: ["ddl", "migrations"],
        default: "ddl",
        brief: "What says how the schema is at that version: DDL that holds all up to it, or the migrations alone",
      },
    },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "Version the database is at", parse: String, placeholder: "version" }],
    },
  },
  docs: { brief: "Prove that a live database is at a version, and record it" },
});

const migrateResume = buildCommand({
  loader: async () => (await import("./commands/migrate-resume.js")).runMigrateResume,
  parameters: { flags: { ...globalFlags, ...runFlags } },
  docs: { brief: "Let a paused run go on, or finish what an interrupted one left begun" },
});

const migratePause = buildCommand({
  loader: async () => (await import("./commands/migrate-pause.js")).runMigratePause,
  parameters: {
    flags: {
      ...globalFlags,
      because: textFlag("Why, for the history and for hooks", "text"),
      wait: durationFlag("How long to wait until it stands still (default 30s)"),
    },
  },
  docs: { brief: "Ask the run under way to stand still, with no transaction open; exit 1 when there is none" },
});

const migrateAnalyze = buildCommand({
  loader: async () => (await import("./commands/migrate-analyze.js")).runMigrateAnalyze,
  parameters: {
    flags: {
      ...globalFlags,
      env: textFlag("Ask this environment's database: its schema, sizes, load and rows (default: none)", "name"),
      format: {
        kind: "enum",
        values: ["pretty", "json", "markdown"],
        default: "pretty",
        brief: "How results are printed; markdown for pull requests",
      },
      riskLevel: {
        kind: "enum",
        values: ["low", "medium", "high", "critical"],
        optional: true,
        brief: "Exit 1 from this level on (default: the project's, else critical)",
      },
      serverVersion: serverVersionFlag("Major version to answer for (default: that of --env, else 18)"),
      trace: switchFlag("Run the statements on a shadow database too, and compare"),
      rewrite: switchFlag("Print the files with gentler statements in place of those others wait for"),
    },
    positional: {
      kind: "array",
      parameter: {
        brief: "SQL files or migrations, `-` for stdin (default: what is pending; without --env all migrations)",
        parse: String,
        placeholder: "files",
      },
    },
  },
  docs: { brief: "What migrations would lock, rewrite and lose, what that may cost, and a gentler way" },
});

const migrate = buildRouteMap({
  routes: {
    new: migrateNew,
    up: migrateUp,
    down: migrateDown,
    status: migrateStatus,
    history: migrateHistory,
    validate: migrateValidate,
    repair: migrateRepair,
    baseline: migrateBaseline,
    resume: migrateResume,
    pause: migratePause,
    analyze: migrateAnalyze,
  },
  docs: { brief: "Change a database, and know what was changed" },
});

const hooksList = buildCommand({
  loader: async () => (await import("./commands/hooks-list.js")).runHooksList,
  parameters: { flags: globalFlags },
  docs: { brief: "The built-in types, and the hooks of this project in the order in which they run" },
});

const hooksTest = buildCommand({
  loader: async () => (await import("./commands/hooks-test.js")).runHooksTest,
  parameters: {
    flags: {
      ...globalFlags,
      dryRun: switchFlag("Check every config and say what would fire; reach nothing"),
      down: switchFlag("As if migrations were undone"),
      migration: textFlag("As if this migration ran (default: the next one)", "version"),
    },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "An event, as `after_ddl`", parse: String, placeholder: "phase" }],
    },
  },
  docs: { brief: "Fire one event as a run would; what is done on the migration's connection is rolled back" },
});

const hooks = buildRouteMap({
  routes: { list: hooksList, test: hooksTest },
  docs: { brief: "What is done at the moments of a migration" },
});

const performanceCalibrate = buildCommand({
  loader: async () => (await import("./commands/performance-calibrate.js")).runPerformanceCalibrate,
  parameters: {
    flags: {
      ...globalFlags,
      maxDuration: durationFlag("No statement is begun that would end later (default 4m)"),
      maxBytes: bytesFlag("Disk to use at most at one time (default 1GB)"),
      rows: countFlag("Rows of the largest table (default 2000000)"),
      out: textFlag("Write to this file instead of the environment's own", "file"),
    },
  },
  docs: { brief: "Measure what this server takes to scan, rewrite and index, in tables of its own" },
});

const performance = buildRouteMap({
  routes: { calibrate: performanceCalibrate },
  docs: { brief: "How long things take on a server" },
});

const completion = buildCommand({
  loader: async () => (await import("./commands/completion.js")).runCompletion,
  parameters: {
    flags: {},
    positional: { kind: "array", parameter: { brief: "bash, zsh or fish", parse: String, placeholder: "shell" } },
  },
  docs: { brief: "Print the completion script of a shell: `source <(confiture completion bash)`" },
});

/** The command line as a tree of commands; `text` is what it says of input it cannot take. */
export function buildConfiture(version: string, text: ApplicationText = text_en): Application<CliContext> {
  const root = buildRouteMap({
    routes: { init, demo, build, diff, drift, migrate, hooks, performance, completion },
    docs: { brief: "Change a PostgreSQL database safely, and provably" },
  });
  return buildApplication<CliContext>(root, {
    name: "confiture",
    versionInfo: { currentVersion: version },
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    localization: { loadText: () => text },
    documentation: { disableAnsiColor: true, onlyRequiredInUsageLine: true },
  });
}
