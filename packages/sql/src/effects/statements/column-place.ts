import type { EffectDraft } from "../effect-draft.js";
import type { Relation } from "../picture/relation.js";
import type { Subcommand } from "./subcommand.js";

/** Where the column comes to stand. */
export interface ColumnPlace extends Subcommand {
  readonly column: string;
  readonly draft: EffectDraft;
  readonly tree: readonly Relation[];
  readonly hasDefault: boolean;
}
