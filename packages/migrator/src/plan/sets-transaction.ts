/** Whether a statement says how its transaction is isolated: PostgreSQL takes that only before the first query. */
export function setsTransaction({ kind, sql }: { readonly kind: string; readonly sql: string }): boolean {
  return kind === "VariableSetStmt" && /^set\s+(local\s+|session\s+)?transaction\b/i.test(sql);
}
