import { fieldsIn, fieldsOf, isFields, listOf, stringOf, type TreeFields, untag } from "../../parse/parse-tree.js";
import { nameFromParts, relationName as nameOfRangeVar } from "../../parse/read-names.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { spellType } from "../column-types/spell-type.js";
import { resolveType } from "../column-types/type-name.js";
import type { EffectDraft } from "../effect-draft.js";
import { FreeNames, plainName } from "../names/free-names.js";
import { nameLike } from "../names/name-like.js";
import { shapeOf } from "../picture/index-shape.js";
import { newRelation } from "../picture/picture.js";
import { type Relation, type RelationKind, relationName } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { joinParent } from "./alter-partitions.js";
import { columnConstraints } from "./column-constraints.js";
import { lockQuery } from "./query-locks.js";
import { newIndex, readConstraint } from "./read-constraint.js";
import type { Subcommand } from "./subcommand.js";

/** A relation that the statement makes, in the schema where it goes. */
export function makeRelation(
  rangeVar: TreeFields["relation"],
  kind: RelationKind,
  context: StatementContext,
  maybe = false,
): Relation {
  const name = nameOfRangeVar(rangeVar) ?? { name: "" };
  const isTemporary = isFields(rangeVar) && rangeVar.relpersistence === "t";
  const schema = isTemporary ? "pg_temp" : context.picture.creationSchema(name.schema);
  // IF NOT EXISTS, OR REPLACE and conditions of a block: without a catalog it may have been there all along.
  const isCertain = context.picture.complete || !(maybe || context.isInside);
  const made = newRelation(schema, quoteIdentifier(name.name), kind, { bornHere: isCertain, known: isCertain });
  if (isFields(rangeVar) && rangeVar.relpersistence === "u") made.persistence = "unlogged";
  return made;
}

/** True when IF NOT EXISTS passes over it. */
export function isThere(rangeVar: TreeFields["relation"], ifNotExists: boolean, context: StatementContext): boolean {
  return ifNotExists && context.picture.find(nameOfRangeVar(rangeVar) ?? { name: "" }) !== undefined;
}

/** CREATE TABLE, CREATE TABLE … PARTITION OF and CREATE FOREIGN TABLE. */
export function createTable(fields: TreeFields, context: StatementContext): void {
  const isForeign = isFields(fields.base) || fields.servername !== undefined;
  const base = isFields(fields.base) ? fields.base : isFields(fields.base_stmt) ? fields.base_stmt : fields;
  const parents = fieldsIn(base.inhRelations, "RangeVar");
  const isPartition = isFields(base.partbound);
  const kind = isPartition ? "create_partition" : isForeign ? "create_foreign_table" : "create_table";
  const table = makeRelation(
    base.relation,
    isForeign ? "foreign table" : isFields(base.partspec) ? "partitioned table" : "table",
    context,
    base.if_not_exists === true,
  );
  if (isThere(base.relation, base.if_not_exists === true, context)) {
    context.begin(kind, { kind: table.kind, name: relationName(table) });
    return;
  }
  const draft = context.beginOn(kind, table);
  if (base.if_not_exists === true && !context.picture.complete) draft.assume(`${relationName(table)} is not there yet`);
  for (const parent of parents)
    joinParents(draft, table, context.relation(nameOfRangeVar(parent) ?? { name: "" }), base, context);
  if (isFields(base.partspec)) table.partitionKey = "";
  const typed = isFields(base.ofTypename) ? nameFromParts(listOf(base.ofTypename.names)) : undefined;
  if (typed !== undefined) table.ofType = context.picture.findType(typed)?.key ?? quoteIdentifier(typed.name);
  addElements(draft, table, listOf(base.tableElts), context);
  context.picture.add(table);
}

function joinParents(
  draft: EffectDraft,
  table: Relation,
  parent: Relation,
  base: TreeFields,
  context: StatementContext,
): void {
  context.explainUnknown(draft, parent);
  table.parents.add(parent);
  parent.children.add(table);
  for (const column of parent.columns.values()) table.columns.set(column.name, { ...column, inherited: true });
  if (!isFields(base.partbound)) {
    draft.lock(parent, "ShareUpdateExclusiveLock");
    return;
  }
  const isDefault = base.partbound.is_default === true;
  draft.lock(parent, "AccessExclusiveLock");
  if (!parent.known) {
    draft.assume(
      `${relationName(parent)} has no default partition and no foreign keys: the default partition is locked and read, tables referred to are locked SHARE ROW EXCLUSIVE`,
    );
  }
  joinParent(draft, parent, table, context.version);
  table.partition = { of: parent, bound: "", isDefault };
  for (const index of parent.indexes) {
    draft.lockIndex(index, "ShareUpdateExclusiveLock");
    const shape = shapeOf(index, context.grammar);
    newIndex(context, table, nameLike(index, table, context), shape, index.unique).parent = index;
  }
  for (const constraint of parent.constraints.values()) {
    if (constraint.references !== undefined) context.picture.addConstraint(table, { ...constraint, fromParent: true });
  }
}

function addElements(
  draft: EffectDraft,
  table: Relation,
  elements: readonly unknown[],
  context: StatementContext,
): void {
  const place: Subcommand = {
    context,
    relation: table,
    command: {},
    kind: "create_table",
    mode: "AccessExclusiveLock",
    recurses: false,
  };
  const like = (one: TreeFields) => {
    const source = context.relationOf(one.relation);
    context.explainUnknown(draft, source);
    draft.lock(source, "AccessShareLock");
    for (const column of source.columns.values()) table.columns.set(column.name, { ...column, inherited: false });
  };
  for (const element of elements as readonly TreeFields[]) {
    const column = fieldsOf(element, "ColumnDef");
    const constraint = fieldsOf(element, "Constraint");
    const likeClause = fieldsOf(element, "TableLikeClause");
    if (likeClause !== undefined) like(likeClause);
    if (constraint !== undefined)
      readConstraint({ place: { ...place, draft, tree: [table], hasDefault: false }, constraint, attributes: [] });
    if (column !== undefined) addColumn(draft, table, column, place);
  }
}

function addColumn(draft: EffectDraft, table: Relation, definition: TreeFields, place: Subcommand): void {
  const { context } = place;
  const name = quoteIdentifier(stringOf(definition.colname) ?? "");
  const facts = columnConstraints(definition, context);
  const type = isFields(definition.typeName) ? resolveType(definition.typeName, context.picture) : undefined;
  const spelled = isFields(definition.typeName) ? spellType(definition.typeName, context.picture) : undefined;
  table.columns.set(name, {
    name,
    notNull: facts.notNull || facts.identity,
    inherited: false,
    ...(spelled === undefined ? {} : { type: spelled }),
  });
  if (type?.isSerial === true || facts.identity) {
    const names = new FreeNames(context.picture);
    const bare = names.relation(table.schema, plainName(table.bare), plainName(name), "seq");
    const sequence = newRelation(table.schema, bare, "sequence", { bornHere: true });
    context.picture.own(context.picture.add(sequence), table, name);
  }
  facts.apply({ ...place, column: name, draft, tree: [table], hasDefault: true });
}

/** CREATE TABLE AS, SELECT INTO and CREATE MATERIALIZED VIEW. */
export function createTableAs(fields: TreeFields, context: StatementContext): void {
  const isView = fields.objtype === "OBJECT_MATVIEW";
  const into = isFields(fields.into) ? fields.into : {};
  const made = makeRelation(into.rel, isView ? "materialized view" : "table", context, fields.if_not_exists === true);
  const kind = isView ? "create_materialized_view" : "create_table_as";
  if (isThere(into.rel, fields.if_not_exists === true, context)) {
    // The query is looked at before anybody asks whether the relation is there.
    lockQuery(fields.query, context.begin(kind, { kind: made.kind, name: relationName(made) }), context, "analysed");
    return;
  }
  const draft = context.beginOn(kind, made);
  if (untag(fields.query)?.tag === "ExecuteStmt") draft.isUnknown = true;
  lockQuery(fields.query, draft, context, into.skipData === true ? "analysed" : "run");
  if (into.skipData !== true) scanSources(draft, context);
  const query = untag(fields.query);
  if (isView && query !== undefined) made.query = query;
  context.picture.add(made);
}

/** What a query that is run to fill a new file reads. */
export function scanSources(draft: EffectDraft, context: StatementContext): void {
  for (const [name, mode] of draft.locks) {
    const relation = context.picture.relations.get(name);
    if (mode === "AccessShareLock" && relation !== undefined) draft.scan(relation, "query");
  }
}
