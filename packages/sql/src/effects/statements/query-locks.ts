import type { LockMode } from "@confiture/model";
import {
  fieldsIn,
  fieldsOf,
  isFields,
  listOf,
  stringNode,
  stringOf,
  type TreeFields,
  type TreeNode,
  type TreeValue,
  untag,
} from "../../parse/parse-tree.js";
import { nameFromParts, relationName as nameOfRangeVar } from "../../parse/read-names.js";
import { resolveType } from "../column-types/type-name.js";
import { constantText } from "../constant-text.js";
import type { EffectDraft } from "../effect-draft.js";
import { settledFunctions, volatileFunctions } from "../facts/builtin-names.js";
import { hasQuery, queryOf } from "../picture/query-of.js";
import { ancestorsOf } from "../picture/references-above.js";
import { isPartitioned, type Relation, relationName, withDescendants } from "../picture/relation.js";
import { parseQuery } from "../picture/uses.js";
import type { StatementContext } from "../statement-context.js";
import { fireTriggers } from "./fire-triggers.js";
import { lockForeignKeysOf } from "./foreign-key-locks.js";
import { followFunction } from "./routine-bodies.js";
import { noteRowChanges } from "./row-changes.js";
import type { Written } from "./written.js";

/**
 * How far the server goes with a query: `analysed` when it is only stored (a view, a rule, a policy), `rewritten` when
 * it is checked (the body of an SQL function), `planned` by EXPLAIN, `run` when rows are read and written.
 */
export type QueryDepth = "analysed" | "rewritten" | "planned" | "run";

/** Notes the locks of a query or of any part of one. */
export function lockQuery(
  part: TreeValue | undefined,
  draft: EffectDraft,
  context: StatementContext,
  depth: QueryDepth,
): void {
  new QueryLocks(draft, context, depth).visit(part, new Set(), undefined);
}

/** Which relations of a FROM list FOR UPDATE and its kin lock: all of them, or those with these names. */
type RowLocks = "all" | ReadonlySet<string> | undefined;

class QueryLocks {
  /** True inside the text of a view of the catalog, whose names are those of then. */
  private isStored = false;

  constructor(
    readonly draft: EffectDraft,
    readonly context: StatementContext,
    readonly depth: QueryDepth,
  ) {}

  visit(value: TreeValue | undefined, local: ReadonlySet<string>, rowLocks: RowLocks): void {
    if (Array.isArray(value)) {
      for (const item of value) this.visit(item, local, rowLocks);
      return;
    }
    if (!isFields(value)) return;
    const node = untag(value);
    if (node === undefined) for (const part of Object.values(value)) this.visit(part, local, rowLocks);
    else this.node(node, local, rowLocks);
  }

  private node({ tag, fields }: TreeNode, outer: ReadonlySet<string>, rowLocks: RowLocks): void {
    const local = this.withNames(fields, outer);
    const target = writesOf(tag, fields);
    if (target !== undefined) {
      this.write(fields, target);
      this.parts(fields, local, ["relation", "withClause"]);
    } else if (tag === "RangeVar") this.from(fields, local, rowLocks);
    else if (tag === "SelectStmt") this.select(fields, local, rowLocks);
    else {
      if (tag === "FuncCall") this.call(fields);
      if (this.depth === "run") this.convert(tag, fields);
      this.parts(fields, local, tag === "IntoClause" ? ["rel"] : []);
    }
  }

  private parts(fields: TreeFields, local: ReadonlySet<string>, without: readonly string[]): void {
    for (const [field, part] of Object.entries(fields)) {
      if (!without.includes(field)) this.visit(part as TreeValue, local, undefined);
    }
  }

  /** The names WITH gives meaning to, after its queries have been visited. */
  private withNames(fields: TreeFields, outer: ReadonlySet<string>): ReadonlySet<string> {
    const clause = isFields(fields.withClause) ? fields.withClause : undefined;
    if (clause === undefined) return outer;
    const expressions = fieldsIn(clause.ctes, "CommonTableExpr");
    const names = expressions.map(({ ctename }) => stringOf(ctename) ?? "");
    const all = new Set([...outer, ...names]);
    for (const [position, { ctequery }] of expressions.entries()) {
      this.visit(
        ctequery,
        clause.recursive === true ? all : new Set([...outer, ...names.slice(0, position)]),
        undefined,
      );
    }
    return all;
  }

  private select(fields: TreeFields, local: ReadonlySet<string>, outer: RowLocks): void {
    const clauses = fieldsIn(fields.lockingClause, "LockingClause");
    const named = clauses.flatMap(({ lockedRels }) =>
      fieldsIn(lockedRels, "RangeVar").map(({ relname }) => String(relname)),
    );
    const own: RowLocks = clauses.some(({ lockedRels }) => lockedRels === undefined)
      ? "all"
      : named.length > 0
        ? new Set(named)
        : outer;
    this.visit(fields.fromClause, local, own);
    // A set operation has its queries as fields without a tag.
    for (const side of [fields.larg, fields.rarg])
      if (isFields(side)) this.select(side, this.withNames(side, local), own);
    this.parts(fields, local, ["fromClause", "larg", "rarg", "withClause", "lockingClause"]);
  }

  private from(fields: TreeFields, local: ReadonlySet<string>, rowLocks: RowLocks): void {
    const name = nameOfRangeVar(fields);
    if (name === undefined || (name.schema === undefined && local.has(name.name))) return;
    if (isSystem(name.schema, name.name, this.context)) return;
    const alias = stringOf(isFields(fields.alias) ? fields.alias.aliasname : undefined) ?? name.name;
    const isLocked = rowLocks === "all" || rowLocks?.has(alias) === true;
    const stored = this.isStored ? this.context.picture.findStored(name) : undefined;
    const relation = stored ?? this.context.relation(name);
    this.context.explainUnknown(this.draft, relation);
    this.lock(relation, isLocked ? "RowShareLock" : "AccessShareLock", fields.inh === true);
  }

  /** A relation that is read, with what a view stands for and, when it is run, everything below it. */
  lock(relation: Relation, mode: LockMode, descends: boolean): void {
    const { draft, depth, context } = this;
    draft.lock(relation, mode);
    if (depth === "analysed") return;
    if (relation.kind === "view" && hasQuery(relation) && !context.isFollowing(relationName(relation))) {
      const query = queryOf(relation, context.grammar);
      const within = query === undefined ? undefined : { [query.tag]: query.fields };
      const outside = this.isStored;
      this.isStored = relation.definition !== undefined;
      if (mode === "AccessShareLock") this.visit(within, new Set(), undefined);
      else this.visit(within, new Set(), "all");
      this.isStored = outside;
    }
    if (!relation.known)
      draft.assume(
        `${relationName(relation)} is a table without partitions or children: what is below it, or what a view reads, is locked too`,
      );
    if (depth === "rewritten") return;
    if (descends) for (const one of withDescendants(relation)) draft.lock(one, mode);
    if (isPartitioned(relation)) this.lockAncestors(relation);
  }

  /** What may be in a partition is said by those above it. A session that has looked once does not look again. */
  private lockAncestors(relation: Relation): void {
    for (const above of ancestorsOf(relation)) this.draft.lock(above, "AccessShareLock");
  }

  private write(fields: TreeFields, written: Written): void {
    const name = nameOfRangeVar(fields.relation);
    if (name === undefined) return;
    const relation = this.context.relation(name);
    this.context.explainUnknown(this.draft, relation);
    const { draft, context } = this;
    const before = new Set(draft.locks.keys());
    this.writeTo(relation, written, isFields(fields.relation) && fields.relation.inh === true);
    if (this.depth !== "run") return;
    const writes = [...draft.locks].flatMap(([locked, mode]) => {
      const one =
        mode === "RowExclusiveLock" && !before.has(locked) ? context.picture.relations.get(locked) : undefined;
      return one === undefined ? [] : [one];
    });
    noteRowChanges({ fields, target: relation, written, writes: [...new Set([relation, ...writes])] }, draft, context);
  }

  private writeTo(relation: Relation, written: Written, descends: boolean): void {
    const { draft, context, depth } = this;
    const mode: LockMode = "RowExclusiveLock";
    draft.lock(relation, mode);
    if (depth === "analysed") return;
    const bases = relation.kind === "view" ? this.basesOf(relation) : [];
    for (const base of bases) this.writeTo(base, written, true);
    if (depth === "rewritten") return;
    const descendsTo = depth === "run" ? isPartitioned(relation) : false;
    const tree = descends && (written.insert === undefined || descendsTo) ? withDescendants(relation) : [relation];
    for (const one of tree) draft.lock(one, mode);
    // PostgreSQL 13 asks before any write, later versions when a row comes that may not fit.
    if (context.version < 14 || isPartitioned(relation) || written.insert !== undefined || written.update !== undefined)
      this.lockAncestors(relation);
    if (depth !== "run") return;
    if (!relation.known)
      draft.assume(
        `${relationName(relation)} has no foreign keys, triggers, partitions or children: the tables concerned are locked too`,
      );
    if (written.delete === true && bases.length === 0) draft.loseRows(relation);
    for (const one of tree) lockForeignKeysOf(one, written, this);
    if (written.insert !== undefined) this.takeFromSequences(relation, written.insert);
    fireTriggers(relation, tree, written, this);
    if (relation.rules.size > 0) draft.assume(`no rule of ${relationName(relation)} brings in another relation`);
  }

  /** What is written when a view is. */
  private basesOf(view: Relation): readonly Relation[] {
    const query = hasQuery(view) ? queryOf(view, this.context.grammar) : undefined;
    return fieldsIn(query?.fields.fromClause, "RangeVar").flatMap((base) => {
      const name = nameOfRangeVar(base);
      if (name === undefined) return [];
      return (
        (view.definition === undefined ? undefined : this.context.picture.findStored(name)) ??
        this.context.relation(name)
      );
    });
  }

  /** A column that is left to its default takes a number from its sequence. */
  private takeFromSequences(relation: Relation, given: ReadonlySet<string> | number | "default"): void {
    let position = 0;
    for (const column of relation.columns.values()) {
      position += 1;
      const isGiven =
        given === "default" ? false : typeof given === "number" ? position <= given : given.has(column.name);
      if (isGiven) continue;
      if (column.identity !== undefined) this.draft.lock(column.identity, "RowExclusiveLock");
      else if (column.default !== undefined) this.visitText(`select ${column.default}`);
    }
  }

  private visitText(text: string): void {
    const tree = parseQuery(text, this.context.grammar);
    if (tree !== undefined) this.visit({ [tree.tag]: tree.fields }, new Set(), undefined);
  }

  /** Operators and casts of one's own run functions. */
  private convert(tag: string, fields: TreeFields): void {
    const { picture } = this.context;
    const operator = tag === "A_Expr" ? nameFromParts(listOf(fields.name)) : undefined;
    const called = operator === undefined ? [] : picture.operatorsNamed(operator).map((one) => one.function);
    if (tag === "TypeCast" && isFields(fields.typeName) && picture.casts.length > 0) {
      const { name } = resolveType(fields.typeName, picture);
      called.push(...picture.casts.flatMap((one) => (one.target === name ? (one.function ?? []) : [])));
    }
    for (const one of new Set(called)) followFunction(one, this.draft, this.context);
  }

  private call(fields: TreeFields): void {
    const name = nameFromParts(listOf(fields.funcname));
    if (name === undefined || this.depth !== "run") return;
    const mode = sequenceFunctions[name.name];
    if (mode !== undefined && (name.schema === undefined || name.schema === "pg_catalog")) {
      const sequence = constantText(listOf(fields.args)[0]);
      const tree = sequence === undefined ? undefined : parseQuery(`select from ${sequence}`, this.context.grammar);
      const target = nameOfRangeVar(fieldsOf(listOf(tree?.fields.fromClause)[0], "RangeVar"));
      if (target === undefined) this.draft.assume(`the sequence of ${name.name}() is not known`);
      else this.draft.lock(this.context.relation(target, "sequence"), mode);
      return;
    }
    const own = this.context.picture.callable(name);
    for (const called of new Set(own.map((one) => one.name))) followFunction(called, this.draft, this.context);
    const isBuiltin = volatileFunctions.has(name.name) || settledFunctions.has(name.name);
    if (own.length > 0 || (isBuiltin && (name.schema ?? "pg_catalog") === "pg_catalog")) return;
    this.draft.assume(`${name.name}() touches no relation: nothing is known of its body`);
  }
}

const sequenceFunctions: Readonly<Record<string, LockMode>> = {
  nextval: "RowExclusiveLock",
  setval: "RowExclusiveLock",
  currval: "RowExclusiveLock",
};

function isSystem(schema: string | undefined, name: string, context: StatementContext): boolean {
  if (schema !== undefined) return schema === "pg_catalog" || schema === "information_schema";
  return name.startsWith("pg_") && context.picture.find({ name }) === undefined;
}

/** What a statement that writes rows writes; undefined for others. */
function writesOf(tag: string, fields: TreeFields): Written | undefined {
  if (tag === "InsertStmt") return insertsInto(fields);
  if (tag === "UpdateStmt") return { update: assigned(fields.targetList) };
  if (tag === "DeleteStmt") return { delete: true };
  return tag === "MergeStmt" ? mergesInto(fields) : undefined;
}

function assigned(targets: TreeValue | undefined): ReadonlySet<string> {
  const changed = fieldsIn(targets, "ResTarget").filter(({ name, val }) => {
    const parts = listOf(fieldsOf(val, "ColumnRef")?.fields);
    // `n = n` leaves the key as it is, and no foreign key is looked at.
    return parts.length !== 1 || stringNode(parts[0]) !== stringOf(name);
  });
  return new Set(changed.flatMap(({ name }) => stringOf(name) ?? []));
}

function insertsInto(fields: TreeFields): Written {
  const named = assigned(fields.cols);
  const query = fieldsOf(fields.selectStmt, "SelectStmt");
  const row = listOf(query?.valuesLists)[0];
  const width = isFields(row) && isFields(row.List) ? listOf(row.List.items).length : listOf(query?.targetList).length;
  const insert = query === undefined ? "default" : named.size > 0 ? named : width;
  const conflict = isFields(fields.onConflictClause) ? fields.onConflictClause : undefined;
  return { insert, ...(conflict?.action === "ONCONFLICT_UPDATE" ? { update: assigned(conflict.targetList) } : {}) };
}

function mergesInto(fields: TreeFields): Written {
  const clauses = fieldsIn(fields.mergeWhenClauses, "MergeWhenClause");
  const of = (command: string) => clauses.filter(({ commandType }) => commandType === command);
  const [inserts, updates] = [of("CMD_INSERT"), of("CMD_UPDATE")];
  return {
    ...(inserts.length === 0 ? {} : { insert: assigned(inserts[0]?.targetList) }),
    ...(updates.length === 0
      ? {}
      : { update: new Set(updates.flatMap(({ targetList }) => [...assigned(targetList)])) }),
    ...(of("CMD_DELETE").length === 0 ? {} : { delete: true }),
  };
}
