import type { PlannedMigration, PlannedSegment } from "@confiture/model";
import type { StepResult } from "./migration-outcome.js";
import type { ExecutingRun } from "./run.js";
import { headline, runStep } from "./run-step.js";
import type { TransactionWork } from "./run-transaction.js";
import { keepOurSettings } from "./session-settings.js";

/** The statements of a planned transaction, one message each, the first with BEGIN in front. */
export function statementsBody(
  run: ExecutingRun,
  migration: PlannedMigration,
  segment: Extract<PlannedSegment, { kind: "transaction" }>,
): TransactionWork["body"] {
  const { session, options } = run;
  const { version } = migration;
  return async (begin, cursor) => {
    const results: StepResult[] = [];
    let prefix = begin;
    for (const step of segment.steps) {
      if (step.serverWide !== undefined && options.serverWide === "skip") continue;
      cursor.step = step;
      cursor.prefixLength = prefix.length;
      options.emit({ kind: "step-started", version, step: step.index, statement: headline(step.sql), at: step.at });
      const result = await runStep(session, step, { now: options.now, prefix });
      prefix = "";
      results.push(result);
      const { durationMs, rows } = result;
      options.emit({ kind: "step-finished", version, step: step.index, durationMs, rows });
      await run.alerts?.inspect({ version, step, rows });
      if (step.mayChangeSettings) run.spoilSession();
      if (step.mayChangeSettings || step.kind === "VariableSetStmt") await keepOurSettings(session, options);
    }
    // Where every statement was skipped, the record still wants its transaction.
    if (prefix !== "") await session.query(prefix);
    return results;
  };
}
