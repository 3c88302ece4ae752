import type { TreeFields } from "../../parse/parse-tree.js";
import type { StepDraft } from "../safer-answer.js";
import type { SaferContext, Target } from "../safer-context.js";

/** One subcommand of ALTER TABLE with its text, without comments. */
export interface CutSubcommand {
  /** The fields of the `AlterTableCmd`. */
  readonly command: TreeFields;
  readonly text: string;
  /** Offset just behind it in the statement's text without comments. */
  readonly end: number;
}

/** What a subcommand that does blocking work becomes. */
export type Part =
  | {
      readonly kind: "split";
      /** Committed before `inline` runs. */
      readonly before: readonly StepDraft[];
      /** Subcommands that do no work, run together with their neighbours. */
      readonly inline: readonly string[];
      /** Run once `inline` is committed. */
      readonly after: readonly StepDraft[];
      readonly because: string;
      readonly caveats: readonly string[];
    }
  /** It already does no more than it must: it stays as it is. */
  | { readonly kind: "keep" }
  | { readonly kind: "refuse"; readonly because: string };

/** A subcommand and where it stands. */
export interface PartInput extends CutSubcommand {
  readonly context: SaferContext;
  readonly target: Target;
  /** `alter table t`, as every ALTER TABLE of the sequence begins. */
  readonly alter: string;
}

export function split(part: Partial<Omit<Extract<Part, { kind: "split" }>, "kind">>): Extract<Part, { kind: "split" }> {
  return { kind: "split", before: [], inline: [], after: [], because: "", caveats: [], ...part };
}

export function refuse(because: string): Part {
  return { kind: "refuse", because };
}
