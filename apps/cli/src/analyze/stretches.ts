import type { Statement } from "@confiture/model";
import { findCommitBoundaries } from "@confiture/sql";
import type { Subject } from "./subject.js";

/** Statements that commit together in a run of the migrations; one that runs alone is a stretch of its own. */
export async function stretchesOf(subjects: readonly Subject[]): Promise<readonly (readonly Statement[])[]> {
  const perSubject = await Promise.all(subjects.map(({ statements }) => stretchesOfFile(statements)));
  return perSubject.flat();
}

async function stretchesOfFile(statements: readonly Statement[]): Promise<readonly (readonly Statement[])[]> {
  const boundaries = new Set((await findCommitBoundaries(statements)).map(({ after }) => after));
  const stretches: Statement[][] = [[]];
  for (const statement of statements) {
    const standsAlone = statement.transactionality.kind === "alone" || endsTransaction(statement);
    if (standsAlone) stretches.push([]);
    stretches.at(-1)?.push(statement);
    if (standsAlone || boundaries.has(statement.index)) stretches.push([]);
  }
  return stretches.filter(({ length }) => length > 0);
}

/** BEGIN ends what stands before it as much as COMMIT does; a savepoint ends nothing. */
export function endsTransaction({ transactionality }: Statement): boolean {
  if (transactionality.kind !== "transaction-control") return false;
  const { control } = transactionality;
  return control === "begin" || control === "commit" || control === "rollback" || control === "prepare";
}
