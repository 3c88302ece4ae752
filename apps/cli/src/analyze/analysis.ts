import type { DurationEstimate, Effect, OperationKind, RiskAssessment, RiskLevel, Statement } from "@confiture/model";
import type { SaferAnswer, TraceOutcome } from "@confiture/sql";

/** Statements with all they do, and what that may cost. */
export interface Analysis {
  /** Major version the answer is for. */
  readonly serverVersion: number;
  /** Null: no server was asked. */
  readonly environment: string | null;
  readonly statements: readonly AnalyzedStatement[];
  readonly risk: RiskAssessment;
  /** The level from which on the analysis does not pass. */
  readonly limit: RiskLevel;
  /** Null: none was asked for. */
  readonly trace: ShadowTrace | null;
}

export interface AnalyzedStatement {
  /** Position among all that was analysed, from 0. */
  readonly index: number;
  /** Position among the files. */
  readonly subject: number;
  readonly statement: Statement;
  readonly operations: readonly OperationKind[];
  readonly effect: Effect;
  /** Null without facts of a server, and for what works on no rows. */
  readonly duration: DurationEstimate | null;
  /** Null for what keeps nobody out. */
  readonly safer: SaferAnswer | null;
  /** Null without a trace. */
  readonly observed: TraceOutcome | null;
}

/** What running the statements on a shadow database showed. */
export interface ShadowTrace {
  /** What the shadow's schema was made of. */
  readonly base: string;
  /** Objects in which the shadow's schema is not that of the environment. */
  readonly differs: readonly string[];
}
