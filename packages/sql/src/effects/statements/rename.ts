import type { OperationKind } from "@confiture/model";
import { fieldsOf, isFields, listOf, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { nameFromObject, nameFromParts, relationName as nameOfRangeVar } from "../../parse/read-names.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";
import {
  type Index,
  isPartitioned,
  type Relation,
  type RelationKind,
  relationName,
  withDescendants,
} from "../picture/relation.js";
import { renameColumnOf } from "../picture/rename-column.js";
import { splitName } from "../picture/spelled-name.js";
import type { StatementContext } from "../statement-context.js";
import { tablesOf } from "./alter-keeping.js";
import { objectName, objectWord } from "./object-name.js";

const relationKinds: Readonly<Record<string, { readonly kind: OperationKind; readonly relation: RelationKind }>> = {
  OBJECT_TABLE: { kind: "rename_table", relation: "table" },
  OBJECT_FOREIGN_TABLE: { kind: "rename_table", relation: "foreign table" },
  OBJECT_VIEW: { kind: "rename_view", relation: "view" },
  OBJECT_MATVIEW: { kind: "rename_materialized_view", relation: "materialized view" },
  OBJECT_SEQUENCE: { kind: "rename_sequence", relation: "sequence" },
};

const partKinds = {
  OBJECT_TRIGGER: { kind: "rename_trigger", of: "triggers" },
  OBJECT_RULE: { kind: "rename_rule", of: "rules" },
  OBJECT_POLICY: { kind: "rename_policy", of: "policies" },
} as const;

/** ALTER … RENAME of anything. */
export function rename(fields: TreeFields, context: StatementContext): void {
  const type = stringOf(fields.renameType) ?? "";
  const to = quoteIdentifier(stringOf(fields.newname) ?? "");
  const from = quoteIdentifier(stringOf(fields.subname) ?? "");
  const name = nameOfRangeVar(fields.relation) ?? { name: "" };
  const index = context.picture.find(name) === undefined ? context.picture.findIndex(name) : undefined;
  const relation = relationKinds[type];
  if (type === "OBJECT_INDEX" || (relation !== undefined && index !== undefined)) {
    renameIndex(name, index, to, type === "OBJECT_INDEX", context);
  } else if (relation !== undefined) renameRelation(fields, relation.kind, relation.relation, to, context);
  else if (type === "OBJECT_COLUMN") renameColumn(fields, from, to, context);
  else if (type === "OBJECT_ATTRIBUTE") renameAttribute(name, { from, to }, context);
  else if (type === "OBJECT_TABCONSTRAINT") renameConstraint(fields, from, to, context);
  else if (type in partKinds) renamePart(fields, type as keyof typeof partKinds, from, to, context);
  else renameOther(fields, type, to, context);
}

function renameIndex(
  name: { readonly schema?: string; readonly name: string },
  index: Index | undefined,
  to: string,
  asIndex: boolean,
  context: StatementContext,
): void {
  const draft = context.begin("rename_index", {
    kind: "index",
    name: index === undefined ? quoteQualified(name) : relationName(index),
  });
  // ALTER TABLE does not know yet that it is an index when it locks.
  const mode = asIndex ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock";
  if (index === undefined) {
    if (!context.picture.complete) draft.indexLocks.set(quoteQualified(name), mode);
    return;
  }
  draft.lockIndex(index, mode);
  context.picture.renameIndex(index, { bare: to });
}

function renameRelation(
  fields: TreeFields,
  kind: OperationKind,
  expected: RelationKind,
  to: string,
  context: StatementContext,
): void {
  const relation = context.relationOf(fields.relation, expected);
  context.beginOn(kind, relation).lock(relation, "AccessExclusiveLock");
  context.picture.rename(relation, { bare: to });
}

function renameColumn(fields: TreeFields, from: string, to: string, context: StatementContext): void {
  const relation = context.relationOf(fields.relation, relationKinds[stringOf(fields.relationType) ?? ""]?.relation);
  const draft = context.beginOn("rename_column", relation, from);
  for (const one of context.lockTree(draft, relation, "AccessExclusiveLock")) {
    renameColumnOf(one, { from, to, grammar: context.grammar });
  }
}

function renameAttribute(
  name: { readonly schema?: string; readonly name: string },
  { from, to }: { readonly from: string; readonly to: string },
  context: StatementContext,
): void {
  const type = context.picture.findType(name);
  const key = type?.key ?? quoteQualified(name);
  const draft = context.begin("rename_attribute", { kind: "composite type", name: key }, from);
  const attributes = type?.type.attributes;
  const own = attributes?.get(from);
  if (own !== undefined && attributes?.delete(from) === true) attributes.set(to, own);
  for (const table of tablesOf(key, context)) {
    draft.lock(table, "AccessExclusiveLock");
    renameColumnOf(table, { from, to, grammar: context.grammar });
  }
  if (type === undefined) draft.assume(`no table is of type ${key}: with CASCADE each is locked ACCESS EXCLUSIVE`);
}

function renameConstraint(fields: TreeFields, from: string, to: string, context: StatementContext): void {
  const relation = context.relationOf(fields.relation);
  const draft = context.beginOn("rename_constraint", relation, from);
  const constraint = relation.constraints.get(from);
  draft.lock(relation, "AccessExclusiveLock");
  const inherits = constraint !== undefined && !constraint.noInherit;
  if (inherits) for (const one of withDescendants(relation)) draft.lock(one, "AccessExclusiveLock");
  if (!relation.known)
    draft.assume(`no child of ${relationName(relation)} inherits ${from}: it would be locked like it`);
  if (constraint === undefined) return;
  if (constraint.index !== undefined) {
    draft.lockIndex(constraint.index, "ShareUpdateExclusiveLock");
    context.picture.renameIndex(constraint.index, { bare: to });
  }
  relation.constraints.delete(from);
  constraint.name = to;
  relation.constraints.set(to, constraint);
  context.picture.noteConstraint(relation, to);
}

function renamePart(
  fields: TreeFields,
  type: keyof typeof partKinds,
  from: string,
  to: string,
  context: StatementContext,
): void {
  const { kind, of } = partKinds[type];
  const relation = context.relationOf(fields.relation);
  const draft = context.beginOn(kind, relation, from).lock(relation, "AccessExclusiveLock");
  const parts = relation[of] as Map<string, { name: string }>;
  const part = parts.get(from);
  if (kind === "rename_trigger" && context.version >= 15 && isPartitioned(relation)) {
    for (const one of withDescendants(relation)) draft.lock(one, "AccessExclusiveLock");
  }
  if (kind === "rename_trigger" && !relation.known)
    draft.assume(`${relationName(relation)} has no partitions: each would be locked like it`);
  if (part === undefined) return;
  parts.delete(from);
  part.name = to;
  parts.set(to, part);
}

const otherKinds: Readonly<Record<string, OperationKind>> = {
  OBJECT_SCHEMA: "rename_schema",
  OBJECT_TYPE: "rename_type",
  OBJECT_DOMAIN: "rename_domain",
};

function renameOther(fields: TreeFields, type: string, to: string, context: StatementContext): void {
  const subname = stringOf(fields.subname);
  const named = objectName(fields.object) ?? (subname === undefined ? undefined : quoteIdentifier(subname));
  const word = objectWord(type);
  context.begin(otherKinds[type] ?? "rename_object", {
    kind: word,
    name: named ?? "",
  });
  if (type === "OBJECT_SCHEMA") renameSchema(quoteIdentifier(stringOf(fields.subname) ?? ""), to, context);
  const moved = movedObject(fields.object, type, context);
  if (moved !== undefined) moveObject(moved, `${schemaOf(moved.key)}.${to}`, context);
}

function renameSchema(from: string, to: string, context: StatementContext): void {
  const { picture } = context;
  for (const relation of [...picture.relations.values()])
    if (relation.schema === from) picture.rename(relation, { schema: to });
  for (const index of [...picture.indexes.values()])
    if (index.schema === from) picture.renameIndex(index, { schema: to });
  const inside = (key: string) => schemaOf(key) === from;
  const moved = (key: string) => `${to}${key.slice(from.length)}`;
  for (const key of [...picture.types.keys()].filter(inside)) picture.renameType(key, moved(key));
  for (const key of [...picture.functions.keys()].filter(inside)) picture.renameFunctions(key, moved(key), true);
  for (const [name, operators] of picture.operators)
    picture.operators.set(
      name,
      operators.map((one) => (one.schema === from ? { ...one, schema: to } : one)),
    );
}

interface MovedObject {
  readonly kind: "type" | "function";
  readonly key: string;
}

/** A type or function that gets another name or schema; what is neither nobody looks up by name. */
function movedObject(object: TreeFields["object"], type: string, context: StatementContext): MovedObject | undefined {
  const { picture } = context;
  if (type === "OBJECT_TYPE" || type === "OBJECT_DOMAIN") {
    const name = nameFromObject(object) ?? nameFromParts(listOf(object)) ?? { name: "" };
    const found = picture.findType(name);
    return found === undefined ? undefined : { kind: "type", key: found.key };
  }
  if (!["OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE"].includes(type)) return undefined;
  const named = nameFromParts(listOf(fieldsOf(object, "ObjectWithArgs")?.objname));
  const found = named === undefined ? undefined : picture.findFunctions(named)[0];
  return found === undefined ? undefined : { kind: "function", key: found.name };
}

function moveObject({ kind, key }: MovedObject, to: string, { picture }: StatementContext): void {
  if (kind === "type") picture.renameType(key, to);
  // Which of several is meant hangs on its arguments.
  else picture.renameFunctions(key, to, picture.functions.get(key)?.length === 1);
}

function schemaOf(key: string): string {
  return splitName(key).schema;
}

const schemaRelations = ["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"];

/** ALTER … SET SCHEMA. */
export function setSchema(fields: TreeFields, context: StatementContext): void {
  const type = stringOf(fields.objectType) ?? "";
  const schema = quoteIdentifier(stringOf(fields.newschema) ?? "");
  if (!schemaRelations.includes(type)) {
    const named = objectName(fields.object);
    const word = objectWord(type);
    context.begin("set_object_schema", { kind: word, name: named ?? "" });
    const moved = movedObject(fields.object, type, context);
    if (moved !== undefined) moveObject(moved, `${schema}.${splitName(moved.key).bare}`, context);
    return;
  }
  const relation = context.relationOf(fields.relation, relationKinds[type]?.relation);
  const draft = context.beginOn("set_table_schema", relation).lock(relation, "AccessExclusiveLock");
  for (const sequence of relation.sequences) {
    draft.lock(sequence, "AccessExclusiveLock");
    context.picture.rename(sequence, { schema });
  }
  for (const index of relation.indexes) context.picture.renameIndex(index, { schema });
  if (!relation.known) draft.assume(`${relationName(relation)} owns no sequences: each would be locked like it`);
  context.picture.rename(relation, { schema });
}

/** ALTER … OWNER TO, of everything that is no relation. */
export function setOwner(fields: TreeFields, context: StatementContext): void {
  const type = stringOf(fields.objectType) ?? "";
  const word = objectWord(type);
  const named = objectName(fields.object);
  context.begin("set_object_owner", { kind: word, name: named ?? "" });
}

/** ALTER … DEPENDS ON EXTENSION. */
export function dependOnExtension(fields: TreeFields, context: StatementContext): void {
  const type = stringOf(fields.objectType) ?? "";
  const word = objectWord(type);
  if (!isFields(fields.relation)) {
    const named = objectName(fields.object);
    context.begin("depend_on_extension", { kind: word, name: named ?? "" });
    return;
  }
  const name = nameOfRangeVar(fields.relation) ?? { name: "" };
  const index = context.picture.findIndex(name);
  if (type === "OBJECT_INDEX" || index !== undefined) {
    const draft = context.begin("depend_on_extension", { kind: "index", name: quoteQualified(name) });
    if (index !== undefined) draft.lockIndex(index, "AccessExclusiveLock");
    return;
  }
  const relation: Relation = context.relation(name);
  context
    .beginOn("depend_on_extension", relation)
    .lock(relation, type === "OBJECT_TRIGGER" ? "AccessShareLock" : "AccessExclusiveLock");
}
