import type { DataRequirement } from "@confiture/model";
import type { EffectDraft } from "../effect-draft.js";
import { insideParentheses } from "../expressions-in-text.js";
import { type Constraint, type Relation, relationName } from "../picture/relation.js";

/** Notes what VALIDATE CONSTRAINT asks of the rows; nothing where the constraint's own text is not known. */
export function requireProof(draft: EffectDraft, relation: Relation, constraint: Constraint): void {
  const requirement = proofOf(relationName(relation), constraint);
  if (requirement !== undefined && !relation.bornHere) draft.requires.push(requirement);
}

function proofOf(relation: string, constraint: Constraint): DataRequirement | undefined {
  const { kind, columns, definition, references, referencedColumns } = constraint;
  if (kind === "not null") return { kind: "not_null", relation, column: columns[0] ?? "" };
  if (kind === "check") {
    const expression = definition === undefined ? undefined : insideParentheses(definition, 0);
    return expression === undefined ? undefined : { kind: "check", relation, expression };
  }
  // Of one column, MATCH FULL is what MATCH SIMPLE is; of several, and of PERIOD, only the text tells.
  if (references === undefined || (definition === undefined && columns.length > 1)) return undefined;
  return {
    kind: "foreign_key",
    relation,
    columns,
    references: relationName(references),
    ...(referencedColumns === undefined ? {} : { referencedColumns }),
    match: /\bmatch full\b/i.test(definition ?? "") ? "full" : "simple",
    ...(/\bperiod\b/i.test(insideParentheses(definition ?? "", 0) ?? "") ? { period: true } : {}),
  };
}
