import { isFields, listOf, stringNode, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { nameFromParts } from "../../parse/read-names.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";
import { isPartitioned, type RowEvent, relationName, withDescendants } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { lockQuery } from "./query-locks.js";

export function createTrigger(fields: TreeFields, context: StatementContext): void {
  const relation = context.relationOf(fields.relation);
  const name = quoteIdentifier(stringOf(fields.trigname) ?? "");
  const draft = context.beginOn(fields.replace === true ? "replace_trigger" : "create_trigger", relation, name);
  draft.lock(relation, "ShareRowExclusiveLock");
  // Only a trigger for each row is made on partitions too.
  const tree = isPartitioned(relation) && fields.row === true ? withDescendants(relation) : [relation];
  const fn = nameFromParts(listOf(fields.funcname)) ?? { name: "" };
  const events = eventsOf(Number(fields.events ?? 0));
  for (const one of tree) {
    draft.lock(one, "ShareRowExclusiveLock");
    const called = context.picture.findFunctions(fn)[0]?.name ?? quoteQualified(fn);
    one.triggers.set(name, {
      name,
      function: called,
      definition: context.text,
      events,
      isForRow: fields.row === true,
      fromParent: one !== relation,
    });
  }
  if (!relation.known && fields.row === true)
    draft.assume(`${relationName(relation)} has no partitions: each would be locked like it`);
  if (isFields(fields.constrrel)) draft.lock(context.relationOf(fields.constrrel), "AccessShareLock");
}

/** The bits of `tgtype`. */
function eventsOf(bits: number): ReadonlySet<RowEvent> {
  const of = { insert: 4, delete: 8, update: 16, truncate: 32 } as const;
  return new Set((["insert", "update", "delete", "truncate"] as const).filter((event) => (bits & of[event]) !== 0));
}

export function createRule(fields: TreeFields, context: StatementContext): void {
  const relation = context.relationOf(fields.relation);
  const name = quoteIdentifier(stringOf(fields.rulename) ?? "");
  const draft = context.beginOn(fields.replace === true ? "replace_rule" : "create_rule", relation, name);
  for (const part of [fields.actions, fields.whereClause]) lockQuery(part, draft, context, "analysed");
  draft.lock(relation, "AccessExclusiveLock");
  relation.rules.set(name, { name, text: context.text });
}

export function createPolicy(fields: TreeFields, context: StatementContext): void {
  changePolicy(fields, "create_policy", fields.table, context);
}

export function alterPolicy(fields: TreeFields, context: StatementContext): void {
  changePolicy(fields, "alter_policy", fields.table, context);
}

function changePolicy(
  fields: TreeFields,
  kind: "create_policy" | "alter_policy",
  table: TreeFields["table"],
  context: StatementContext,
): void {
  const relation = context.relationOf(table);
  const name = quoteIdentifier(stringOf(fields.policy_name) ?? "");
  const draft = context.beginOn(kind, relation, name);
  for (const part of [fields.qual, fields.with_check]) lockQuery(part, draft, context, "analysed");
  draft.lock(relation, "AccessExclusiveLock");
  if (kind === "create_policy") relation.policies.set(name, { name });
}

export function createStatistics(fields: TreeFields, context: StatementContext): void {
  const parts = listOf(fields.defnames);
  const name = nameFromParts(parts);
  const draft = context.begin("create_statistics", {
    kind: "statistics object",
    name: name === undefined ? "" : quoteQualified(name),
  });
  for (const one of listOf(fields.relations)) {
    const rangeVar = isFields(one) ? one.RangeVar : undefined;
    const relation = context.relationOf(rangeVar);
    context.explainUnknown(draft, relation);
    draft.lock(relation, "ShareUpdateExclusiveLock");
    const own = quoteIdentifier(stringNode(parts.at(-1)) ?? "");
    relation.statistics.set(own, { name: own, text: context.text });
  }
}
