import { type Effect, lockModes, type RiskLevel, type Session } from "@confiture/model";
import {
  assessRisk,
  type Calibration,
  estimateDuration,
  type RiskFacts,
  readRiskFacts,
  relationsOf,
} from "@confiture/risk";
import {
  type PredictEffectsOptions,
  predictEffects,
  type SaferAnswer,
  type StatementEffects,
  saferSequences,
} from "@confiture/sql";
import type { RiskSettings } from "../project/risk-settings.js";
import type { Analysis, AnalyzedStatement, ShadowTrace } from "./analysis.js";
import { planOfSubjects } from "./plan-of-subjects.js";
import type { ServerView } from "./read-server-view.js";
import type { Subject } from "./subject.js";
import type { Traced } from "./trace-on-shadow.js";

export interface AnalyzeOptions {
  readonly limit: RiskLevel;
  /** Major version to answer for. Default: that of the server, else the newest supported. */
  readonly serverVersion?: number;
  readonly environment?: AnalyzedEnvironment;
  /** The `lock_timeout` a run would have. */
  readonly lockTimeoutMs?: number;
  readonly settings?: RiskSettings;
  /** Runs the statements on a shadow database. */
  readonly trace?: (subjects: readonly Subject[]) => Promise<Traced>;
}

/** A database that is asked, and never changed. */
export interface AnalyzedEnvironment {
  readonly name: string;
  readonly session: Session;
  readonly view: ServerView;
  /** Rates measured on this server. */
  readonly calibration?: Calibration;
}

/** What a file is answered for when nobody says for which server. */
const newestSupported = 18;

/** Statements of files → what each does, seen from what the ones before it left, and what all of them may cost. */
export async function analyzeSubjects(subjects: readonly Subject[], options: AnalyzeOptions): Promise<Analysis> {
  const { environment, limit } = options;
  const basis = basisOf(options);
  const predicted = apart(
    subjects,
    await predictEffects(
      subjects.flatMap(({ statements }) => statements),
      basis,
    ),
  );
  const safer = await gentlerWays(predicted, basis);
  const plan = await planOfSubjects(subjects, predicted, safer);
  const facts = environment === undefined ? undefined : await readFacts(environment, plan);
  const calibration = environment?.calibration;
  const assessed = assessRisk({
    operations: plan,
    ...(facts === undefined ? {} : { facts }),
    ...(calibration === undefined ? {} : { calibration }),
    ...(options.lockTimeoutMs === undefined ? {} : { lockTimeoutMs: options.lockTimeoutMs }),
    ...options.settings,
  });
  const traced = await options.trace?.(subjects);
  const notInspected = [
    ...subjects.flatMap((subject) => subject.notInspected),
    ...assessed.notInspected,
    ...(traced?.notInspected ?? []),
  ];
  return {
    serverVersion: basis.serverVersion,
    environment: environment?.name ?? null,
    statements: describeStatements(predicted, { safer: safer.flat(), facts, calibration, traced }),
    risk: { ...assessed, notInspected: [...new Set(notInspected)] },
    limit,
    trace: traced === undefined ? null : (({ base, differs }): ShadowTrace => ({ base, differs }))(traced),
  };
}

function basisOf({ serverVersion, environment }: AnalyzeOptions) {
  const server = environment?.view;
  const major = server === undefined ? newestSupported : Math.floor(server.catalog.serverVersion / 10_000);
  return { ...server, serverVersion: serverVersion ?? major };
}

/** One list of effects for each subject. */
function apart(
  subjects: readonly Subject[],
  effects: readonly StatementEffects[],
): readonly (readonly StatementEffects[])[] {
  let from = 0;
  return subjects.map(({ statements }) => {
    from += statements.length;
    return effects.slice(from - statements.length, from);
  });
}

function readFacts({ session }: AnalyzedEnvironment, plan: Parameters<typeof relationsOf>[0]): Promise<RiskFacts> {
  return readRiskFacts(session, {
    relations: relationsOf(plan),
    requirements: plan.flatMap(({ effect }) => effect.requires),
  });
}

/** Of the statements that keep others out, each behind the ones before it. */
async function gentlerWays(
  predicted: readonly (readonly StatementEffects[])[],
  basis: PredictEffectsOptions,
): Promise<readonly (readonly (SaferAnswer | null)[])[]> {
  const answers = await saferSequences(
    predicted.flat().map(({ statement }) => statement),
    basis,
  );
  let place = 0;
  return predicted.map((effects) =>
    effects.map(({ effect }) => {
      const answer = answers[place++];
      return keepsOthersOut(effect) ? (answer ?? null) : null;
    }),
  );
}

interface Known {
  /** One for each statement of all. */
  readonly safer: readonly (SaferAnswer | null)[];
  readonly facts: RiskFacts | undefined;
  readonly calibration: Calibration | undefined;
  readonly traced: Traced | undefined;
}

function describeStatements(
  predicted: readonly (readonly StatementEffects[])[],
  { safer, facts, calibration, traced }: Known,
): readonly AnalyzedStatement[] {
  const placed = predicted.flatMap((effects, subject) => effects.map((one) => ({ ...one, subject })));
  return placed.map(({ subject, statement, operations, effect }, index): AnalyzedStatement => {
    const { relations } = facts ?? {};
    const duration =
      relations === undefined || !(worksOnRows(effect) || changesAnyRow(effect))
        ? null
        : estimateDuration({ operations, relations, ...(calibration === undefined ? {} : { calibration }) });
    return {
      index,
      subject,
      statement,
      operations: operations.map(({ kind }) => kind),
      effect,
      duration,
      safer: safer[index] ?? null,
      observed: traced?.outcomes[index] ?? null,
    };
  });
}

function worksOnRows({ rewrites, scans, indexBuilds }: Effect): boolean {
  return rewrites.length + scans.length + indexBuilds.length > 0;
}

function changesAnyRow({ rowChanges = [] }: Effect): boolean {
  return rowChanges.some(({ rows, what }) => rows === "any" && what !== "insert");
}

/** From SHARE up, writers wait. */
function keepsOthersOut({ locks, indexLocks }: Effect): boolean {
  return [...locks, ...indexLocks].some(({ mode }) => lockModes.indexOf(mode) >= lockModes.indexOf("ShareLock"));
}
