import type { StatementReader } from "../statement-context.js";
import { alterTable } from "./alter-table.js";

/** Which reader understands a statement, by the tag of its tree. */
export const statementReaders: Readonly<Record<string, StatementReader>> = {
  AlterTableStmt: alterTable,
};
