import type { OperationKind } from "@confiture/model";
import { isFields, listOf, stringOf, type TreeFields } from "../../parse/parse-tree.js";
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
  else if (type === "OBJECT_ATTRIBUTE") renameAttribute(name, from, context);
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
    const column = one.columns.get(from);
    if (column === undefined) continue;
    one.columns.delete(from);
    column.name = to;
    one.columns.set(to, column);
    for (const constraint of one.constraints.values())
      constraint.columns = constraint.columns.map((name) => (name === from ? to : name));
    for (const { key } of one.referencedBy) {
      if (key.referencedColumns !== undefined)
        key.referencedColumns = key.referencedColumns.map((name) => (name === from ? to : name));
    }
  }
}

function renameAttribute(
  name: { readonly schema?: string; readonly name: string },
  from: string,
  context: StatementContext,
): void {
  const type = context.picture.findType(name);
  const key = type?.key ?? quoteQualified(name);
  const draft = context.begin("rename_attribute", { kind: "composite type", name: key }, from);
  for (const table of tablesOf(key, context)) draft.lock(table, "AccessExclusiveLock");
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
  if (type === "OBJECT_TYPE" || type === "OBJECT_DOMAIN") renameType(fields, to, context);
}

function renameSchema(from: string, to: string, context: StatementContext): void {
  for (const relation of [...context.picture.relations.values()])
    if (relation.schema === from) context.picture.rename(relation, { schema: to });
  for (const index of [...context.picture.indexes.values()])
    if (index.schema === from) context.picture.renameIndex(index, { schema: to });
}

function renameType(fields: TreeFields, to: string, context: StatementContext): void {
  const found = context.picture.findType(
    nameFromObject(fields.object) ?? nameFromParts(listOf(fields.object)) ?? { name: "" },
  );
  if (found === undefined) return;
  context.picture.types.delete(found.key);
  context.picture.types.set(`${found.key.slice(0, found.key.lastIndexOf("."))}.${to}`, found.type);
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
