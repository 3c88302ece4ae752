import type { Session } from "@confiture/model";
import { parseSqlFile } from "../parse/parse-sql-file.js";
import { deriveEffect } from "./derive-effect.js";
import type { ObservedEffect } from "./observed-effect.js";
import { readRelationFacts } from "./relation-facts.js";
import { withServerNotes } from "./server-notes.js";

export interface ObserveEffectsOptions {
  /** Oids of the relations that count; others are as if the statement made them. Default: all that are there. */
  readonly among?: ReadonlySet<number>;
}

/**
 * Runs one statement inside the caller's open transaction and reads from the server what it did. Meant for a shadow: the
 * statement is really run, and ending the transaction is left to the caller. PostgreSQL 13–18; a role that is not a
 * superuser needs a server whose messages are in English.
 *
 * Locks that the transaction held before are told apart (`heldBefore`), because to take one again leaves no trace.
 *
 * @throws CONFITURE_USAGE for a session that does not pass on notices, a RangeError for a text that is not one
 * statement; errors of the statement are the driver's own, and then the transaction is failed.
 */
export async function observeEffects(
  session: Session,
  sql: string,
  options: ObserveEffectsOptions = {},
): Promise<ObservedEffect> {
  const { statements } = await parseSqlFile(sql, { file: "statement" });
  const [statement, ...rest] = statements;
  if (statement === undefined || rest.length > 0) throw new RangeError(`not one statement but ${statements.length}`);
  const there = await readRelationFacts(session);
  const before = [...there.values()].filter(({ oid }) => options.among?.has(oid) ?? true);
  const { notes } = await withServerNotes(session, () => session.query(statement.text), { local: true });
  const after = await readRelationFacts(session, before);
  return deriveEffect({ before, after, notes, planned: plannedKinds.has(statement.kind) });
}

/** Statements that read through the planner; those that hold others inside are taken for such. */
const plannedKinds: ReadonlySet<string> = new Set([
  "SelectStmt",
  "InsertStmt",
  "UpdateStmt",
  "DeleteStmt",
  "MergeStmt",
  "CopyStmt",
  "CreateTableAsStmt",
  "RefreshMatViewStmt",
  "DeclareCursorStmt",
  "ExecuteStmt",
  "ExplainStmt",
  "CallStmt",
  "DoStmt",
]);
