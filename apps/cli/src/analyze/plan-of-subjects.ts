import { noEffect, type Operation } from "@confiture/model";
import type { AssessedOperation, SaferWay } from "@confiture/risk";
import { findCommitBoundaries, type SaferAnswer, type StatementEffects } from "@confiture/sql";
import { endsTransaction } from "./stretches.js";
import type { Subject } from "./subject.js";

/** A transaction ends here, and the locks of what stands before it are let go. */
const commit: Operation = { kind: "transaction_control", effect: { ...noEffect, transactional: false } };

/**
 * The operations of all subjects in the order they run, with a commit wherever a run of the migrations has one: behind
 * each file, where the author wrote one, and behind a new enum value that is used further down.
 */
export async function planOfSubjects(
  subjects: readonly Subject[],
  predicted: readonly (readonly StatementEffects[])[],
  safer: readonly (readonly (SaferAnswer | null)[])[],
): Promise<readonly AssessedOperation[]> {
  const plans = await Promise.all(
    subjects.map(async ({ statements }, position) => {
      const boundaries = new Set((await findCommitBoundaries(statements)).map(({ after }) => after));
      return [
        ...(predicted[position] ?? []).flatMap((one, index) => [
          ...operationsOf(one, safer[position]?.[index] ?? null),
          ...(boundaries.has(one.statement.index) ? [commit] : []),
        ]),
        commit,
      ];
    }),
  );
  return plans.flat();
}

function operationsOf(
  { statement, operations }: StatementEffects,
  answer: SaferAnswer | null,
): readonly AssessedOperation[] {
  if (endsTransaction(statement)) return [commit];
  return answer === null ? operations : operations.map((operation) => ({ ...operation, safer: wayOf(answer) }));
}

function wayOf(answer: SaferAnswer): SaferWay {
  if (answer.kind !== "safer") return answer;
  const steps = answer.steps.filter(({ when }) => when === "now");
  const later = steps.length < answer.steps.length;
  return {
    kind: "safer",
    sql: steps.map(({ sql, asLoop }) => asLoop ?? sql),
    ...(later ? { caveats: ["A second migration finishes it, once no running code uses the old form."] } : {}),
  };
}
