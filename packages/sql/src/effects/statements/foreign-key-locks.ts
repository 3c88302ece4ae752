import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { EffectDraft } from "../effect-draft.js";
import { type Constraint, isPartitioned, type Relation, withDescendants } from "../picture/relation.js";
import type { Written } from "./written.js";

/** What the triggers of foreign keys lock when rows of a relation are written: the other ends, and what cascades. */
export function lockForeignKeysOf(
  relation: Relation,
  written: Written,
  draft: EffectDraft,
  seen: ReadonlySet<Relation> = new Set(),
): void {
  const updated = written.update === undefined ? undefined : new Set([...written.update].map(quoteIdentifier));
  for (const key of relation.constraints.values()) {
    if (key.references === undefined) continue;
    const isWritten = written.insert !== undefined || key.columns.some((column) => updated?.has(column) === true);
    if (isWritten && key.enforced) lockReferenced(key.references, draft);
  }
  for (const { from, key } of relation.referencedBy) {
    const columns = key.referencedColumns ?? keyOf(relation);
    const isMoved = columns.some((column) => updated?.has(column) === true);
    if (isMoved) lockReferencing(from, key, key.onUpdate, draft, seen);
    if (written.delete === true) lockReferencing(from, key, key.onDelete, draft, seen);
  }
}

function keyOf(relation: Relation): readonly string[] {
  return [...relation.constraints.values()].find(({ kind }) => kind === "primary key")?.columns ?? [];
}

function lockReferenced(relation: Relation, draft: EffectDraft): void {
  for (const one of isPartitioned(relation) ? withDescendants(relation) : [relation]) draft.lock(one, "RowShareLock");
}

/** Without an action the rows are looked for; with one they are written, and their own keys follow. */
function lockReferencing(
  from: Relation,
  key: Constraint,
  action: Constraint["onDelete"],
  draft: EffectDraft,
  seen: ReadonlySet<Relation>,
): void {
  const isLookedUp = action === undefined || action === "no action" || action === "restrict";
  // The triggers of a partition's key look into the whole partitioned table.
  if (key.fromParent) return;
  for (const one of isPartitioned(from) ? withDescendants(from) : [from]) {
    draft.lock(one, isLookedUp ? "RowShareLock" : "RowExclusiveLock");
  }
  if (isLookedUp || seen.has(from)) return;
  const written: Written = action === "cascade" ? { delete: true } : { update: new Set(key.columns) };
  lockForeignKeysOf(from, written, draft, new Set([...seen, from]));
}
