import {
  fieldsIn,
  isFields,
  listOf,
  stringNode,
  stringOf,
  type TreeFields,
  type TreeValue,
} from "../../parse/parse-tree.js";
import { nameFromObject, nameFromParts } from "../../parse/read-names.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";
import { isPartitioned, type Relation } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { objectName, objectWord } from "./object-name.js";
import { Removal } from "./take-away.js";

/** GRANT and REVOKE on objects. Since PostgreSQL 18 a table or sequence is locked while its rights change. */
export function grant(fields: TreeFields, context: StatementContext): void {
  const kind = fields.is_grant === true ? "grant" : "revoke";
  const type = stringOf(fields.objtype) ?? "";
  const isRelation = (type === "OBJECT_TABLE" || type === "OBJECT_SEQUENCE") && fields.targtype === "ACL_TARGET_OBJECT";
  const word = objectWord(type);
  for (const object of listOf(fields.objects)) {
    if (!isRelation) {
      const name = objectName(object);
      context.begin(kind, {
        kind: fields.targtype === "ACL_TARGET_ALL_IN_SCHEMA" ? "schema" : word,
        name: name ?? "",
      });
      continue;
    }
    const relation = context.relationOf(
      isFields(object) ? object.RangeVar : undefined,
      type === "OBJECT_SEQUENCE" ? "sequence" : "table",
    );
    const draft = context.beginOn(kind, relation);
    if (context.version >= 18) draft.lock(relation, "AccessShareLock");
  }
}

const commentedRelations = ["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"];
const commentedParts = ["OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY"];

/** COMMENT ON and SECURITY LABEL ON. */
export function annotate(kind: "comment" | "security_label") {
  return (fields: TreeFields, context: StatementContext): void => {
    const type = stringOf(fields.objtype) ?? "";
    const parts = isFields(fields.object) && isFields(fields.object.List) ? listOf(fields.object.List.items) : [];
    const isPart = type === "OBJECT_COLUMN" || commentedParts.includes(type);
    const name = isPart ? nameFromParts(parts.slice(0, -1)) : nameFromObject(fields.object);
    const word = objectWord(type);
    if (name !== undefined && (isPart || commentedRelations.includes(type))) {
      const relation = context.relation(name);
      const draft = context.beginOn(
        kind,
        relation,
        isPart ? quoteIdentifier(stringNode(parts.at(-1)) ?? "") : undefined,
      );
      const isComposite = !relation.known && context.picture.findType(name)?.type.kind === "composite type";
      if (!isComposite)
        draft.lock(relation, commentedParts.includes(type) ? "AccessShareLock" : "ShareUpdateExclusiveLock");
      return;
    }
    const draft = context.begin(kind, { kind: word, name: objectName(fields.object) ?? "" });
    if (type !== "OBJECT_INDEX" || name === undefined) return;
    const index = context.picture.findIndex(name);
    if (index === undefined) draft.indexLocks.set(quoteQualified(name), "ShareUpdateExclusiveLock");
    else draft.lockIndex(index, "ShareUpdateExclusiveLock");
  };
}

function roles(list: TreeValue | undefined): ReadonlySet<string> {
  return new Set(
    fieldsIn(list, "RoleSpec").flatMap(({ rolename }) =>
      stringOf(rolename) === undefined ? [] : quoteIdentifier(stringOf(rolename)!),
    ),
  );
}

export function reassignOwned(fields: TreeFields, context: StatementContext): void {
  const from = roles(fields.roles);
  const draft = context.begin("reassign_owned");
  if (!context.picture.complete) draft.assume("the roles own no relations: each would be locked ACCESS EXCLUSIVE");
  for (const relation of context.picture.relations.values()) {
    if (relation.owner === undefined || !from.has(relation.owner)) continue;
    draft.lock(relation, "AccessExclusiveLock");
    for (const index of relation.indexes) draft.lockIndex(index, "AccessExclusiveLock");
    for (const sequence of relation.sequences) draft.lock(sequence, "AccessExclusiveLock");
    if (isFields(fields.newrole)) relation.owner = quoteIdentifier(stringOf(fields.newrole.rolename) ?? "");
  }
}

export function dropOwned(fields: TreeFields, context: StatementContext): void {
  const of = roles(fields.roles);
  const draft = context.begin("drop_owned");
  if (!context.picture.complete)
    draft.assume("the roles own no relations: each would be dropped, under ACCESS EXCLUSIVE");
  const removal = new Removal(context, draft);
  for (const relation of [...context.picture.relations.values()]) {
    if (relation.owner !== undefined && of.has(relation.owner)) removal.relation(relation);
  }
}

/** CREATE, ALTER and DROP PUBLICATION … the tables they name. */
export function changePublication(kind: "create_publication" | "alter_publication") {
  return (fields: TreeFields, context: StatementContext): void => {
    const name = quoteIdentifier(stringOf(fields.pubname) ?? "");
    const draft = context.begin(kind, { kind: "publication", name });
    const objects = fieldsIn(fields.pubobjects, "PublicationObjSpec");
    const named: Relation[] = [];
    for (const object of objects) {
      const table = isFields(object.pubtable) ? object.pubtable.relation : undefined;
      if (table === undefined) continue;
      const relation = context.relationOf(table);
      context.explainUnknown(draft, relation);
      named.push(relation);
      draft.lock(relation, "ShareUpdateExclusiveLock");
      // Of a partitioned table only the root is published; children by inheritance are published with their parent.
      if (isFields(table) && table.inh === true && !isPartitioned(relation))
        context.lockTree(draft, relation, "ShareUpdateExclusiveLock");
    }
    const before = context.picture.publications.get(name) ?? new Set<Relation>();
    const replaces = kind === "alter_publication" && fields.action === "AP_SetObjects";
    if (replaces) {
      for (const relation of before) draft.lock(relation, "ShareUpdateExclusiveLock");
      if (!context.picture.publications.has(name))
        draft.assume(`${name} publishes no other tables: each that leaves it is locked SHARE UPDATE EXCLUSIVE`);
    }
    const removed = fields.action === "AP_DropObjects" ? new Set(named) : new Set<Relation>();
    context.picture.publications.set(
      name,
      new Set([...(replaces ? [] : before), ...named].filter((one) => !removed.has(one))),
    );
  };
}
