import type { LockMode, QualifiedName } from "@confiture/model";
import { fieldsOf, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { relationName as nameOfRangeVar } from "../../parse/read-names.js";
import { quoteQualified } from "../../write/quote-identifier.js";
import type { EffectDraft } from "../effect-draft.js";
import { storageParameterLock } from "../facts/storage-parameter-locks.js";
import { type Index, relationName } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";

/** ALTER INDEX, and ALTER TABLE on an index: only what an index has. */
export function alterIndex(
  name: QualifiedName,
  index: Index | undefined,
  commands: readonly TreeFields[],
  context: StatementContext,
): void {
  for (const command of commands) {
    const on = { kind: "index", name: index === undefined ? quoteQualified(name) : relationName(index) };
    switch (stringOf(command.subtype)) {
      case "AT_SetRelOptions":
      case "AT_ResetRelOptions": {
        const kind = command.subtype === "AT_SetRelOptions" ? "set_storage_parameters" : "reset_storage_parameters";
        lockIndex(context.begin(kind, on), on.name, index, storageParameterLock(command.def));
        break;
      }
      case "AT_SetStatistics":
        lockIndex(context.begin("set_index_statistics", on), on.name, index, "ShareUpdateExclusiveLock");
        break;
      case "AT_SetTableSpace":
        lockIndex(context.begin("set_tablespace", on), on.name, index, "AccessExclusiveLock");
        break;
      case "AT_AttachPartition":
        attachIndex(context.begin("attach_index", on), index, command, context);
        break;
      default:
        lockIndex(context.begin("unclassified", on), on.name, index, "AccessExclusiveLock").isUnknown = true;
    }
  }
}

function lockIndex(draft: EffectDraft, name: string, index: Index | undefined, mode: LockMode): EffectDraft {
  if (index === undefined) draft.indexLocks.set(name, mode);
  else draft.lockIndex(index, mode);
  return draft;
}

function attachIndex(
  draft: EffectDraft,
  index: Index | undefined,
  command: TreeFields,
  context: StatementContext,
): void {
  const given = fieldsOf(command.def, "PartitionCmd");
  const child = context.picture.findIndex(nameOfRangeVar(given?.name) ?? { name: "" });
  if (index === undefined || child === undefined) {
    draft.assume("the tables of both indexes are locked too, ACCESS SHARE");
    return;
  }
  draft.lockIndex(index, "ShareUpdateExclusiveLock").lockIndex(child, "AccessExclusiveLock");
  draft.lock(index.table, "AccessShareLock").lock(child.table, "AccessShareLock");
  child.parent = index;
}
