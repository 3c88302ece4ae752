import { fieldsOf, isFields } from "../../parse/parse-tree.js";
import { relationName as nameOfRangeVar } from "../../parse/read-names.js";
import { checksProveBound } from "../column-types/partition-bounds.js";
import type { EffectDraft } from "../effect-draft.js";
import { ancestorsOf, referencesAbove } from "../picture/references-above.js";
import { isPartitioned, type Relation, relationName, withDescendants } from "../picture/relation.js";
import { joinIndexes } from "./join-indexes.js";
import type { Subcommand } from "./subcommand.js";

/** What a partition must have of its parent, whether it is attached or created: locks beyond the two themselves. */
export function joinParent(
  draft: EffectDraft,
  parent: Relation,
  partition: Relation | undefined,
  version: number,
): void {
  for (const sibling of parent.children) {
    if (sibling.partition?.isDefault !== true || sibling === partition) continue;
    // Rows of the default partition may belong into the new one.
    for (const one of withDescendants(sibling)) draft.lock(one, "AccessExclusiveLock").scan(one, "partition_bound");
  }
  for (const { references } of parent.constraints.values()) {
    if (references === undefined) continue;
    for (const one of withDescendants(references)) draft.lock(one, "ShareRowExclusiveLock");
  }
  for (const { from } of referencesAbove(parent)) {
    draft.lock(from, version >= 15 ? "ShareRowExclusiveLock" : "AccessShareLock");
  }
}

export function attachPartition(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const given = fieldsOf(command.def, "PartitionCmd") ?? {};
  const partition = context.relation(nameOfRangeVar(given.name) ?? { name: "" });
  const draft = context.beginOn(kind, relation, relationName(partition));
  context.explainUnknown(draft, partition);
  draft.lock(relation, mode);
  const tree = context.lockTree(draft, partition, "AccessExclusiveLock");
  const bound = isFields(given.bound) ? given.bound : {};
  joinParent(draft, relation, partition, context.version);
  if (!relation.known) {
    draft.assume(
      `${relationName(relation)} has no default partition, foreign keys or indexes that ${relationName(partition)} lacks: the default partition is locked and read, tables referred to are locked SHARE ROW EXCLUSIVE, missing indexes are built`,
    );
  }
  const isProven = checksProveBound(partition, relation.partitionKey, bound, context);
  if (!isProven) for (const one of tree) draft.scan(one, "partition_bound");
  for (const { references, columns, validated } of relation.constraints.values()) {
    if (references === undefined || !validated) continue;
    const hasIt = [...partition.constraints.values()].some(
      (own) => own.references === references && own.validated && own.columns.join() === columns.join(),
    );
    if (!hasIt) for (const one of [...tree, ...withDescendants(references)]) draft.scan(one, "foreign_key");
  }
  for (const one of tree) joinIndexes(draft, [...relation.indexes], one, context);
  partition.parents.add(relation);
  relation.children.add(partition);
  partition.partition = { of: relation, bound: "", isDefault: bound.is_default === true };
}

export function detachPartition(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const given = fieldsOf(command.def, "PartitionCmd") ?? {};
  const partition = context.relation(nameOfRangeVar(given.name) ?? { name: "" });
  const draft = context.beginOn(kind, relation, relationName(partition));
  draft.lock(relation, mode);
  if (kind === "detach_partition_concurrently") {
    const other = [...relation.children].find((child) => child.partition?.isDefault === true);
    if (other !== undefined)
      draft.refuse(
        `${relationName(relation)} has a default partition, ${relationName(other)}: no detaching CONCURRENTLY`,
      );
    draft.lock(partition, "ShareUpdateExclusiveLock");
    if (!relation.bornHere) {
      draft.waits.push({
        relation: relationName(relation),
        conflictingWith: "AccessExclusiveLock",
        oldSnapshots: false,
      });
    }
  } else if (kind === "detach_partition") {
    // Before 14 only what is below a partition that leaves is locked against everybody.
    for (const one of withDescendants(partition))
      draft.lock(one, context.version < 14 && one === partition ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock");
    for (const index of partition.indexes)
      if (index.parent !== undefined) draft.lockIndex(index, "AccessExclusiveLock");
  } else draft.lock(partition, "AccessExclusiveLock");
  for (const sibling of relation.children) {
    if (sibling.partition?.isDefault === true) draft.lock(sibling, "AccessExclusiveLock");
  }
  for (const { references } of relation.constraints.values()) {
    if (references !== undefined) draft.lock(references, "ShareRowExclusiveLock");
  }
  for (const { from } of referencesAbove(relation)) {
    // No row may refer to what leaves, which is looked up as for a new foreign key.
    draft.lock(from, "AccessExclusiveLock").scan(from, "foreign_key");
    for (const one of withDescendants(partition)) {
      draft.scan(one, "foreign_key");
      if (context.version >= 14 || !isPartitioned(one)) draft.lock(one, "AccessExclusiveLock");
    }
  }
  for (const one of kind === "detach_partition" ? withDescendants(partition) : []) {
    const hasClonedTriggers = [...one.triggers.values()].some(({ fromParent }) => fromParent);
    if (hasClonedTriggers) draft.lock(one, "AccessExclusiveLock");
  }
  // Which rows may refer to what leaves is told by the bounds of all above it.
  if (referencesAbove(relation).length > 0) {
    for (const above of ancestorsOf(relation)) draft.lock(above, "AccessShareLock");
  }
  if (!relation.known) {
    draft.assume(
      `${relationName(relation)} has no default partition and no foreign keys: the default partition is locked ACCESS EXCLUSIVE, tables referred to SHARE ROW EXCLUSIVE`,
    );
  }
  partition.parents.delete(relation);
  relation.children.delete(partition);
  delete partition.partition;
  for (const index of partition.indexes) delete index.parent;
  for (const constraint of partition.constraints.values()) constraint.fromParent = false;
}

export function inherit(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const parent = context.relation(nameOfRangeVar(fieldsOf(command.def, "RangeVar")) ?? { name: "" });
  const draft = context.beginOn(kind, relation, relationName(parent));
  // Everything below is looked at, so that nobody becomes their own ancestor.
  for (const one of withDescendants(relation)) draft.lock(one, "AccessShareLock");
  draft.lock(relation, mode).lock(parent, "ShareUpdateExclusiveLock");
  if (!relation.known)
    draft.assume(`${relationName(relation)} has no children: each would be locked too, ACCESS SHARE`);
  relation.parents.add(parent);
  parent.children.add(relation);
}

export function noInherit(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const parent = context.relation(nameOfRangeVar(fieldsOf(command.def, "RangeVar")) ?? { name: "" });
  context.beginOn(kind, relation, relationName(parent)).lock(relation, mode).lock(parent, "AccessShareLock");
  relation.parents.delete(parent);
  parent.children.delete(relation);
}
