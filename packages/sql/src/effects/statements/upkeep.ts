import { type LockMode, lockModes } from "@confiture/model";
import { fieldsIn, isFields, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { relationName as nameOfRangeVar } from "../../parse/read-names.js";
import { readSwitch } from "../../parse/read-options.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { EffectDraft } from "../effect-draft.js";
import { shapeOf } from "../picture/index-shape.js";
import { queryOf } from "../picture/query-of.js";
import { ancestorsOf, referencesAbove } from "../picture/references-above.js";
import {
  hasStorage,
  isPartitioned,
  type Relation,
  relationName,
  withDescendants,
  withPartitions,
} from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { fireTruncateTriggers } from "./fire-triggers.js";
import { lockQuery } from "./query-locks.js";

export function truncate(fields: TreeFields, context: StatementContext): void {
  const tables = fieldsIn(fields.relations, "RangeVar");
  const named = new Set(
    tables.flatMap((one) => {
      const relation = context.relationOf(one);
      return one.inh === true ? withDescendants(relation) : [relation];
    }),
  );
  for (const one of tables) {
    const relation = context.relationOf(one);
    const draft = context.beginOn("truncate", relation);
    const first = one.inh === true ? context.lockTree(draft, relation, "AccessExclusiveLock") : [relation];
    const all = new Set(first);
    if (fields.behavior === "DROP_CASCADE") {
      for (const table of all)
        for (const { from } of referencesAbove(table)) for (const each of withDescendants(from)) all.add(each);
      if (!relation.known)
        draft.assume(
          `no table refers to ${relationName(relation)}: each that does is locked ACCESS EXCLUSIVE and emptied too`,
        );
    }
    const reference = [...all].flatMap((table) => referencesAbove(table)).find(({ from }) => !named.has(from));
    if (fields.behavior !== "DROP_CASCADE" && reference !== undefined)
      draft.refuse(
        `${reference.key.name} of ${relationName(reference.from)} refers to it, and the statement does not say CASCADE`,
      );
    // What a partition may hold is read again; later versions do not ask.
    for (const table of context.version < 14 ? all : []) {
      for (const above of ancestorsOf(table)) draft.lock(above, "AccessShareLock");
    }
    for (const table of all) {
      empty(draft, table, fields.restart_seqs === true);
      fireTruncateTriggers(table, draft, context);
    }
    if (!relation.known && fields.restart_seqs === true)
      draft.assume(`${relationName(relation)} owns no sequences: each would be locked ACCESS EXCLUSIVE`);
  }
}

function empty(draft: EffectDraft, table: Relation, restarts: boolean): void {
  draft.lock(table, "AccessExclusiveLock");
  if (!isPartitioned(table)) {
    draft.swapFile(table);
    if (!table.bornHere) draft.lose("rows", relationName(table));
    for (const index of table.indexes) draft.lockIndex(index, "AccessExclusiveLock");
  }
  if (restarts) for (const sequence of table.sequences) draft.lock(sequence, "AccessExclusiveLock").swapFile(sequence);
}

export function lockTables(fields: TreeFields, context: StatementContext): void {
  const mode = lockModes[Number(fields.mode ?? 8) - 1] ?? "AccessExclusiveLock";
  for (const one of fieldsIn(fields.relations, "RangeVar")) {
    const relation = context.relationOf(one);
    const draft = context.beginOn("lock_table", relation).lock(relation, mode);
    if (relation.kind === "view") lockBelowView(draft, relation, mode, context);
    else if (one.inh === true) context.lockTree(draft, relation, mode);
  }
}

/** The relations a view reads are locked like it. */
function lockBelowView(draft: EffectDraft, view: Relation, mode: LockMode, context: StatementContext): void {
  const query = queryOf(view, context.grammar);
  if (query === undefined) return;
  const before = new Set(draft.locks.keys());
  lockQuery({ [query.tag]: query.fields }, draft, context, "rewritten");
  for (const name of draft.locks.keys()) {
    const relation = context.picture.relations.get(name);
    if (!before.has(name) && relation !== undefined)
      for (const each of withDescendants(relation)) draft.lock(each, mode);
  }
}

export function vacuum(fields: TreeFields, context: StatementContext): void {
  const isVacuum = fields.is_vacuumcmd === true;
  const isFull = isVacuum && readSwitch(fields.options, "full") === true;
  const kind = isFull ? "vacuum_full" : isVacuum ? "vacuum" : "analyze";
  const named = fieldsIn(fields.rels, "VacuumRelation").map(({ relation }) => context.relationOf(relation));
  const all =
    named.length > 0
      ? named
      : [...context.picture.relations.values()].filter(
          (one) => (hasStorage(one) || isPartitioned(one)) && !one.bornHere,
        );
  if (named.length === 0) {
    const draft = context.begin(kind);
    if (!context.picture.complete) draft.assume("every table of the database is locked in turn");
    for (const relation of all) upkeepOf(draft, relation, isFull, isVacuum, context);
    return;
  }
  for (const relation of named) upkeepOf(context.beginOn(kind, relation), relation, isFull, isVacuum, context);
}

function upkeepOf(
  draft: EffectDraft,
  relation: Relation,
  isFull: boolean,
  isVacuum: boolean,
  context: StatementContext,
): void {
  const mode: LockMode = isFull ? "AccessExclusiveLock" : "ShareUpdateExclusiveLock";
  const isTree = isPartitioned(relation);
  for (const one of isTree ? withDescendants(relation) : [relation]) {
    draft.lock(one, mode);
    for (const index of one.indexes) shapeOf(index, context.grammar);
    if (isFull && hasStorage(one)) draft.rewrite(one);
  }
  // Statistics of a parent are gathered from its children, which since PostgreSQL 18 are taken care of too.
  if (!isTree && !isVacuum)
    for (const child of withDescendants(relation)) draft.lock(child, context.version >= 18 ? mode : "AccessShareLock");
  if (!relation.known) {
    if (isFull) draft.rewrite(relation);
    draft.assume(`${relationName(relation)} has no partitions or children: each would be locked too`);
  }
}

export function cluster(fields: TreeFields, context: StatementContext): void {
  if (!isFields(fields.relation)) {
    const draft = context.begin("cluster");
    if (!context.picture.complete)
      draft.assume("every table with a clustered index is locked ACCESS EXCLUSIVE and written anew, in turn");
    for (const relation of context.picture.relations.values()) {
      if ([...relation.indexes].some(({ clustered }) => clustered))
        draft.lock(relation, "AccessExclusiveLock").rewrite(relation);
    }
    return;
  }
  const name = nameOfRangeVar(fields.relation) ?? { name: "" };
  const relation = context.relation(name);
  const index = stringOf(fields.indexname);
  const draft = context.beginOn("cluster", relation, index === undefined ? undefined : quoteIdentifier(index));
  draft.lock(relation, "AccessExclusiveLock");
  if (!relation.known) draft.assume(`${relationName(relation)} has no partitions: each would be written anew too`);
  for (const one of withPartitions(relation)) {
    for (const own of one.indexes) shapeOf(own, context.grammar);
    draft.lock(one, "AccessExclusiveLock").rewrite(one);
  }
  if (isPartitioned(relation)) draft.since = 15;
}
