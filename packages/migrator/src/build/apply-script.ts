import { ConfitureError, isConfitureError, type Session, type Statement } from "@confiture/model";
import { findCommitBoundaries } from "@confiture/sql";
import { restoreSettings, snapshotSettings } from "../execute/session-settings.js";
import { BuildRun, type EarlyCommit } from "./build-run.js";
import { type ParsedSection, parseSections } from "./parse-sections.js";
import { refuseNonEmpty } from "./refuse-non-empty.js";
import { splitSections } from "./script-sections.js";

/** A build under way, file by file: `index` counts from 0, `total` is the number of files. */
export type ApplyProgress =
  | { readonly kind: "file-started"; readonly file: string; readonly index: number; readonly total: number }
  | {
      readonly kind: "file-finished";
      readonly file: string;
      readonly index: number;
      readonly total: number;
      readonly statements: number;
    };

/** How a build is run. */
export interface ApplyBuildOptions {
  /** Called before and after each file. */
  readonly onProgress?: (event: ApplyProgress) => void;
  /** Build into a database that has objects already. Default false. */
  readonly allowNonEmpty?: boolean;
  /** Our own schema, which does not make a database non-empty. Default `confiture`. */
  readonly ownSchema?: string;
  /**
   * `skip`: leave out what acts on the whole server (`create role`, `alter database`), for a shadow that is part of the
   * server where it was done. Default `run`.
   */
  readonly serverWide?: "run" | "skip";
  /** Settings of the session while the files run, by name: what they may ask for with `current_setting`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What a build did. What failed is thrown. */
export interface ApplyOutcome {
  /** Files of the script, and statements in all of them. */
  readonly files: number;
  readonly statements: number;
  /** Milliseconds. */
  readonly durationMs: number;
  /** Commits before the end, where one transaction could not hold all of it. Empty for most schemas. */
  readonly commits: readonly EarlyCommit[];
}

/**
 * Runs the script of a build in an empty database: all of it in one transaction, statement by statement, each file's
 * settings undone before the next. Only a statement that PostgreSQL refuses in a transaction makes a commit before it,
 * and the outcome says so. A text that `buildSchema` did not make counts as one file.
 *
 * @throws CONFITURE_NOT_EMPTY, CONFITURE_SQL_SYNTAX, CONFITURE_META_COMMAND, CONFITURE_COPY_UNSUPPORTED and
 * CONFITURE_TRANSACTION_CONTROL before anything runs; CONFITURE_STATEMENT_FAILED and CONFITURE_CONNECTION_LOST with the
 * place of the statement, and of what the server names in it
 */
export async function applyScript(
  session: Session,
  script: string,
  options: ApplyBuildOptions = {},
): Promise<ApplyOutcome> {
  return applySections(session, await parseScript(session, script), options);
}

async function parseScript(session: Session, script: string): Promise<readonly ParsedSection[]> {
  const sections = await parseSections(splitSections(script, "the script"));
  const statements = sections.flatMap((section) => section.statements);
  refuseRollbacks(statements);
  if (session.copyIn === undefined) refuseCopyData(statements);
  return sections;
}

function refuseRollbacks(statements: readonly Statement[]): void {
  for (const { transactionality, at } of statements) {
    if (transactionality.kind !== "transaction-control") continue;
    if (transactionality.control !== "rollback" && transactionality.control !== "prepare") continue;
    throw new ConfitureError(
      "CONFITURE_TRANSACTION_CONTROL",
      transactionality.control === "rollback"
        ? "ROLLBACK would undo every file before it: a build is one transaction."
        : "PREPARE TRANSACTION would leave the build to somebody else.",
      { at, hint: "Remove it; nothing was run." },
    );
  }
}

function refuseCopyData(statements: readonly Statement[]): void {
  const copy = statements.find(({ copyData }) => copyData !== undefined);
  if (copy === undefined) return;
  throw new ConfitureError(
    "CONFITURE_COPY_UNSUPPORTED",
    "This COPY brings its data along, and the connection given cannot send it.",
    {
      at: copy.at,
      hint: "Use a connection of @confiture/postgres, or write INSERT statements. Nothing was run.",
    },
  );
}

async function applySections(
  session: Session,
  sections: readonly ParsedSection[],
  options: ApplyBuildOptions,
): Promise<ApplyOutcome> {
  if (options.allowNonEmpty !== true) await refuseNonEmpty(session, options.ownSchema ?? "confiture");
  const boundaries = await boundariesIn(sections, await readServerVersion(session));
  const found = await snapshotSettings(session);
  const replaced = await replaceSettings(session, options.settings ?? {});
  const started = performance.now();
  const run = new BuildRun(session, {
    settings: await snapshotSettings(session),
    boundaries,
    serverWide: options.serverWide ?? "run",
  });
  try {
    await runSections(run, sections, options);
  } catch (error) {
    if (!(isConfitureError(error) && error.code === "CONFITURE_CONNECTION_LOST")) await putBack();
    throw error;
  }
  await putBack();
  return {
    files: sections.length,
    statements: sections.reduce((sum, { statements }) => sum + statements.length, 0),
    durationMs: performance.now() - started,
    commits: run.commits,
  };

  async function putBack(): Promise<void> {
    await restoreSettings(session, found);
    await replaceSettings(session, replaced);
  }
}

async function runSections(
  run: BuildRun,
  sections: readonly ParsedSection[],
  { onProgress }: ApplyBuildOptions,
): Promise<void> {
  for (const [index, section] of sections.entries()) {
    const event = { file: section.path, index, total: sections.length };
    onProgress?.({ kind: "file-started", ...event });
    await run.file(section);
    onProgress?.({ kind: "file-finished", ...event, statements: section.statements.length });
  }
  await run.commit(sections.at(-1)?.statements.at(-1));
}

/** Where new enum values need a commit, over all files: BEGIN and COMMIT of a file are none in a build. */
async function boundariesIn(
  sections: readonly ParsedSection[],
  serverVersion: number,
): Promise<ReadonlyMap<Statement, string>> {
  const all = sections
    .flatMap(({ statements }) => statements)
    .filter(({ transactionality }) => transactionality.kind !== "transaction-control");
  const numbered = all.map((statement, index) => ({ ...statement, index }));
  const found = await findCommitBoundaries(numbered, { serverVersion });
  return new Map(found.flatMap(({ after, because }) => (all[after] === undefined ? [] : [[all[after], because]])));
}

async function readServerVersion(session: Session): Promise<number> {
  const { rows } = await session.query<{ version: number }>(
    "select pg_catalog.current_setting('server_version_num')::int / 10000 as version",
  );
  return rows[0]?.version ?? 0;
}

/**
 * Sets each setting, and returns what the custom ones (`app.tenant`) were: the server's list of settings, from which
 * all others are restored, does not show them. Once named, a custom setting stays in the session, empty.
 */
async function replaceSettings(
  session: Session,
  settings: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const before: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings)) {
    const { rows } = await session.query<{ value: string | null }>(
      "select pg_catalog.current_setting($1, true) as value",
      [name],
    );
    if (name.includes(".")) before[name] = rows[0]?.value ?? "";
    await session.query("select pg_catalog.set_config($1, $2, false)", [name, value]);
  }
  return before;
}
