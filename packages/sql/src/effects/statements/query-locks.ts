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
import type { EffectDraft } from "../effect-draft.js";
import { settledFunctions, volatileFunctions } from "../facts/builtin-names.js";
import { hasQuery, queryOf } from "../picture/query-of.js";
import { ancestorsOf } from "../picture/references-above.js";
import { isPartitioned, type Relation, type RowEvent, relationName, withDescendants } from "../picture/relation.js";
import { parseQuery } from "../picture/uses.js";
import type { StatementContext } from "../statement-context.js";
import { lockForeignKeysOf } from "./foreign-key-locks.js";
import { noteRowChanges } from "./row-changes.js";
import type { Written } from "./written.js";

/**
 * How far the server goes with a query: `analysed` when it is only stored (a view, a rule, a policy), `rewritten` when
 * it is checked (the body of an SQL function), `run` when rows are read and written.
 */
export type QueryDepth = "analysed" | "rewritten" | "run";

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
    const relation = this.context.relation(name);
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
      if (mode === "AccessShareLock") this.visit(within, new Set(), undefined);
      else this.visit(within, new Set(), "all");
    }
    if (!relation.known)
      draft.assume(
        `${relationName(relation)} is a table without partitions or children: what is below it, or what a view reads, is locked too`,
      );
    if (depth !== "run") return;
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
    if (relation.kind === "view" && hasQuery(relation)) {
      const query = queryOf(relation, context.grammar);
      for (const base of fieldsIn(query?.fields.fromClause, "RangeVar")) {
        const name = nameOfRangeVar(base);
        if (name !== undefined) this.writeTo(context.relation(name), written, true);
      }
    }
    if (depth !== "run") return;
    const tree =
      descends && (written.insert === undefined || isPartitioned(relation)) ? withDescendants(relation) : [relation];
    for (const one of tree) draft.lock(one, mode);
    // PostgreSQL 13 asks before any write, later versions when a row comes that may not fit.
    if (context.version < 14 || isPartitioned(relation) || written.insert !== undefined || written.update !== undefined)
      this.lockAncestors(relation);
    if (!relation.known)
      draft.assume(
        `${relationName(relation)} has no foreign keys, triggers, partitions or children: the tables concerned are locked too`,
      );
    for (const one of tree) lockForeignKeysOf(one, written, draft);
    if (written.insert !== undefined) this.takeFromSequences(relation, written.insert);
    for (const trigger of relation.triggers.values()) if (fires(trigger.events, written)) this.follow(trigger.function);
    if (relation.rules.size > 0) draft.assume(`no rule of ${relationName(relation)} brings in another relation`);
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
    const own = this.context.picture.findFunctions(name);
    for (const one of own) this.follow(one.name);
    const isBuiltin = volatileFunctions.has(name.name) || settledFunctions.has(name.name);
    if (own.length > 0 || (isBuiltin && (name.schema ?? "pg_catalog") === "pg_catalog")) return;
    this.draft.assume(`${name.name}() touches no relation: nothing is known of its body`);
  }

  /** What a function's body does counts as done; that it comes to every line of it is assumed. */
  private follow(spelled: string): void {
    const name = spelled.replace(/\(.*$/s, "");
    const { context, draft } = this;
    if (context.isFollowing(name)) return;
    for (const { definition, language } of context.picture.functions.get(name) ?? []) {
      const texts = bodyStatements(definition, language, context);
      if (texts === undefined) draft.assume(`${name}() touches no relation: its body (${language}) cannot be followed`);
      else if (texts.length > 0) {
        draft.assume(`${name}() comes to every statement of its body`);
        for (const text of texts) context.readWithin(name, text);
      }
    }
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

function fires(events: ReadonlySet<RowEvent>, written: Written): boolean {
  return (
    (written.insert !== undefined && events.has("insert")) ||
    (written.update !== undefined && events.has("update")) ||
    (written.delete === true && events.has("delete"))
  );
}

/** The text of a constant, with a cast or without. */
export function constantText(value: TreeValue | undefined): string | undefined {
  const constant = fieldsOf(value, "A_Const");
  if (isFields(constant?.sval)) return stringOf(constant.sval.sval) ?? "";
  const cast = fieldsOf(value, "TypeCast");
  return cast === undefined ? undefined : constantText(cast.arg);
}

/** The statements of a body; undefined for a language nobody can look into. */
export function bodyStatements(
  definition: string,
  language: string,
  context: StatementContext,
): readonly string[] | undefined {
  if (language === "plpgsql") return plpgsqlStatements(context.grammar.plpgsql(definition));
  if (language !== "sql") return language === "internal" || language === "c" ? [] : undefined;
  const create = fieldsOf(
    { CreateFunctionStmt: context.grammar.statements(definition)?.[0]?.fields },
    "CreateFunctionStmt",
  );
  const body = listOf(create?.options)
    .map((one) => fieldsOf(one, "DefElem"))
    .find((one) => one?.defname === "as");
  const parts = isFields(body?.arg) && isFields(body.arg.List) ? listOf(body.arg.List.items) : [];
  return parts.flatMap((part) => stringNode(part) ?? []);
}

/** Every SQL text of a PL/pgSQL tree, expressions as queries; undefined when the body could not be read. */
export function plpgsqlStatements(tree: TreeValue | undefined): readonly string[] | undefined {
  if (tree === undefined) return undefined;
  const texts: string[] = [];
  collect(tree, texts);
  return texts;
}

function collect(value: TreeValue | undefined, texts: string[]): void {
  if (Array.isArray(value)) for (const item of value) collect(item, texts);
  if (!isFields(value)) return;
  // RETURN QUERY EXECUTE and OPEN … FOR EXECUTE have it beside other things.
  if (value.dynquery !== undefined) {
    texts.push(dynamicText(value.dynquery));
    for (const [field, part] of Object.entries(value)) if (field !== "dynquery") collect(part as TreeValue, texts);
    return;
  }
  const execute = fieldsOf(value, "PLpgSQL_stmt_dynexecute") ?? fieldsOf(value, "PLpgSQL_stmt_dynfors");
  const expression = fieldsOf(value, "PLpgSQL_expr");
  if (execute !== undefined) {
    texts.push(dynamicText(execute.query));
    for (const [field, part] of Object.entries(execute)) if (field !== "query") collect(part as TreeValue, texts);
  } else if (expression !== undefined) {
    texts.push(...asStatement(stringOf(expression.query) ?? "", Number(expression.parseMode ?? 0)));
  } else for (const part of Object.values(value)) collect(part as TreeValue, texts);
}

/** What EXECUTE is given: the statement when it is constant, else one that nobody understands. */
function dynamicText(expression: TreeValue | undefined): string {
  const query = stringOf(fieldsOf(expression, "PLpgSQL_expr")?.query) ?? "";
  return constantString(query) ?? `execute ${query}`;
}

/** A piece of PL/pgSQL as SQL; what calls nothing and reads nothing is left out. The modes are those of RawParseMode. */
function asStatement(query: string, parseMode: number): readonly string[] {
  const [statement, expression] = [0, 2];
  if (parseMode === statement) return [query];
  if (!query.includes("(")) return [];
  return [`select ${parseMode === expression ? query : query.replace(/^[^:=]*:?=/, "")}`];
}

/** `'alter table t …'`, or parts joined with ||, all constant. */
function constantString(expression: string): string | undefined {
  const whole = /^\s*((?:'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\2\$)(?:\s*\|\|\s*'(?:[^']|'')*')*)\s*$/.exec(
    expression,
  )?.[1];
  if (whole === undefined) return undefined;
  const dollar = /^\$(\w*)\$([\s\S]*)\$\1\$$/.exec(whole.trim());
  if (dollar !== null) return dollar[2];
  return [...whole.matchAll(/'((?:[^']|'')*)'/g)].map(([, text]) => text!.replaceAll("''", "'")).join("");
}
