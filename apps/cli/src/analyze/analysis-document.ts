import type { DurationEstimate, RelationLock } from "@confiture/model";
import type { SaferAnswer, TraceOutcome } from "@confiture/sql";
import type { Analysis, AnalyzedStatement } from "./analysis.js";
import type { RewrittenFile } from "./rewrite-subjects.js";
import { whyNotPassed } from "./why-not-passed.js";

/** The JSON document of `migrate analyze`; its schema is `schemas/migrate-analyze.v1.json`. Keys are only ever added. */
export function analysisDocument(analysis: Analysis, rewritten?: readonly RewrittenFile[]): Record<string, unknown> {
  const because = whyNotPassed(analysis);
  const { serverVersion, environment, statements, risk, limit, trace } = analysis;
  return {
    format: 1,
    serverVersion,
    environment,
    statements: statements.map(statementDocument),
    risk,
    limit,
    passed: because.length === 0,
    because,
    ...(trace === null ? {} : { trace }),
    ...(rewritten === undefined ? {} : { rewritten }),
  };
}

function statementDocument(one: AnalyzedStatement): Record<string, unknown> {
  const { index, statement, operations, effect, duration, safer, observed } = one;
  return {
    index,
    file: statement.at.file,
    line: statement.at.line,
    column: statement.at.column,
    sql: statement.text,
    operations,
    locks: effect.locks,
    indexLocks: effect.indexLocks,
    hazards: effect.hazards,
    rewrites: effect.rewrites,
    scans: [...new Set(effect.scans.map(({ relation }) => relation))].sort(),
    indexBuilds: effect.indexBuilds,
    fileSwaps: effect.fileSwaps,
    waits: effect.waits,
    rowChanges: effect.rowChanges ?? [],
    dataLoss: effect.dataLoss,
    compatibility: effect.compatibility,
    reversible: effect.reversible,
    transactional: effect.transactional,
    certainty: effect.certainty,
    assumptions: effect.assumptions,
    duration: duration satisfies DurationEstimate | null,
    safer: safer satisfies SaferAnswer | null,
    ...(statement.syntaxError === undefined ? {} : { syntaxError: statement.syntaxError }),
    ...(observed === null ? {} : { trace: traceDocument(observed) }),
  };
}

interface TraceDocument {
  readonly verdict: TraceOutcome["kind"];
  readonly locks?: readonly RelationLock[];
  readonly indexLocks?: readonly RelationLock[];
  readonly rewrites?: readonly string[];
  readonly scans?: readonly string[];
  /** What was not foreseen. */
  readonly under?: readonly string[];
  /** What was foreseen and did not happen. */
  readonly over?: readonly string[];
  readonly sqlState?: string;
  readonly because?: string;
}

function traceDocument(outcome: TraceOutcome): TraceDocument {
  switch (outcome.kind) {
    case "confirmed":
    case "mismatch": {
      const { locks, indexLocks, rewrites, scans } = outcome.observed;
      const differences = outcome.kind === "mismatch" ? { under: outcome.under, over: outcome.over } : {};
      return { verdict: outcome.kind, locks, indexLocks, rewrites, scans, ...differences };
    }
    case "refused":
      return { verdict: outcome.kind, sqlState: outcome.code };
    case "not-run":
      return { verdict: outcome.kind, because: outcome.because };
    default:
      return outcome satisfies never;
  }
}
