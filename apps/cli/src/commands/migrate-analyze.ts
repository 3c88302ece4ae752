import { resolve } from "node:path";
import { ConfitureError, type RiskLevel } from "@confiture/model";
import type { Calibration } from "@confiture/risk";
import type { Analysis } from "../analyze/analysis.js";
import { analysisDocument } from "../analyze/analysis-document.js";
import { type AnalyzeOptions, analyzeSubjects } from "../analyze/analyze-subjects.js";
import { readRecord } from "../analyze/read-record.js";
import { readServerView, type ServerView } from "../analyze/read-server-view.js";
import { type NamedFile, readSubjects } from "../analyze/read-subjects.js";
import { recordPrograms } from "../analyze/record-programs.js";
import { type RewrittenFile, rewriteSubjects } from "../analyze/rewrite-subjects.js";
import { type Subject, subjectOfMigration } from "../analyze/subject.js";
import { refuseServerWide, traceOnShadow } from "../analyze/trace-on-shadow.js";
import { whyNotPassed } from "../analyze/why-not-passed.js";
import type { CliContext } from "../context.js";
import type { GlobalFlags, PrintFlags } from "../flags.js";
import { renderAnalysis } from "../output/render-analysis.js";
import { renderAnalysisMarkdown } from "../output/render-analysis-markdown.js";
import { type CommandResult, type CommandTools, runCommand } from "../output/run-command.js";
import type { Terminal } from "../output/terminal.js";
import { calibrationFile, readCalibration } from "../project/calibration-file.js";
import { openProject, type Project, type ProjectFiles, readProject } from "../project/open-project.js";
import { riskSettings } from "../project/risk-settings.js";

export interface MigrateAnalyzeFlags extends PrintFlags, Pick<GlobalFlags, "env" | "config"> {
  /** Absent: the project's. */
  readonly riskLevel?: RiskLevel;
  readonly serverVersion?: number;
  readonly trace: boolean;
  readonly rewrite: boolean;
}

export async function runMigrateAnalyze(
  this: CliContext,
  flags: MigrateAnalyzeFlags,
  ...files: readonly string[]
): Promise<void> {
  await runCommand(this, flags, (tools) => {
    if (flags.env !== undefined) return analyzeForEnvironment(this, flags, files, tools);
    if (flags.trace)
      throw new ConfitureError("CONFITURE_USAGE", "--trace needs a server to make a shadow database on.", {
        hint: "Name the environment: --env local.",
      });
    return analyzeTexts(this, flags, files, tools.terminal);
  });
}

const defaultLimit: RiskLevel = "critical";

/** Without an environment no server is asked: the statements alone say what they do. */
async function analyzeTexts(
  context: CliContext,
  flags: MigrateAnalyzeFlags,
  files: readonly string[],
  terminal: Terminal,
): Promise<CommandResult> {
  const project = files.length === 0 ? await readProject(context, flags) : await findProject(context, flags);
  const subjects =
    files.length === 0 && project !== undefined
      ? await Promise.all((await project.readMigrations()).map(subjectOfMigration))
      : await readSubjects(context, namedFiles(context, files));
  const options: AnalyzeOptions = { ...versionOf(flags), ...judgedAs(flags, project) };
  return result(subjects, await analyzeSubjects(subjects, options), { flags, options, terminal });
}

async function analyzeForEnvironment(
  context: CliContext,
  flags: MigrateAnalyzeFlags,
  files: readonly string[],
  { terminal, signal }: CommandTools,
): Promise<CommandResult> {
  const named = files.length === 0 ? undefined : await readSubjects(context, namedFiles(context, files));
  await using project = await openProject(context, flags, terminal);
  const { ownSchema } = project.config.migrations;
  const read = named ?? (await readPending(project, terminal));
  if (flags.trace) refuseServerWide(read);
  await using session = await project.database.openSession();
  const view = await readServerView(session, ownSchema);
  const subjects = flags.trace ? await recordPrograms(project, read, { view, signal, terminal }) : read;
  const calibration = usableCalibration(context, project, { flags, view, terminal });
  const options: AnalyzeOptions = {
    ...judgedAs(flags, project),
    environment: {
      name: flags.env ?? "",
      session,
      view,
      ...(calibration === undefined ? {} : { calibration }),
    },
    ...versionOf(flags),
    ...(flags.trace ? { trace: (traced) => traceOnShadow(project, { subjects: traced, view, signal, terminal }) } : {}),
  };
  return result(subjects, await analyzeSubjects(subjects, options), { flags, options, terminal });
}

interface Printing {
  readonly flags: MigrateAnalyzeFlags;
  readonly options: AnalyzeOptions;
  readonly terminal: Terminal;
}

function result(
  subjects: readonly Subject[],
  analysis: Analysis,
  { flags, options, terminal }: Printing,
): CommandResult {
  const rewritten: readonly RewrittenFile[] | undefined = flags.rewrite
    ? rewriteSubjects(subjects, analysis.statements, options)
    : undefined;
  return {
    document: analysisDocument(analysis, rewritten),
    lines:
      flags.format === "markdown"
        ? renderAnalysisMarkdown(analysis, rewritten)
        : renderAnalysis(analysis, { terminal, ...(rewritten === undefined ? {} : { rewritten }) }),
    exitCode: whyNotPassed(analysis).length === 0 ? 0 : 1,
  };
}

async function readPending(project: Project, terminal: Terminal): Promise<readonly Subject[]> {
  const { pending, underWay } = await readRecord(project, await project.readMigrations());
  for (const { version } of underWay)
    terminal.remark(terminal.paint("yellow", `${version} is applied in part; it is analysed as a whole.`));
  return Promise.all(pending.map(subjectOfMigration));
}

/** Rates of another major version would be rates of another server. */
function usableCalibration(
  context: CliContext,
  project: ProjectFiles,
  { flags, view, terminal }: Pick<Printing, "flags" | "terminal"> & { readonly view: ServerView },
): Calibration | undefined {
  const file = calibrationFile(project, flags.env, context.env);
  const shown = project.shown(file);
  const calibration = readCalibration(file, shown);
  if (calibration === undefined) return undefined;
  const [measured, now] = [calibration.environment.serverVersion, view.catalog.serverVersion].map(majorOf);
  if (measured === now) return calibration;
  terminal.remark(
    terminal.paint("yellow", `${shown} was measured on PostgreSQL ${measured}; this is ${now}. It is not used.`),
  );
  return undefined;
}

function majorOf(serverVersion: number): number {
  return Math.floor(serverVersion / 10_000);
}

/** Files may lie anywhere; a project around them says under which lock_timeout they would run. */
async function findProject(context: CliContext, flags: MigrateAnalyzeFlags): Promise<ProjectFiles | undefined> {
  try {
    return await readProject(context, flags);
  } catch (error) {
    if (flags.config === undefined && error instanceof ConfitureError && error.code === "CONFITURE_CONFIG_NOT_FOUND")
      return undefined;
    throw error;
  }
}

function namedFiles({ cwd }: CliContext, files: readonly string[]): readonly NamedFile[] {
  return files.map((shown) => ({ shown, path: resolve(cwd, shown) }));
}

function versionOf({ serverVersion }: MigrateAnalyzeFlags): Pick<AnalyzeOptions, "serverVersion"> {
  return serverVersion === undefined ? {} : { serverVersion };
}

/** What the project says about risk; --risk-level goes before it. */
function judgedAs(
  { riskLevel }: MigrateAnalyzeFlags,
  project: ProjectFiles | undefined,
): Pick<AnalyzeOptions, "limit" | "lockTimeoutMs" | "settings"> {
  if (project === undefined) return { limit: riskLevel ?? defaultLimit };
  const { risk, migrations } = project.config;
  return {
    limit: riskLevel ?? risk.level ?? defaultLimit,
    lockTimeoutMs: migrations.lockTimeoutMs,
    settings: riskSettings(risk, new Date()),
  };
}
