import { fieldsIn, isFields, listOf, stringOf, type TreeFields, type TreeValue } from "../../parse/parse-tree.js";
import { nameFromParts } from "../../parse/read-names.js";
import type { EffectDraft } from "../effect-draft.js";
import { relationName } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { isThere, makeRelation } from "./create-table.js";

export function createSequence(fields: TreeFields, context: StatementContext): void {
  const sequence = makeRelation(fields.sequence, "sequence", context, fields.if_not_exists === true);
  const draft = context.begin("create_sequence", { kind: "sequence", name: relationName(sequence) });
  if (isThere(fields.sequence, fields.if_not_exists === true, context)) return;
  lockOwner(draft, fields.options, context);
  context.picture.add(sequence);
}

/** RESTART and settings write the sequence anew; OWNED BY alone does not. */
export function alterSequence(fields: TreeFields, context: StatementContext): void {
  const sequence = context.relationOf(fields.sequence, "sequence");
  const names = fieldsIn(fields.options, "DefElem").map(({ defname }) => stringOf(defname) ?? "");
  const restarts = names.includes("restart");
  const draft = context
    .beginOn(restarts ? "restart_sequence" : "alter_sequence", sequence)
    .lock(sequence, "ShareRowExclusiveLock");
  if (names.some((name) => name !== "owned_by")) draft.swapFile(sequence);
  if (restarts && !sequence.bornHere) draft.lose("sequence_position", relationName(sequence));
  lockOwner(draft, fields.options, context);
}

function lockOwner(draft: EffectDraft, options: TreeValue | undefined, context: StatementContext): void {
  const owned = fieldsIn(options, "DefElem").find(({ defname }) => defname === "owned_by");
  const parts = isFields(owned?.arg) && isFields(owned.arg.List) ? listOf(owned.arg.List.items) : [];
  // OWNED BY NONE is one word.
  const table = parts.length < 2 ? undefined : nameFromParts(parts.slice(0, -1));
  if (table !== undefined) draft.lock(context.relation(table), "AccessShareLock");
}
