import type { EffectDraft } from "../effect-draft.js";
import { nameLike } from "../names/name-like.js";
import { shapeOf } from "../picture/index-shape.js";
import { MatchingIndexes } from "../picture/matching-index.js";
import type { Index, Relation } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { buildIndex, newIndex } from "./read-constraint.js";

/** Indexes of the partitioned table that the partition lacks are built. */
export function joinIndexes(
  draft: EffectDraft,
  indexes: readonly Index[],
  partition: Relation,
  context: StatementContext,
): void {
  const own = new MatchingIndexes(partition, context.grammar);
  for (const wanted of indexes) {
    draft.lockIndex(wanted, "ShareUpdateExclusiveLock");
    const found = own.take(wanted);
    if (found !== undefined) {
      found.parent = wanted;
      continue;
    }
    const { columns, method } = shapeOf(wanted, context.grammar);
    buildIndex(draft, partition, { name: undefined, columns, unique: wanted.unique, method });
    newIndex(
      context,
      partition,
      nameLike(wanted, partition, context),
      shapeOf(wanted, context.grammar),
      wanted.unique,
    ).parent = wanted;
  }
}
