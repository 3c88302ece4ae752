import { defaultEnvironment } from "@confiture/config";
import {
  type DraftSource,
  draftMigration,
  type Migration,
  type MigrationDraft,
  newMigration,
  readStatus,
} from "@confiture/migrator";
import { ConfitureError, type Hazard, isConfitureError } from "@confiture/model";
import type { DiffProof } from "@confiture/schema";
import type { CliContext } from "../context.js";
import { statementDocument } from "../diff/diff-document.js";
import { noteDiff } from "../diff/note-diff.js";
import type { GlobalFlags } from "../flags.js";
import { askYesNo } from "../output/ask-yes-no.js";
import { formatCount } from "../output/durations.js";
import type { CommandResult, CommandTools } from "../output/run-command.js";
import { type ComparedFlags, whatCounts } from "../sides/compared.js";
import { declaredRenames, type RenameFlags } from "../sides/declared-renames.js";
import { copyOf, isOnlyAboutRows, provePlan, rowsInWords, sourceOf, whatSpeaksAgainst } from "../sides/prove-plan.js";
import { openSideReader, type ReadSide, type SideReader } from "../sides/read-sides.js";
import type { Side } from "../sides/side.js";
import { hooksOutsideRuns } from "./hooks-of-project.js";
import type { ProjectFiles } from "./open-project.js";

export interface DraftFlags extends GlobalFlags, ComparedFlags, RenameFlags {
  readonly online?: boolean;
  readonly allow?: readonly Hazard[];
  readonly prove?: boolean;
}

/** `migrate new --from-diff`: from where the migrations lead, or from an environment as it is, to the DDL. */
export async function draftFromDiff(
  context: CliContext,
  flags: DraftFlags,
  { name, project, tools }: { readonly name: string; readonly project: ProjectFiles; readonly tools: CommandTools },
): Promise<CommandResult> {
  const { terminal, signal } = tools;
  const ddl: Side = { kind: "ddl", path: project.root, shown: project.shown(project.root) };
  await using reader = await openSideReader(context, flags, [ddl], tools);
  const build = (await reader.files(ddl))!;
  const migrations = await readMigrationsIfAny(project);
  const start = await startOf(reader, flags, { project, migrations });
  const to = await reader.built(ddl, build, start.version);
  terminal.status("  trying the migration in a shadow database");
  const events = [
    "before_analyze_schema",
    "after_analyze_schema",
    "before_diff_schemas",
    "after_diff_schemas",
  ] as const;
  const draft = await draftMigration({
    ...(await hooksOutsideRuns(context, flags, project, { migrations, terminal, events })),
    source: start.source,
    migrations,
    ownSchema: project.config.migrations.ownSchema,
    shadow: reader.shadow,
    compare: whatCounts(flags, to),
    wanted: to.catalog,
    renames: declaredRenames(flags, { to, project }),
    allow: flags.allow ?? [],
    online: flags.online ?? true,
    describe: { from: start.words, to: "the DDL" },
    signal,
    ...asking(context, tools),
  });
  terminal.clearStatus();
  noteDiff(draft.plan, terminal);
  if (draft.plan.statements.length === 0)
    return {
      document: { ...draftDocument(draft, []), proof: null },
      lines: [`Nothing to write: from ${start.words} to the DDL there is nothing to do.`],
    };
  if (draft.notOnline !== undefined)
    terminal.note(`${terminal.paint("yellow", "note")} gentler forms were left out. ${draft.notOnline.message}`);
  const proof = flags.prove === false ? undefined : await proveDraft(draft, { flags, to, reader, tools });
  const { up, down } = draft;
  const files = await newMigration({
    directory: project.migrationsDirectory,
    name,
    texts: { up, down },
    now: new Date(),
  });
  return {
    document: { ...draftDocument(draft, files), proof: proof ?? null },
    lines: [...files.map((file) => `Wrote ${project.shown(file)}`), summary(draft, proof)],
  };
}

/**
 * Runs the plan where there are rows. That rows as they may be are in the way is told, and that there were none; anything
 * else keeps it from being written, but for losses that were allowed.
 */
async function proveDraft(draft: MigrationDraft, { flags, to, reader, tools }: Proving): Promise<DiffProof> {
  const { terminal } = tools;
  terminal.status("  proving it in a shadow database with rows");
  const counts = whatCounts(flags, to);
  const proof = await provePlan(draft.plan, {
    before: copyOf(draft.from, counts),
    after: sourceOf(to, counts),
    counts,
    shadow: reader.shadow,
    version: Math.floor(draft.from.serverVersion / 10_000),
  });
  terminal.clearStatus();
  const against = whatSpeaksAgainst(proof);
  const allowed = (flags.allow ?? []).includes("DeletesData");
  const unseen = proof.noRowFollowed ? 1 : 0;
  const lost = allowed ? proof.rowsLost.length : 0;
  const pardoned = isOnlyAboutRows(proof) || unseen + lost === against.length;
  if (against.length > 0 && !pardoned)
    throw new ConfitureError("CONFITURE_DRAFT_FAILED", `The difference was not proven:\n  ${against.join("\n  ")}`, {
      hint: "Nothing was written. Declare what is a rename, or write this migration by hand; --no-prove leaves the proof out.",
      facts: { proof },
    });
  for (const line of [...against, ...proof.notInspected.map((what) => `not proven: ${what}`)])
    terminal.note(`${terminal.paint("yellow", "note")} ${line}`);
  return proof;
}

interface Proving {
  readonly flags: DraftFlags;
  readonly to: ReadSide;
  readonly reader: SideReader;
  readonly tools: CommandTools;
}

function summary({ plan, online }: MigrationDraft, proof: DiffProof | undefined): string {
  const gentler = online === 0 ? "" : `, ${online} of them (up and down) in a gentler form`;
  return `${formatCount(plan.statements.length, "statement")}${gentler}. Tried up and down in a shadow database; ${
    proof === undefined ? "not proven on rows (--no-prove)" : rowsInWords(proof)
  }.`;
}

function draftDocument({ plan, online }: MigrationDraft, files: readonly string[]): Record<string, unknown> {
  return {
    files,
    empty: plan.statements.length === 0,
    statements: plan.statements.map(statementDocument),
    online,
    renamed: plan.renamed.map(({ kind, from, to }) => ({ kind, from, to })),
    unsupported: plan.unsupported,
    columnOrder: plan.columnOrder,
    likelyRenames: plan.likelyRenames,
  };
}

interface Start {
  readonly source: DraftSource;
  /** For the comment at the top. */
  readonly words: string;
  readonly version?: number;
}

async function startOf(
  reader: SideReader,
  flags: DraftFlags,
  { project, migrations }: { readonly project: ProjectFiles; readonly migrations: readonly Migration[] },
): Promise<Start> {
  const { config } = project;
  if (flags.env === undefined) {
    if (!Object.hasOwn(config.environments, defaultEnvironment))
      return { source: { kind: "migrations" }, words: "the migrations" };
    const { database } = await reader.environment(undefined);
    return { source: { kind: "record", database }, words: "the migrations" };
  }
  const { database } = await reader.environment(flags.env);
  const { pending, underWay } = await readStatus(database, { migrations, ownSchema: config.migrations.ownSchema });
  refusePending(flags.env, [...underWay, ...pending]);
  const catalog = (await reader.live({ kind: "environment", name: flags.env, shown: `env:${flags.env}` }))!;
  return {
    source: { kind: "catalog", catalog },
    words: `environment ${flags.env}`,
    version: Math.floor(catalog.serverVersion / 10_000),
  };
}

/** They would run first, and leave something else behind than what the new one was drafted for. */
function refusePending(
  environment: string,
  [first, ...more]: readonly { readonly version: string; readonly name: string }[],
): void {
  if (first === undefined) return;
  throw new ConfitureError(
    "CONFITURE_USAGE",
    `${first.version}_${first.name}${more.length === 0 ? " is" : ` and ${more.length} more are`} not applied to ${environment} yet, and would run before the new one.`,
    { hint: "Apply what is pending first, or leave --env out: then the migration starts from where all of them lead." },
  );
}

async function readMigrationsIfAny(project: ProjectFiles): Promise<readonly Migration[]> {
  try {
    return await project.readMigrations();
  } catch (error) {
    if (isConfitureError(error) && error.code === "CONFITURE_FILE_NOT_FOUND") return [];
    throw error;
  }
}

/** On a terminal somebody can say what is a rename. */
function asking(
  { process }: CliContext,
  { terminal, signal }: CommandTools,
): Pick<Parameters<typeof draftMigration>[0], "isRename"> {
  if (!terminal.live || process.stdin.isTTY !== true) return {};
  return {
    isRename: ({ kind, from, to }) => {
      terminal.clearStatus();
      const question = `${kind} ${from} goes and ${to} comes, just like it. Is it the same one under another name?`;
      return askYesNo(question, { input: process.stdin, output: process.stderr, signal });
    },
  };
}
