import type { Constraint } from "./relation.js";

/** The expression of a CHECK constraint as the catalog prints it, in its parentheses. */
export function checkExpression({ kind, definition }: Constraint): string | undefined {
  if (kind !== "check") return undefined;
  return definition?.replace(/^CHECK /, "").replace(/( NO INHERIT| NOT VALID| NOT ENFORCED)+$/, "");
}
