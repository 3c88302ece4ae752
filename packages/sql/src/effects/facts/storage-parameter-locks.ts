import { type LockMode, lockModes } from "@confiture/model";
import { fieldsOf, isFields, listOf, stringOf, type TreeValue } from "../../parse/parse-tree.js";

/**
 * Storage parameters that take ACCESS EXCLUSIVE, because plans or the meaning of the relation depend on them; every
 * other one takes SHARE UPDATE EXCLUSIVE. access/common/reloptions.c, PostgreSQL 13–18.
 */
export const exclusiveStorageParameters: ReadonlySet<string> = new Set([
  "user_catalog_table",
  "security_barrier",
  "security_invoker",
  "check_option",
  "fastupdate",
  "gin_pending_list_limit",
  "buffering",
  "pages_per_range",
  "autosummarize",
]);

/** The lock of `SET (…)` or `RESET (…)` with a list of `DefElem` nodes. */
export function storageParameterLock(definition: TreeValue | undefined): LockMode {
  const items = isFields(definition) && isFields(definition.List) ? listOf(definition.List.items) : listOf(definition);
  const names = items.map((item) => stringOf(fieldsOf(item, "DefElem")?.defname) ?? "");
  const strongest = names.some((name) => exclusiveStorageParameters.has(name))
    ? "AccessExclusiveLock"
    : "ShareUpdateExclusiveLock";
  return lockModes.includes(strongest) ? strongest : "AccessExclusiveLock";
}
