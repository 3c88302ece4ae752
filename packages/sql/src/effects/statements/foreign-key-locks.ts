import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { EffectDraft } from "../effect-draft.js";
import { referencesAbove } from "../picture/references-above.js";
import { type Constraint, type Relation, withPartitions } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { fireTriggers } from "./fire-triggers.js";
import type { Written } from "./written.js";

interface Work {
  readonly draft: EffectDraft;
  readonly context: StatementContext;
}

/** What the triggers of foreign keys lock when rows of a relation are written: the other ends, and what cascades. */
export function lockForeignKeysOf(
  relation: Relation,
  written: Written,
  work: Work,
  seen: ReadonlySet<Relation> = new Set(),
): void {
  const updated = written.update === undefined ? undefined : new Set([...written.update].map(quoteIdentifier));
  for (const key of relation.constraints.values()) {
    if (key.references === undefined) continue;
    const isWritten = written.insert !== undefined || key.columns.some((column) => updated?.has(column) === true);
    if (isWritten && key.enforced) lockReferenced(key.references, work.draft);
  }
  for (const { from, key } of referencesAbove(relation)) {
    const columns = key.referencedColumns ?? keyOf(relation);
    const isMoved = columns.some((column) => updated?.has(column) === true);
    const assigned: Written = { update: new Set(key.columns) };
    // The triggers of a partition's key look into the whole partitioned table.
    if (key.fromParent) continue;
    if (isMoved && isPassive(key.onUpdate)) lookInto(from, work);
    else if (isMoved) writeInto(from, assigned, work, seen);
    if (written.delete !== true) continue;
    if (isPassive(key.onDelete)) lookInto(from, work);
    else writeInto(from, key.onDelete === "cascade" ? { delete: true } : assigned, work, seen);
  }
}

function keyOf(relation: Relation): readonly string[] {
  return [...relation.constraints.values()].find(({ kind }) => kind === "primary key")?.columns ?? [];
}

/** Without an action nothing is written: the rows that refer are looked for. */
function isPassive(action: Constraint["onDelete"]): boolean {
  return action === undefined || action === "no action" || action === "restrict";
}

function lockReferenced(relation: Relation, draft: EffectDraft): void {
  for (const one of withPartitions(relation)) draft.lock(one, "RowShareLock");
}

function lookInto(from: Relation, { draft }: Work): void {
  for (const one of withPartitions(from)) draft.lock(one, "RowShareLock");
}

/** The rows that refer are written as well: their own keys follow, and triggers fire. */
function writeInto(from: Relation, written: Written, work: Work, seen: ReadonlySet<Relation>): void {
  const tree = withPartitions(from);
  for (const one of tree) work.draft.lock(one, "RowExclusiveLock");
  if (seen.has(from)) return;
  if (written.delete === true) work.draft.loseRows(from);
  lockForeignKeysOf(from, written, work, new Set([...seen, from]));
  fireTriggers(from, tree, written, work);
}
