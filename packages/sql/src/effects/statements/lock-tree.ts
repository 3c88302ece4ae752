import type { EffectDraft } from "../effect-draft.js";
import { type Relation, withDescendants } from "../picture/relation.js";
import type { Subcommand } from "./subcommand.js";

/** The tree a subcommand goes through: everything below, or the relation alone behind ONLY. */
export function treeOf({ relation, recurses }: Subcommand): readonly Relation[] {
  return recurses ? withDescendants(relation) : [relation];
}

/** Locks the tree and says what that means where nothing is known of it. */
export function lockTreeOf(subcommand: Subcommand, draft: EffectDraft): readonly Relation[] {
  const { context, relation, mode, recurses } = subcommand;
  if (recurses) return context.lockTree(draft, relation, mode);
  draft.lock(relation, mode);
  return [relation];
}
