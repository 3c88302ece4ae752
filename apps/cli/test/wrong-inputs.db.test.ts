import { openTestDatabase } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { projectFolder, runConfiture } from "./run-confiture.js";

const password = "s3cr3t-pa55";

interface WrongInput {
  readonly what: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What is wrong with the URL of a database that is there. */
  readonly spoilUrl?: (url: URL) => void;
  readonly exit: number;
  readonly code: string;
  /** `file:line:column`. */
  readonly at?: string;
  /** Words the message or the hint must hold: what is wrong, and what to do. */
  readonly says: readonly (string | RegExp)[];
}

const local = "environments:\n  local:\n    database_url: ${DATABASE_URL}\n";
const migration = (name: string, text: string | Uint8Array): Record<string, string | Uint8Array> => ({
  "confiture.yaml": local,
  [`db/migrations/${name}`]: text,
});
const ddl = (
  files: Readonly<Record<string, string | Uint8Array>>,
  config = "",
): Record<string, string | Uint8Array> => ({
  "confiture.yaml": `${local}${config}`,
  ...files,
});

const wrongInputs: readonly WrongInput[] = [
  {
    what: "no confiture.yaml",
    files: {},
    args: ["migrate", "status"],
    exit: 2,
    code: "CONFITURE_CONFIG_NOT_FOUND",
    says: ["confiture init"],
  },
  {
    what: "--config names no file",
    args: ["migrate", "status", "--config", "nowhere.yaml"],
    exit: 2,
    code: "CONFITURE_CONFIG_NOT_FOUND",
    says: ["nowhere.yaml"],
  },
  { what: "an unknown command", args: ["migrat", "up"], exit: 2, code: "CONFITURE_USAGE", says: ["migrate"] },
  { what: "an unknown subcommand", args: ["migrate", "upp"], exit: 2, code: "CONFITURE_USAGE", says: ["up"] },
  { what: "an unknown flag", args: ["migrate", "up", "--dryrun"], exit: 2, code: "CONFITURE_USAGE", says: ["dry-run"] },
  {
    what: "a flag without its value",
    args: ["migrate", "up", "--target"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["target"],
  },
  {
    what: "a time that is none",
    args: ["migrate", "up", "--lock-timeout", "soon"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["soon", "2s"],
  },
  {
    what: "a count that is none",
    args: ["migrate", "down", "--steps", "all"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["all", "whole number"],
  },
  { what: "an argument too many", args: ["migrate", "up", "002"], exit: 2, code: "CONFITURE_USAGE", says: ["002"] },
  {
    what: "--preview with --dry-run",
    args: ["migrate", "up", "--preview", "--dry-run"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["choose one"],
  },
  {
    what: "an unknown environment",
    args: ["migrate", "status", "--env", "prod"],
    exit: 2,
    code: "CONFITURE_ENVIRONMENT_UNKNOWN",
    says: ["prod", "local"],
  },
  {
    what: "an environment variable that is not set",
    files: { "confiture.yaml": "environments:\n  local:\n    database_url: ${NO_SUCH_VARIABLE}\n" },
    args: ["migrate", "status"],
    exit: 2,
    code: "CONFITURE_VARIABLE_MISSING",
    at: "confiture.yaml:3:19",
    says: ["NO_SUCH_VARIABLE"],
  },
  {
    what: "a key with a typing mistake",
    files: { "confiture.yaml": "enviroments:\n  local:\n    database_url: embedded\n" },
    args: ["migrate", "status"],
    exit: 2,
    code: "CONFITURE_CONFIG_INVALID",
    at: "confiture.yaml:1:1",
    says: ["environments"],
  },
  {
    what: "a nested key that does not exist",
    files: { "confiture.yaml": "migrations:\n  directry: db/migrations\n" },
    args: ["migrate", "status"],
    exit: 2,
    code: "CONFITURE_CONFIG_INVALID",
    at: "confiture.yaml:2:3",
    says: ["directory"],
  },
  {
    what: "a value of the wrong type",
    files: { "confiture.yaml": "migrations:\n  lock_timeout: soon\n" },
    args: ["migrate", "status"],
    exit: 2,
    code: "CONFITURE_CONFIG_INVALID",
    at: "confiture.yaml:2:17",
    says: ["must be a time"],
  },
  {
    what: "a part this version does not have",
    files: { "confiture.yaml": "linting:\n  enabled: true\n" },
    args: ["migrate", "status"],
    exit: 2,
    code: "CONFITURE_CONFIG_INVALID",
    at: "confiture.yaml:1:1",
    says: ["linting"],
  },
  {
    what: "YAML that is none",
    files: { "confiture.yaml": "environments:\n  local: [\n" },
    args: ["migrate", "status"],
    exit: 2,
    code: "CONFITURE_CONFIG_INVALID",
    at: "confiture.yaml:3:1",
    says: [],
  },
  {
    what: "a tab in YAML",
    files: { "confiture.yaml": "environments:\n\tlocal: {}\n" },
    args: ["migrate", "status"],
    exit: 2,
    code: "CONFITURE_CONFIG_INVALID",
    at: "confiture.yaml:2:1",
    says: [],
  },
  {
    what: "a URL of another database",
    env: { DATABASE_URL: `mysql://root:${password}@localhost/app` },
    args: ["migrate", "status"],
    exit: 2,
    code: "CONFITURE_URL_INVALID",
    says: ["postgres://"],
  },
  {
    what: "a URL with a port that is no number",
    env: { DATABASE_URL: `postgres://root:${password}@localhost:54x2/app` },
    args: ["migrate", "status"],
    exit: 2,
    code: "CONFITURE_URL_INVALID",
    says: [],
  },
  {
    what: "a server that is not there",
    files: migration("001_a.up.sql", "select 1;"),
    env: { DATABASE_URL: `postgres://root:${password}@127.0.0.1:1/app` },
    args: ["migrate", "status"],
    exit: 3,
    code: "CONFITURE_CONNECT_FAILED",
    says: ["127.0.0.1:1"],
  },
  {
    what: "a host that is not there",
    files: migration("001_a.up.sql", "select 1;"),
    env: { DATABASE_URL: `postgres://root:${password}@no-such-host.invalid/app` },
    args: ["migrate", "status"],
    exit: 3,
    code: "CONFITURE_CONNECT_FAILED",
    says: ["no-such-host.invalid"],
  },
  {
    what: "a wrong password",
    files: migration("001_a.up.sql", "select 1;"),
    args: ["migrate", "up"],
    spoilUrl: (url) => {
      url.password = password;
    },
    exit: 3,
    code: "CONFITURE_AUTHENTICATION_FAILED",
    says: [],
  },
  {
    what: "a user that is not there",
    files: migration("001_a.up.sql", "select 1;"),
    args: ["migrate", "up"],
    spoilUrl: (url) => {
      url.username = "nobody_of_that_name";
    },
    exit: 3,
    code: "CONFITURE_AUTHENTICATION_FAILED",
    says: ["nobody_of_that_name"],
  },
  {
    what: "a database that is not there",
    files: migration("001_a.up.sql", "select 1;"),
    args: ["migrate", "up"],
    spoilUrl: (url) => {
      url.pathname = "/nowhere'; drop";
    },
    exit: 3,
    code: "CONFITURE_DATABASE_MISSING",
    says: ["nowhere'; drop"],
  },
  {
    what: "a file of no bytes",
    files: migration("001_a.up.sql", ""),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_MIGRATION_INVALID",
    at: "db/migrations/001_a.up.sql:1:1",
    says: ["is empty"],
  },
  {
    what: "a file that is not named like a migration",
    files: migration("add_orders.sql", "select 1;"),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_MIGRATION_NAME",
    at: "db/migrations/add_orders.sql:1:1",
    says: ["VERSION_name"],
  },
  {
    what: "SQL that is none",
    files: migration("001_a.up.sql", "select 1;\n\ncreat table t ();\n"),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_SQL_SYNTAX",
    at: "db/migrations/001_a.up.sql:3:1",
    says: ["creat"],
  },
  {
    what: "a quote that is never closed",
    files: migration("001_a.up.sql", "select 1;\nselect 'x;\n"),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_SQL_SYNTAX",
    at: "db/migrations/001_a.up.sql:2:8",
    says: [],
  },
  {
    what: "a down that is no SQL is found before the up runs",
    files: { ...migration("001_a.up.sql", "create table t ();"), "db/migrations/001_a.down.sql": "dorp table t;" },
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_SQL_SYNTAX",
    at: "db/migrations/001_a.down.sql:1:1",
    says: [],
  },
  {
    what: "a psql command",
    files: migration("001_a.up.sql", "\\connect other\nselect 1;"),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_META_COMMAND",
    at: "db/migrations/001_a.up.sql:1:1",
    says: ["\\connect"],
  },
  {
    what: "ROLLBACK in a file",
    files: migration("001_a.up.sql", "create table t ();\nrollback;"),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_TRANSACTION_CONTROL",
    at: "db/migrations/001_a.up.sql:2:1",
    says: ["ROLLBACK"],
  },
  {
    what: "VACUUM between BEGIN and COMMIT",
    files: migration("001_a.up.sql", "begin;\nvacuum;\ncommit;"),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_TRANSACTION_CONTROL",
    at: "db/migrations/001_a.up.sql:2:1",
    says: ["COMMIT"],
  },
  {
    what: "a binary file",
    files: migration("001_a.up.sql", new Uint8Array([0x50, 0x4b, 0x03, 0x04, 0x00, 0xff])),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_FILE_UNREADABLE",
    at: "db/migrations/001_a.up.sql:1:1",
    says: ["NUL"],
  },
  {
    what: "a file in Latin-1",
    files: migration("001_a.up.sql", new Uint8Array(Buffer.from("select 'é';", "latin1"))),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_FILE_UNREADABLE",
    says: ["UTF-8"],
  },
  {
    what: "a file in UTF-16",
    files: migration("001_a.up.sql", new Uint8Array(Buffer.from("\ufeffselect 1;", "utf16le"))),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_FILE_UNREADABLE",
    says: ["UTF-16"],
  },
  {
    what: "two files with one version",
    files: { ...migration("001_a.up.sql", "select 1;"), "db/migrations/1_b.up.sql": "select 2;" },
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_VERSION_DUPLICATE",
    says: ["--renumber"],
  },
  {
    what: "a down without an up",
    files: migration("001_a.down.sql", "select 1;"),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_MIGRATION_INVALID",
    at: "db/migrations/001_a.down.sql:1:1",
    says: [".up.sql"],
  },
  {
    what: "a hook in a YAML migration",
    files: migration(
      "001_a.yaml",
      "migration:\n  ddl: select 1;\n  hooks:\n    cleanup:\n      - type: analyze_statistics\n",
    ),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_HOOKS_UNSUPPORTED",
    at: "db/migrations/001_a.yaml:4:5",
    says: ["cleanup"],
  },
  {
    what: "a hook of the wrong shape",
    files: migration("001_a.yaml", "migration:\n  ddl: select 1;\n  hooks:\n    cleanup: analyze_statistics\n"),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_MIGRATION_INVALID",
    at: "db/migrations/001_a.yaml:4:14",
    says: [],
  },
  {
    what: "an unknown key in a YAML migration",
    files: migration("001_a.yaml", "migration:\n  ddll: select 1;\n"),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_MIGRATION_INVALID",
    says: ["ddl"],
  },
  {
    what: "a program without an up",
    files: migration("001_a.ts", "export const down = 1;"),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_MIGRATION_INVALID",
    says: ["defineMigration"],
  },
  {
    what: "a program that is no TypeScript",
    files: migration("001_a.ts", "export default {{"),
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_MIGRATION_INVALID",
    says: [],
  },
  {
    what: "no migrations folder",
    args: ["migrate", "up"],
    exit: 2,
    code: "CONFITURE_FILE_NOT_FOUND",
    says: ["migrate new"],
  },
  {
    what: "a target that does not exist",
    files: migration("001_a.up.sql", "select 1;"),
    args: ["migrate", "up", "--target", "7"],
    exit: 2,
    code: "CONFITURE_VERSION_UNKNOWN",
    says: ["7"],
  },
  {
    what: "a target that is no version",
    files: migration("001_a.up.sql", "select 1;"),
    args: ["migrate", "up", "--target", "latest"],
    exit: 2,
    code: "CONFITURE_VERSION_UNKNOWN",
    says: ["latest"],
  },
  {
    what: "a plan that is no JSON",
    files: { ...migration("001_a.up.sql", "select 1;"), "plan.json": "{" },
    args: ["migrate", "up", "--plan", "plan.json"],
    exit: 2,
    code: "CONFITURE_FILE_UNREADABLE",
    says: ["--preview"],
  },
  {
    what: "a migration name of signs alone",
    files: migration("001_a.up.sql", "select 1;"),
    args: ["migrate", "new", "!!!"],
    exit: 2,
    code: "CONFITURE_MIGRATION_NAME",
    says: [],
  },
  {
    what: "a repair of nothing",
    files: migration("001_a.up.sql", "select 1;"),
    args: ["migrate", "repair", "--forget", "001"],
    exit: 2,
    code: "CONFITURE_VERSION_UNKNOWN",
    says: ["001"],
  },
  {
    what: "two repairs at once",
    files: migration("001_a.up.sql", "select 1;"),
    args: ["migrate", "repair", "--forget", "1", "--restore", "1"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["One repair"],
  },
  {
    what: "a completion of an unknown shell",
    args: ["completion", "tcsh"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["bash"],
  },
  {
    what: "a load order that names nothing",
    files: ddl({}, "schema:\n  load_order: [db/nothing/**/*.sql]\n"),
    args: ["build"],
    exit: 2,
    code: "CONFITURE_LOAD_ORDER",
    says: ["db/nothing/**/*.sql"],
  },
  {
    what: "files that need each other",
    files: ddl(
      {
        "db/schema/a.sql": "create view a as select * from b;",
        "db/schema/b.sql": "create view b as select * from a;",
      },
      "schema:\n  order: dependencies\n",
    ),
    args: ["build"],
    exit: 2,
    code: "CONFITURE_LOAD_ORDER",
    says: ["db/schema/a.sql", "db/schema/b.sql"],
  },
  {
    what: "a binary file among the DDL",
    files: ddl({ "db/schema/a.sql": new Uint8Array([0, 1, 2]) }),
    args: ["build"],
    exit: 2,
    code: "CONFITURE_FILE_UNREADABLE",
    at: "db/schema/a.sql:1:1",
    says: [],
  },
  {
    what: "DDL that is no SQL",
    files: ddl({ "db/schema/a.sql": "create table a (\n  id int,,\n);" }),
    args: ["build", "--apply"],
    exit: 2,
    code: "CONFITURE_SQL_SYNTAX",
    at: "db/schema/a.sql:2:10",
    says: [],
  },
  {
    what: "DDL that PostgreSQL refuses",
    files: ddl({ "db/schema/a.sql": "create table a (id int);\ncreate view v as\n  select nothing from a;" }),
    args: ["build", "--apply"],
    exit: 3,
    code: "CONFITURE_STATEMENT_FAILED",
    at: "db/schema/a.sql:3:10",
    says: ["42703"],
  },
  {
    what: "a file to analyse that is not there",
    files: {},
    args: ["migrate", "analyze", "nowhere.sql"],
    exit: 2,
    code: "CONFITURE_FILE_NOT_FOUND",
    at: "nowhere.sql:1:1",
    says: ["nowhere.sql"],
  },
  {
    what: "a folder to analyse",
    files: migration("001_a.up.sql", "select 1;"),
    args: ["migrate", "analyze", "db/migrations"],
    exit: 2,
    code: "CONFITURE_FILE_UNREADABLE",
    at: "db/migrations:1:1",
    says: ["is a folder", "*.up.sql"],
  },
  {
    what: "a binary file to analyse",
    files: { "a.sql": new Uint8Array([0x50, 0x4b, 0x03, 0x04, 0x00, 0xff]) },
    args: ["migrate", "analyze", "a.sql"],
    exit: 2,
    code: "CONFITURE_FILE_UNREADABLE",
    at: "a.sql:1:1",
    says: ["NUL"],
  },
  {
    what: "a file in Latin-1 to analyse",
    files: { "a.sql": new Uint8Array(Buffer.from("select 'é';", "latin1")) },
    args: ["migrate", "analyze", "a.sql"],
    exit: 2,
    code: "CONFITURE_FILE_UNREADABLE",
    says: ["UTF-8"],
  },
  {
    what: "a file in UTF-16 to analyse",
    files: { "a.sql": new Uint8Array(Buffer.from("\ufeffselect 1;", "utf16le")) },
    args: ["migrate", "analyze", "a.sql"],
    exit: 2,
    code: "CONFITURE_FILE_UNREADABLE",
    says: ["UTF-16"],
  },
  {
    what: "nothing to analyse on standard input",
    args: ["migrate", "analyze", "-"],
    exit: 2,
    code: "CONFITURE_FILE_UNREADABLE",
    at: "stdin:1:1",
    says: ["is empty"],
  },
  {
    what: "a YAML file to analyse that is no migration",
    files: { "confiture.yaml": local, "m/notes.yaml": "a: 1\n" },
    args: ["migrate", "analyze", "m/notes.yaml"],
    exit: 2,
    code: "CONFITURE_MIGRATION_NAME",
    says: ["notes.yaml", "VERSION_name"],
  },
  {
    what: "an analysis of nothing in no project",
    files: {},
    args: ["migrate", "analyze"],
    exit: 2,
    code: "CONFITURE_CONFIG_NOT_FOUND",
    says: ["confiture init"],
  },
  {
    what: "a level that is none",
    args: ["migrate", "analyze", "--risk-level", "severe"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["severe", "critical"],
  },
  {
    what: "a server older than those we know",
    args: ["migrate", "analyze", "--server-version", "12"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["`12`", "13 to 18"],
  },
  {
    what: "a server newer than those we know",
    args: ["migrate", "analyze", "--server-version", "19"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["`19`", "13 to 18"],
  },
  {
    what: "a server version that is none",
    args: ["migrate", "analyze", "--server-version", "17.4"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["17.4"],
  },
  {
    what: "an analysis for an unknown environment",
    files: migration("001_a.up.sql", "select 1;"),
    args: ["migrate", "analyze", "--env", "prod"],
    exit: 2,
    code: "CONFITURE_ENVIRONMENT_UNKNOWN",
    says: ["prod", "local"],
  },
  {
    what: "an analysis for a server that is not there",
    files: migration("001_a.up.sql", "select 1;"),
    env: { DATABASE_URL: `postgres://root:${password}@127.0.0.1:1/app` },
    args: ["migrate", "analyze", "--env", "local"],
    exit: 3,
    code: "CONFITURE_CONNECT_FAILED",
    says: ["127.0.0.1:1"],
  },
  {
    what: "a trace on no server",
    files: migration("001_a.up.sql", "select 1;"),
    args: ["migrate", "analyze", "--trace"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["--env"],
  },
  {
    what: "a trace of what acts on the whole server",
    files: migration("001_a.up.sql", "select 1;\ncreate role somebody_new;"),
    args: ["migrate", "analyze", "--trace", "--env", "local"],
    exit: 1,
    code: "CONFITURE_SERVER_WIDE",
    at: "db/migrations/001_a.up.sql:2:1",
    says: ["--trace"],
  },
  {
    what: "a calibration that is none",
    files: {
      ...migration("001_a.up.sql", "select 1;"),
      "environments/local.calibration.json": '{"format": 2}',
    },
    args: ["migrate", "analyze", "--env", "local"],
    exit: 2,
    code: "CONFITURE_FILE_UNREADABLE",
    at: "environments/local.calibration.json:1:1",
    says: ["not 1", "performance calibrate"],
  },
  {
    what: "a calibration of a size that is none",
    args: ["performance", "calibrate", "--max-bytes", "lots"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["lots", "500MB"],
  },
  {
    what: "a calibration where nothing can be written",
    args: ["performance", "calibrate"],
    spoilUrl: (url) => {
      url.searchParams.set("options", "-c default_transaction_read_only=on");
    },
    exit: 3,
    code: "CONFITURE_READ_ONLY",
    says: ["primary"],
  },
];

describe("every wrong input has a code, a place and a way out", () => {
  test.for(wrongInputs)("$what", async (input) => {
    await using db = await openTestDatabase();
    using folder = projectFolder(input.files ?? { "confiture.yaml": local });
    const env = { DATABASE_URL: input.spoilUrl === undefined ? db.url : spoiled(db.url, input.spoilUrl), ...input.env };
    const json = await runConfiture([...input.args, "--format", "json"], { cwd: folder.path, env });
    const pretty = await runConfiture(input.args, { cwd: folder.path, env });
    expect([json.code, pretty.code]).toEqual([input.exit, input.exit]);
    if (input.args[0] !== "completion") {
      const document = JSON.parse(json.stdout) as { error?: ErrorDocument; failed?: { error: ErrorDocument } };
      const error = document.error ?? document.failed?.error;
      expect(error?.code).toBe(input.code);
      if (input.at !== undefined) expect(placeOf(error, folder.path)).toBe(input.at);
      for (const words of input.says)
        expect(`${error?.message}\n${error?.hint}`).toMatch(
          typeof words === "string" ? new RegExp(escapePattern(words)) : words,
        );
    }
    expect(pretty.stderr).toContain(input.code);
    expect(pretty.stdout).toBe("");
    const everything = json.stdout + json.stderr + pretty.stdout + pretty.stderr;
    expect(everything).not.toContain(password);
    expect(everything).not.toContain(new URL(db.url).password);
  });
});

interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly at?: { readonly file: string; readonly line: number; readonly column: number };
}

function placeOf(error: ErrorDocument | undefined, folder: string): string | undefined {
  if (error?.at === undefined) return undefined;
  const { file, line, column } = error.at;
  return `${file.replace(`${folder}/`, "")}:${line}:${column}`;
}

function spoiled(text: string, spoil: (url: URL) => void): string {
  const url = new URL(text);
  spoil(url);
  return url.href;
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
