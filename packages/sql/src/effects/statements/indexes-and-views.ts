import { isFields, stringOf, type TreeFields, untag } from "../../parse/parse-tree.js";
import { relationName as nameOfRangeVar } from "../../parse/read-names.js";
import { readSwitch } from "../../parse/read-options.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";
import type { EffectDraft } from "../effect-draft.js";
import { FreeNames, plainName } from "../names/free-names.js";
import { indexNameAddition } from "../names/index-column-names.js";
import { readIndexShape, shapeOf } from "../picture/index-shape.js";
import { hasQuery, queryOf } from "../picture/query-of.js";
import {
  hasStorage,
  type Index,
  isPartitioned,
  type Relation,
  relationName,
  withDescendants,
  withPartitions,
} from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { makeRelation, scanSources } from "./create-table.js";
import { lockQuery } from "./query-locks.js";
import { buildIndex } from "./read-constraint.js";

export function createIndex(fields: TreeFields, context: StatementContext): void {
  const concurrently = fields.concurrent === true;
  const relation = context.relationOf(fields.relation);
  const written = stringOf(fields.idxname);
  const name = written === undefined ? undefined : quoteIdentifier(written);
  const kind = concurrently ? "create_index_concurrently" : "create_index";
  const draft = context.beginOn(kind, relation, name);
  if (fields.unique !== true) draft.compatibility = { runningCode: "works" };
  const mode = concurrently ? "ShareUpdateExclusiveLock" : "ShareLock";
  const isOnly = isFields(fields.relation) && fields.relation.inh !== true;
  draft.lock(relation, mode);
  if (concurrently && !relation.bornHere)
    draft.waits.push({ relation: relationName(relation), conflictingWith: "ShareLock", oldSnapshots: true });
  if (name !== undefined && context.picture.indexes.has(`${relation.schema}.${name}`) && fields.if_not_exists === true)
    return;
  if (!relation.known && !isOnly && !concurrently)
    draft.assume(`${relationName(relation)} has no partitions: each would be locked and get an index too`);
  const shape = readIndexShape(fields, context.text);
  const tree = isPartitioned(relation) && !isOnly ? withDescendants(relation) : [relation];
  const parents = new Map<Relation, Index>();
  const addition = indexNameAddition(fields, context.version);
  for (const one of tree) {
    draft.lock(one, mode);
    const isRoot = one === relation;
    buildIndex(draft, one, {
      name: isRoot ? name : undefined,
      columns: shape.columns,
      unique: fields.unique === true,
      method: shape.method,
      concurrently,
    });
    const bare =
      isRoot && name !== undefined
        ? name
        : new FreeNames(context.picture).relation(one.schema, plainName(one.bare), addition, "idx");
    const made = context.picture.addIndex({
      schema: one.schema,
      bare,
      table: one,
      unique: fields.unique === true,
      valid: true,
      clustered: false,
      bornHere: true,
      shape,
    });
    const parent = one.partition === undefined ? undefined : parents.get(one.partition.of);
    if (parent !== undefined) made.parent = parent;
    parents.set(one, made);
  }
  if (fields.unique === true && !relation.bornHere) {
    const where = shape.where === undefined ? {} : { where: shape.where };
    draft.requires.push({
      kind: "unique",
      relation: relationName(relation),
      columns: shape.columns,
      nullsNotDistinct: fields.nulls_not_distinct === true,
      ...where,
    });
  }
}

export function reindex(fields: TreeFields, context: StatementContext): void {
  const concurrently = readSwitch(fields.params, "concurrently") === true;
  const kind = concurrently ? "reindex_concurrently" : "reindex";
  const name = nameOfRangeVar(fields.relation);
  if (fields.kind === "REINDEX_OBJECT_INDEX") {
    const index = context.picture.findIndex(name ?? { name: "" });
    const draft = context.begin(kind, {
      kind: "index",
      name: index === undefined ? quoteQualified(name ?? { name: "" }) : relationName(index),
    });
    if (index === undefined)
      draft.assume("the table of the index is locked too, SHARE, or SHARE UPDATE EXCLUSIVE with CONCURRENTLY");
    else remake(draft, index, concurrently, context);
    return;
  }
  if (fields.kind === "REINDEX_OBJECT_TABLE") {
    const relation = context.relationOf(fields.relation);
    const draft = context.beginOn(kind, relation);
    remakeAll(draft, relation, concurrently, context);
    if (!relation.known) {
      draft.lock(relation, concurrently ? "ShareUpdateExclusiveLock" : "ShareLock").scan(relation, "index_build");
      draft.buildNew({
        table: relationName(relation),
        method: "btree",
        unique: false,
        concurrently,
        columns: [],
        why: "rebuild",
      });
    }
    if (!relation.known)
      draft.assume(`${relationName(relation)} has no partitions, and every index of it is locked ACCESS EXCLUSIVE`);
    return;
  }
  const schema = stringOf(fields.name);
  const isSchema = fields.kind === "REINDEX_OBJECT_SCHEMA";
  const draft = context.begin(
    kind,
    schema === undefined ? undefined : { kind: isSchema ? "schema" : "database", name: quoteIdentifier(schema) },
  );
  if (!context.picture.complete) draft.assume("every table of it is locked, each in a transaction of its own");
  if (fields.kind === "REINDEX_OBJECT_SYSTEM") return;
  for (const relation of context.picture.relations.values()) {
    if (hasStorage(relation) && (!isSchema || relation.schema === quoteIdentifier(schema ?? "")))
      remakeAll(draft, relation, concurrently, context);
  }
}

function remakeAll(draft: EffectDraft, relation: Relation, concurrently: boolean, context: StatementContext): void {
  for (const one of withPartitions(relation)) {
    if (!isPartitioned(one)) draft.lock(one, concurrently ? "ShareUpdateExclusiveLock" : "ShareLock");
    for (const index of one.indexes) remake(draft, index, concurrently, context);
  }
}

function remake(draft: EffectDraft, index: Index, concurrently: boolean, context: StatementContext): void {
  shapeOf(index, context.grammar);
  const { table } = index;
  if (isPartitioned(table)) {
    for (const child of table.children)
      for (const own of child.indexes) if (own.parent === index) remake(draft, own, concurrently, context);
    return;
  }
  draft.lock(table, concurrently ? "ShareUpdateExclusiveLock" : "ShareLock").scan(table, "index_build");
  if (concurrently) {
    draft.buildOf(index, "rebuild", true);
    draft.lockIndex(index, "ShareUpdateExclusiveLock");
    if (draft.waits.every(({ relation }) => relation !== relationName(table))) {
      draft.waits.push({ relation: relationName(table), conflictingWith: "AccessExclusiveLock", oldSnapshots: true });
    }
  } else draft.build(index, "rebuild");
}

export function createView(fields: TreeFields, context: StatementContext): void {
  const view = makeRelation(fields.view, "view", context, fields.replace === true);
  const there = context.picture.find(nameOfRangeVar(fields.view) ?? { name: "" });
  const draft = context.beginOn(
    fields.replace === true && there !== undefined ? "replace_view" : "create_view",
    there ?? view,
  );
  lockQuery(fields.query, draft, context, "analysed");
  if (there !== undefined) draft.lock(there, "AccessExclusiveLock");
  else if (fields.replace === true && !context.picture.complete) {
    draft.lock(view, "AccessExclusiveLock");
    draft.assume(`${relationName(view)} is there already: a new view is locked by nobody`);
  }
  const target = there ?? context.picture.add(view);
  const query = untag(fields.query);
  delete target.definition;
  if (query !== undefined) target.query = query;
}

export function refreshMaterializedView(fields: TreeFields, context: StatementContext): void {
  const view = context.relationOf(fields.relation, "materialized view");
  const concurrently = fields.concurrent === true;
  const draft = context.beginOn(
    concurrently ? "refresh_materialized_view_concurrently" : "refresh_materialized_view",
    view,
  );
  if (!view.known || !hasQuery(view))
    draft.assume(`the relations that ${relationName(view)} reads are locked ACCESS SHARE`);
  else if (fields.skipData !== true) {
    const query = queryOf(view, context.grammar);
    if (query !== undefined) lockQuery({ [query.tag]: query.fields }, draft, context, "run");
    scanSources(draft, context);
  }
  if (fields.skipData !== true) draft.compatibility = { runningCode: "works" };
  draft.lock(view, concurrently ? "ExclusiveLock" : "AccessExclusiveLock");
  if (concurrently) {
    draft.scan(view, "query");
    return;
  }
  draft.swapFile(view);
  for (const index of view.indexes) {
    shapeOf(index, context.grammar);
    if (fields.skipData === true) draft.lockIndex(index, "AccessExclusiveLock");
    else draft.build(index, "rewrite");
  }
}
