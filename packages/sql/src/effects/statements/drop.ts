import type { OperationKind } from "@confiture/model";
import {
  fieldsOf,
  isFields,
  listOf,
  stringNode,
  stringOf,
  type TreeFields,
  type TreeValue,
} from "../../parse/parse-tree.js";
import { nameFromObject, nameFromParts } from "../../parse/read-names.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";
import type { EffectDraft } from "../effect-draft.js";
import {
  isPartitioned,
  type Relation,
  type RelationKind,
  relationName,
  withDescendants,
  withPartitions,
} from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { objectName, objectWord } from "./object-name.js";
import { forgetCast } from "./operators-and-casts.js";
import { Removal } from "./take-away.js";

const relations: Readonly<Record<string, { readonly kind: OperationKind; readonly relation: RelationKind }>> = {
  OBJECT_TABLE: { kind: "drop_table", relation: "table" },
  OBJECT_FOREIGN_TABLE: { kind: "drop_foreign_table", relation: "foreign table" },
  OBJECT_VIEW: { kind: "drop_view", relation: "view" },
  OBJECT_MATVIEW: { kind: "drop_materialized_view", relation: "materialized view" },
  OBJECT_SEQUENCE: { kind: "drop_sequence", relation: "sequence" },
};

const others: Readonly<Record<string, OperationKind>> = {
  OBJECT_EVENT_TRIGGER: "drop_event_trigger",
  OBJECT_PUBLICATION: "drop_publication",
  OBJECT_EXTENSION: "drop_extension",
};

/** DROP of anything that has no statement of its own. */
export function drop(fields: TreeFields, context: StatementContext): void {
  const type = stringOf(fields.removeType) ?? "";
  for (const object of listOf(fields.objects)) {
    const relation = relations[type];
    if (relation !== undefined) dropRelation(object, relation.kind, relation.relation, fields, context);
    else if (type === "OBJECT_INDEX") dropIndex(object, fields, context);
    else if (["OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY"].includes(type)) dropPart(object, type, context);
    else if (type === "OBJECT_SCHEMA") dropSchema(object, fields, context);
    else if (type === "OBJECT_TYPE" || type === "OBJECT_DOMAIN") dropType(object, type, fields, context);
    else if (type === "OBJECT_STATISTIC_EXT") dropStatistics(object, context);
    else if (["OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE"].includes(type))
      dropFunction(object, fields, context);
    else dropOther(object, type, fields, context);
  }
}

function cascades(fields: TreeFields): boolean {
  return fields.behavior === "DROP_CASCADE";
}

function dropRelation(
  object: TreeValue,
  kind: OperationKind,
  expected: RelationKind,
  fields: TreeFields,
  context: StatementContext,
): void {
  const name = nameFromObject(object) ?? { name: "" };
  const found = context.picture.find(name);
  if (found === undefined && context.picture.complete && fields.missing_ok === true) {
    context.begin(kind, { kind: expected, name: quoteQualified(name) });
    return;
  }
  const relation = found ?? context.relation(name, expected);
  const draft = context.beginOn(kind, relation);
  if (relation.bornHere) draft.hazards.delete("DeletesData");
  if (!relation.known) draft.lock(relation, "AccessExclusiveLock");
  new Removal(context, draft, cascades(fields) ? {} : { without: named(fields, context) }).relation(relation);
}

/** All relations that a statement drops by name, with their partitions. */
function named(fields: TreeFields, context: StatementContext): readonly Relation[] {
  return listOf(fields.objects).flatMap((object) => {
    const found = context.picture.find(nameFromObject(object) ?? { name: "" });
    return found === undefined ? [] : withPartitions(found);
  });
}

function dropIndex(object: TreeValue, fields: TreeFields, context: StatementContext): void {
  const name = nameFromObject(object) ?? { name: "" };
  const index = context.picture.findIndex(name);
  const concurrently = fields.concurrent === true;
  const kind = concurrently ? "drop_index_concurrently" : "drop_index";
  const draft = context.begin(kind, {
    kind: "index",
    name: index === undefined ? quoteQualified(name) : relationName(index),
  });
  if (index === undefined) {
    if (context.picture.complete && fields.missing_ok === true) return;
    draft.indexLocks.set(quoteQualified(name), concurrently ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock");
    draft.assume(
      `the table of ${quoteQualified(name)} is locked too, ${concurrently ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE"}`,
    );
  } else if (concurrently) {
    draft.lock(index.table, "ShareUpdateExclusiveLock").lockIndex(index, "ShareUpdateExclusiveLock");
    draft.waits.push({
      relation: relationName(index.table),
      conflictingWith: "AccessExclusiveLock",
      oldSnapshots: false,
    });
    context.picture.removeIndex(index);
  } else new Removal(context, draft).index(index);
  const key = index && [...index.table.constraints.values()].find((constraint) => constraint.index === index);
  if (key !== undefined) draft.refuse(`the constraint ${key.name} of ${relationName(index!.table)} stands on it`);
}

const parts = {
  OBJECT_TRIGGER: { kind: "drop_trigger", of: "triggers" },
  OBJECT_RULE: { kind: "drop_rule", of: "rules" },
  OBJECT_POLICY: { kind: "drop_policy", of: "policies" },
} as const;

function dropPart(object: TreeValue, type: string, context: StatementContext): void {
  const words = isFields(object) && isFields(object.List) ? listOf(object.List.items).map(stringNode) : [];
  const table = nameFromParts(
    (isFields(object) && isFields(object.List) ? listOf(object.List.items) : []).slice(0, -1),
  );
  const relation = context.relation(table ?? { name: "" });
  const { kind, of } = parts[type as keyof typeof parts];
  const name = quoteIdentifier(words.at(-1) ?? "");
  const draft = context.beginOn(kind, relation, name).lock(relation, "AccessExclusiveLock");
  relation[of].delete(name);
  if (kind !== "drop_trigger") return;
  if (isPartitioned(relation)) {
    for (const one of withDescendants(relation)) {
      draft.lock(one, "AccessExclusiveLock");
      one.triggers.delete(name);
    }
  }
  if (!relation.known) draft.assume(`${relationName(relation)} has no partitions: each would be locked like it`);
}

function dropSchema(object: TreeValue, fields: TreeFields, context: StatementContext): void {
  const schema = quoteIdentifier(stringNode(object) ?? "");
  const draft = context.begin("drop_schema", { kind: "schema", name: schema });
  if (!cascades(fields)) {
    const inside = [...context.picture.relations.values()].find((relation) => relation.schema === schema);
    if (inside !== undefined) draft.refuse(`${relationName(inside)} is in it, and the statement does not say CASCADE`);
    return;
  }
  if (!context.picture.complete)
    draft.assume(
      `${schema} is empty: every relation in it, and the tables its foreign keys refer to, would be locked ACCESS EXCLUSIVE`,
    );
  const removal = new Removal(context, draft);
  for (const relation of [...context.picture.relations.values()])
    if (relation.schema === schema) removal.relation(relation);
  for (const name of [...context.picture.types.keys()]) if (name.startsWith(`${schema}.`)) removal.type(name);
  for (const name of [...context.picture.functions.keys()]) {
    if (!name.startsWith(`${schema}.`)) continue;
    context.picture.functions.delete(name);
    removal.functionNamed(name);
  }
}

function dropType(object: TreeValue, type: string, fields: TreeFields, context: StatementContext): void {
  const typeName = fieldsOf(object, "TypeName");
  const name = nameFromParts(listOf(typeName?.names)) ?? { name: "" };
  const found = context.picture.findType(name);
  const key = found?.key ?? quoteQualified(name);
  const draft = context.begin(type === "OBJECT_DOMAIN" ? "drop_domain" : "drop_type", {
    kind: type === "OBJECT_DOMAIN" ? "domain" : "type",
    name: key,
  });
  if (found === undefined && !context.picture.complete && cascades(fields)) {
    draft.assume(`no column is of type ${key}: it would be dropped with the type, under ACCESS EXCLUSIVE on its table`);
  }
  if (found !== undefined) new Removal(context, draft, cascades(fields) ? {} : { without: [] }).type(key);
}

function dropStatistics(object: TreeValue, context: StatementContext): void {
  const name = nameFromObject(object) ?? { name: "" };
  const draft = context.begin("drop_statistics", { kind: "statistics object", name: quoteQualified(name) });
  const spelled = quoteIdentifier(name.name);
  let isFound = false;
  for (const relation of context.picture.relations.values()) {
    for (const own of relation.statistics.keys()) {
      if (own !== spelled && !own.endsWith(`.${spelled}`)) continue;
      draft.lock(relation, "ShareUpdateExclusiveLock");
      relation.statistics.delete(own);
      isFound = true;
    }
  }
  if (!isFound) draft.assume(`the table of ${quoteQualified(name)} is locked SHARE UPDATE EXCLUSIVE`);
}

function dropFunction(object: TreeValue, fields: TreeFields, context: StatementContext): void {
  const given = fieldsOf(object, "ObjectWithArgs");
  const name = nameFromParts(listOf(given?.objname)) ?? { name: "" };
  const found = context.picture.findFunctions(name)[0];
  const draft = context.begin("drop_function", { kind: "function", name: found?.name ?? quoteQualified(name) });
  if (found === undefined) {
    if (!context.picture.complete)
      draft.assume(
        `no trigger, default, index or view uses ${quoteQualified(name)}: with CASCADE its table is locked ACCESS EXCLUSIVE`,
      );
    return;
  }
  const namesakes = context.picture.functions.get(found.name) ?? [];
  // Which of several is meant hangs on its arguments; what uses any of them counts.
  const isOnly = namesakes.length === 1;
  if (isOnly) context.picture.functions.delete(found.name);
  const removal = new Removal(context, draft, cascades(fields) || !isOnly ? {} : { without: [] });
  removal.functionNamed(found.name);
}

function dropServer(server: string, draft: EffectDraft, context: StatementContext): void {
  const removal = new Removal(context, draft);
  for (const one of [...context.picture.relations.values()]) if (one.server === server) removal.relation(one);
}

function dropOther(object: TreeValue, type: string, fields: TreeFields, context: StatementContext): void {
  const kind = others[type] ?? "drop_object";
  const word = objectWord(type);
  const name = nameFromObject(object);
  const draft = context.begin(kind, { kind: word, name: objectName(object) ?? "" });
  if (type === "OBJECT_CAST") forgetCast(object, context);
  if (name !== undefined && kind === "drop_event_trigger")
    context.picture.eventTriggers.delete(quoteIdentifier(name.name));
  if (name !== undefined && kind === "drop_publication")
    context.picture.publications.delete(quoteIdentifier(name.name));
  if (cascades(fields))
    draft.assume(`nothing in a table depends on this ${word}: its column would go too, under ACCESS EXCLUSIVE`);
  if (!cascades(fields) || name === undefined) return;
  const gone = quoteIdentifier(name.name);
  for (const [server, wrapper] of context.picture.servers) {
    const goes = (type === "OBJECT_FOREIGN_SERVER" && server === gone) || (type === "OBJECT_FDW" && wrapper === gone);
    if (goes) dropServer(server, draft, context);
  }
}
