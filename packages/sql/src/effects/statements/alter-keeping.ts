import type { QualifiedName } from "@confiture/model";
import { fieldsOf, isFields, listOf, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { nameFromParts } from "../../parse/read-names.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";
import { spellType } from "../column-types/spell-type.js";
import { resolveType } from "../column-types/type-name.js";
import { referencesAbove } from "../picture/references-above.js";
import { isPartitioned, type Relation, type RelationKind, relationName } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { writesRows } from "./alter-columns.js";
import { lockTreeOf } from "./lock-tree.js";
import { namedBy, type Subcommand } from "./subcommand.js";
import { Removal } from "./take-away.js";

const kinds: Readonly<Record<string, RelationKind>> = {
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
  OBJECT_SEQUENCE: "sequence",
  OBJECT_FOREIGN_TABLE: "foreign table",
};

/** What ALTER … says it is about, for a name nothing is known of. */
export function kindOfTarget(fields: TreeFields): RelationKind {
  return kinds[stringOf(fields.objtype) ?? ""] ?? "table";
}

/** What concerns the relation alone, whatever is below it. */
export function ofOneRelation(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  context.beginOn(kind, relation, partOf(command)).lock(relation, mode);
}

/** What goes down to partitions and children. */
export function ofTree(subcommand: Subcommand): void {
  const { context, relation, command, kind } = subcommand;
  lockTreeOf(subcommand, context.beginOn(kind, relation, partOf(command)));
}

function partOf(command: TreeFields): string | undefined {
  return stringOf(command.name) === undefined ? undefined : namedBy(command);
}

export function setStorage(subcommand: Subcommand): void {
  const { context, relation, kind, command } = subcommand;
  const draft = context.beginOn(kind, relation, partOf(command));
  for (const one of lockTreeOf(subcommand, draft)) {
    for (const index of one.indexes)
      if (index.shape?.uses.has(namedBy(command)) === true) draft.lockIndex(index, subcommand.mode);
  }
}

export function changeOwner(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const draft = context.beginOn(kind, relation).lock(relation, mode);
  const role = isFields(command.newowner) ? stringOf(command.newowner.rolename) : undefined;
  if (role !== undefined && relation.owner === quoteIdentifier(role)) return;
  if (role === undefined)
    draft.assume(
      `${relationName(relation)} does not belong to that role already: otherwise its indexes and sequences are not locked`,
    );
  for (const index of relation.indexes) draft.lockIndex(index, mode);
  for (const sequence of relation.sequences) draft.lock(sequence, mode);
  if (!relation.known && relation.kind === "table")
    draft.assume(`${relationName(relation)} owns no sequences: each would be locked like it`);
  if (role !== undefined) relation.owner = quoteIdentifier(role);
}

export function clusterOn(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const draft = context.beginOn(kind, relation, namedBy(command)).lock(relation, mode);
  for (const index of relation.indexes) {
    if (index.bare === namedBy(command)) draft.lockIndex(index, mode);
    index.clustered = index.bare === namedBy(command);
  }
}

/** SET LOGGED and SET UNLOGGED: nothing to do when it is so already. */
export function setPersistence(subcommand: Subcommand): void {
  const { context, relation, kind, mode } = subcommand;
  const draft = context.beginOn(kind, relation).lock(relation, mode);
  const wanted = kind === "set_logged" ? "permanent" : "unlogged";
  if (relation.kind === "sequence") {
    if (relation.persistence !== wanted) draft.swapFile(relation);
    draft.since = 15;
    relation.persistence = wanted;
    return;
  }
  if (!relation.known) {
    draft.assume(`${relationName(relation)} is not ${wanted} already: then nothing is written`);
    draft.assume(
      `${relationName(relation)} has no foreign keys and owns no sequences: tables at the other ends are locked ACCESS SHARE, sequences ACCESS EXCLUSIVE`,
    );
  }
  if (relation.known && relation.persistence === wanted) return;
  draft.rewrite(relation);
  if (context.version >= 15)
    for (const sequence of relation.sequences) draft.lock(sequence, "AccessExclusiveLock").swapFile(sequence);
  // A permanent table may not refer to an unlogged one, so the other ends are looked at.
  if (wanted === "permanent") {
    for (const { references } of relation.constraints.values())
      if (references !== undefined) draft.lock(references, "AccessShareLock");
  } else for (const { from } of relation.referencedBy) draft.lock(from, "AccessShareLock");
  relation.persistence = wanted;
}

export function setAccessMethod(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const draft = context.beginOn(kind, relation).lock(relation, mode);
  const wanted = stringOf(command.name) === undefined ? "heap" : namedBy(command);
  if (isPartitioned(relation)) draft.since = 17;
  if (!relation.known)
    draft.assume(`${relationName(relation)} is not kept by ${wanted} already: then nothing is written`);
  if (relation.known && (relation.accessMethod ?? "heap") === wanted) return;
  draft.rewrite(relation);
  relation.accessMethod = wanted;
}

export function setTablespace(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const draft = context.beginOn(kind, relation).lock(relation, mode);
  const wanted = namedBy(command);
  if (!relation.known) draft.assume(`${relationName(relation)} is not in ${wanted} already: then nothing is copied`);
  if (relation.known && (relation.tablespace ?? "pg_default") === wanted) return;
  // The file is copied block by block; no index is made anew.
  if (!isPartitioned(relation) && !relation.bornHere) draft.rewrites.add(relationName(relation));
  relation.tablespace = wanted;
}

/** Goes down to partitions with the triggers for each row, which have a copy there. */
export function fireTriggers(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const draft = context.beginOn(kind, relation, partOf(command)).lock(relation, mode);
  const own = [...relation.triggers.values()].filter(
    ({ name }) => stringOf(command.name) === undefined || name === namedBy(command),
  );
  const isForRow = own.some((trigger) => trigger.isForRow);
  // The triggers of foreign keys have copies to go down to since PostgreSQL 15.
  const isAll = /All$/.test(stringOf(command.subtype) ?? "");
  const hasKeys =
    referencesAbove(relation).length > 0 ||
    [...relation.constraints.values()].some(({ references }) => references !== undefined);
  const goesDown = isForRow || (isAll && hasKeys && context.version >= 15);
  if (!relation.known || (isPartitioned(relation) && goesDown)) lockTreeOf(subcommand, draft);
}

export function replicaIdentity(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const draft = context.beginOn(kind, relation).lock(relation, mode);
  const name = stringOf(fieldsOf(command.def, "ReplicaIdentityStmt")?.name);
  for (const index of relation.indexes) {
    if (name !== undefined && index.bare === quoteIdentifier(name)) draft.lockIndex(index, "ShareLock");
  }
}

export function ofType(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  context.beginOn(kind, relation).lock(relation, mode);
  const typeName = isFields(command.def) && isFields(command.def.TypeName) ? command.def.TypeName : undefined;
  const name = nameFromParts(listOf(typeName?.names));
  const type = name === undefined ? undefined : context.picture.findType(name);
  if (type !== undefined) relation.ofType = type.key;
}

export function notOfType(subcommand: Subcommand): void {
  const { context, relation, kind, mode } = subcommand;
  context.beginOn(kind, relation).lock(relation, mode);
  delete relation.ofType;
}

const attributeKinds: Readonly<Record<string, "add_attribute" | "drop_attribute" | "alter_attribute_type">> = {
  AT_AddColumn: "add_attribute",
  AT_DropColumn: "drop_attribute",
  AT_AlterColumnType: "alter_attribute_type",
};

/** ALTER TYPE of a composite type: tables of the type change with it. */
export function alterCompositeType(
  name: QualifiedName,
  commands: readonly TreeFields[],
  context: StatementContext,
): void {
  const type = context.picture.findType(name);
  const key = type?.key ?? quoteQualified(name);
  for (const command of commands) {
    const kind = attributeKinds[stringOf(command.subtype) ?? ""];
    const draft = context.begin(kind ?? "unclassified", { kind: "composite type", name: key }, partOf(command));
    if (kind === undefined) draft.isUnknown = true;
    if (type === undefined)
      draft.assume(`no table is of type ${key}: each would be changed too, under ACCESS EXCLUSIVE`);
    const tables = tablesOf(key, context);
    const written = fieldsOf(command.def, "ColumnDef")?.typeName;
    const attribute = isFields(written) ? resolveType(written, context.picture) : undefined;
    const writes = tables.length > 0 && kind === "add_attribute" && writesRows(draft, attribute, undefined, context);
    for (const table of tables) {
      draft.lock(table, "AccessExclusiveLock");
      if (kind === "alter_attribute_type" || writes) draft.rewrite(table);
    }
    if (kind === "drop_attribute") new Removal(context, draft).attribute(key, namedBy(command));
    else if (isFields(written)) keepAttribute(key, command, spellType(written, context.picture), context);
  }
}

/** What ADD and ALTER ATTRIBUTE leave: the tables of the type have the column too. */
function keepAttribute(type: string, command: TreeFields, spelled: string, context: StatementContext): void {
  const added = stringOf(fieldsOf(command.def, "ColumnDef")?.colname);
  const name = added === undefined || added === "" ? namedBy(command) : quoteIdentifier(added);
  context.picture.types.get(type)?.attributes?.set(name, spelled);
  for (const { columns } of tablesOf(type, context)) {
    const column = columns.get(name);
    if (column === undefined) columns.set(name, { name, type: spelled, notNull: false, inherited: false });
    else column.type = spelled;
  }
}

export function tablesOf(type: string, context: StatementContext): readonly Relation[] {
  return [...context.picture.relations.values()].filter((one) => one.ofType === type);
}
