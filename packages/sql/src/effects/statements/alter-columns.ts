import { fieldsOf, isFields, listOf, stringOf, type TreeFields, type TreeValue } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { isAssignable } from "../column-types/assignable.js";
import { domainDefault } from "../column-types/domain-default.js";
import { spellType } from "../column-types/spell-type.js";
import { castsOfColumn, changeOfType, resolveSteps } from "../column-types/type-change.js";
import { type ColumnType, isConstrained, parseType, resolveType } from "../column-types/type-name.js";
import { isShiftByUtc, keepsValues } from "../column-types/values-kept.js";
import { volatilityOf, volatilityOfValue } from "../column-types/volatility.js";
import type { EffectDraft } from "../effect-draft.js";
import { behindUsing } from "../expressions-in-text.js";
import { FreeNames, plainName } from "../names/free-names.js";
import { shapeOf } from "../picture/index-shape.js";
import { newRelation, type Picture } from "../picture/picture.js";
import {
  type Column,
  hasStorage,
  isPartitioned,
  type Relation,
  relationName,
  withPartitions,
} from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { columnConstraints } from "./column-constraints.js";
import { lockTreeOf } from "./lock-tree.js";
import { lockQuery } from "./query-locks.js";
import { requireNotNull } from "./require-not-null.js";
import { namedBy, type Subcommand } from "./subcommand.js";
import { Removal } from "./take-away.js";

export function addColumn(subcommand: Subcommand): void {
  const { context, relation, command, kind } = subcommand;
  const definition = fieldsOf(command.def, "ColumnDef") ?? {};
  const name = quoteIdentifier(stringOf(definition.colname) ?? "");
  const draft = context.beginOn(kind, relation, name);
  draft.lock(relation, subcommand.mode);
  if (command.missing_ok === true && relation.columns.has(name)) return;
  const tree = lockTreeOf(subcommand, draft);
  if (command.missing_ok === true && !relation.known)
    draft.assume(`${relationName(relation)} has no column ${name} yet`);
  const type = isFields(definition.typeName) ? resolveType(definition.typeName, context.picture) : undefined;
  const facts = columnConstraints(definition, context);
  const isNotNull = facts.notNull || type?.isSerial === true || facts.identity;
  const writes = writesRows(draft, type, facts.default, context) || facts.generated === "stored" || facts.identity;
  const hasValue =
    facts.default !== undefined || type?.isSerial === true || facts.identity || facts.generated !== undefined;
  for (const one of tree) {
    // Identity is not inherited, but partitions have it since PostgreSQL 17.
    const isOwnIdentity = !facts.identity || one === relation || (one.partition !== undefined && context.version >= 17);
    if (writes && isOwnIdentity) {
      draft.rewrite(one);
      lockQuery(facts.default ?? domainDefault(type?.user, context.grammar), draft, context, "run");
    }
    if (facts.generated === "virtual" && isNotNull) draft.scan(one, "not_null");
    if (facts.notNull && !hasValue) draft.scan(one, "not_null");
    if (!one.columns.has(name))
      one.columns.set(
        name,
        newColumn(name, definition, { notNull: isNotNull, inherited: one !== relation }, context.picture),
      );
  }
  if (facts.notNull && !hasValue && !relation.bornHere) {
    draft.requires.push({ kind: "not_null", relation: relationName(relation), column: name });
  }
  if (facts.identity || type?.isSerial === true) addSequence(relation, name, facts.identity, context);
  facts.apply({ ...subcommand, column: name, draft, tree, hasDefault: hasValue });
}

/** True when each row gets a value of its own, or has to be looked at because of a domain. */
export function writesRows(
  draft: EffectDraft,
  type: ColumnType | undefined,
  defaultValue: TreeValue | undefined,
  context: StatementContext,
): boolean {
  const { picture, grammar } = context;
  if (type?.isSerial === true) return true;
  if (type !== undefined && isConstrained(type, picture, grammar)) return true;
  if (type?.isUnknown === true)
    draft.assume(
      `${type.name} is not a domain with constraints or a volatile default: the table would be written anew`,
    );
  const value =
    type === undefined
      ? volatilityOf(defaultValue, picture)
      : volatilityOfValue(defaultValue, { type, picture, grammar });
  for (const assumption of value.assumptions) draft.assume(assumption);
  return value.isVolatile;
}

function newColumn(
  name: string,
  definition: TreeFields,
  facts: Pick<Column, "notNull" | "inherited">,
  picture: Picture,
): Column {
  const type = isFields(definition.typeName) ? spellType(definition.typeName, picture) : undefined;
  return { name, ...facts, ...(type === undefined ? {} : { type }) };
}

function addSequence(relation: Relation, column: string, isIdentity: boolean, context: StatementContext): void {
  const names = new FreeNames(context.picture);
  const bare = names.relation(relation.schema, plainName(relation.bare), plainName(column), "seq");
  const sequence = newRelation(relation.schema, bare, "sequence", { bornHere: true });
  context.picture.add(sequence);
  context.picture.own(sequence, relation, column);
  if (!isIdentity) return;
  sequence.isIdentity = true;
  const owner = relation.columns.get(column);
  if (owner !== undefined) owner.identity = sequence;
}

export function dropColumn(subcommand: Subcommand): void {
  const { context, relation, command, kind } = subcommand;
  const name = namedBy(command);
  const draft = context.beginOn(kind, relation, name);
  draft.lock(relation, "AccessExclusiveLock");
  const column = relation.columns.get(name);
  if (relation.known && column === undefined) return;
  if (!relation.known) {
    draft.assume(
      `no foreign key, sequence or view uses ${relationName(relation)}.${name}, and the table has no partitions or children: the relations concerned would be locked as well`,
    );
    relation.columns.delete(name);
  } else {
    const removal = new Removal(context, draft, command.behavior === "DROP_CASCADE" ? {} : { without: [] });
    removal.column(relation, column!, subcommand.recurses ? "with_children" : "only");
  }
  if (!relation.bornHere) draft.lose("column", `${relationName(relation)}.${name}`);
}

export function setNotNull(subcommand: Subcommand): void {
  const { context, relation, command, kind } = subcommand;
  const name = namedBy(command);
  const draft = context.beginOn(kind, relation, name);
  draft.lock(relation, subcommand.mode);
  requireNotNull(subcommand, draft, name);
}

export function dropNotNull(subcommand: Subcommand): void {
  const { context, relation, command, kind } = subcommand;
  const name = namedBy(command);
  const draft = context.beginOn(kind, relation, name);
  const isNullable = relation.known && relation.columns.get(name)?.notNull !== true;
  // Since PostgreSQL 18 NOT NULL is a constraint: where there is none, nothing below is looked at.
  const tree = context.version >= 18 && isNullable ? [relation] : lockTreeOf(subcommand, draft);
  draft.lock(relation, subcommand.mode);
  for (const one of tree) {
    const column = one.columns.get(name);
    if (column !== undefined) column.notNull = false;
  }
}

export function changeDefault(subcommand: Subcommand): void {
  const { context, relation, command, kind } = subcommand;
  const draft = context.beginOn(kind, relation, namedBy(command));
  for (const one of lockTreeOf(subcommand, draft)) {
    const column = one.columns.get(namedBy(command));
    if (column === undefined) continue;
    if (command.def === undefined) delete column.default;
  }
}

export function setExpression(subcommand: Subcommand): void {
  const { context, relation, command, kind } = subcommand;
  const name = namedBy(command);
  const draft = context.beginOn(kind, relation, name);
  for (const one of lockTreeOf(subcommand, draft)) {
    const generated = one.columns.get(name)?.generated;
    if (generated === undefined && one.known) continue;
    if (generated?.kind !== "virtual") draft.rewrite(one);
    if (generated === undefined)
      draft.assume(`${name} is a stored generated column; a virtual one is not written anew`);
  }
}

export function dropExpression(subcommand: Subcommand): void {
  const { context, relation, command, kind } = subcommand;
  const draft = context.beginOn(kind, relation, namedBy(command));
  for (const one of lockTreeOf(subcommand, draft)) {
    const column = one.columns.get(namedBy(command));
    if (column !== undefined) delete column.generated;
  }
}

/** Partitions have the identity of their partitioned table since PostgreSQL 17. */
function identityTree(subcommand: Subcommand, draft: EffectDraft): readonly Relation[] {
  const { context, relation, mode } = subcommand;
  if (context.version >= 17 && (isPartitioned(relation) || !relation.known)) return lockTreeOf(subcommand, draft);
  draft.lock(relation, mode);
  return [relation];
}

export function addIdentity(subcommand: Subcommand): void {
  const { context, relation, command, kind } = subcommand;
  const name = namedBy(command);
  identityTree(subcommand, context.beginOn(kind, relation, name));
  addSequence(relation, name, true, context);
}

export function setIdentity(subcommand: Subcommand): void {
  const { context, relation, command, kind } = subcommand;
  const draft = context.beginOn(kind, relation, namedBy(command));
  identityTree(subcommand, draft);
  const sequence = relation.columns.get(namedBy(command))?.identity;
  if (sequence !== undefined) draft.lock(sequence, "ShareRowExclusiveLock");
  if (!relation.known)
    draft.assume(
      `the sequence behind ${relationName(relation)}.${namedBy(command)} is locked too, SHARE ROW EXCLUSIVE`,
    );
  const definition = listOf(command.def);
  const items = isFields(command.def) && isFields(command.def.List) ? listOf(command.def.List.items) : definition;
  const options = items.map((item) => stringOf(fieldsOf(item, "DefElem")?.defname));
  if (sequence !== undefined && options.some((option) => option !== "generated")) draft.swapFile(sequence);
}

export function dropIdentity(subcommand: Subcommand): void {
  const { context, relation, command, kind } = subcommand;
  const draft = context.beginOn(kind, relation, namedBy(command));
  identityTree(subcommand, draft);
  const column = relation.columns.get(namedBy(command));
  if (!relation.known)
    draft.assume(
      `the sequence behind ${relationName(relation)}.${namedBy(command)} is dropped, under ACCESS EXCLUSIVE`,
    );
  if (column?.identity === undefined) return;
  draft.lock(column.identity, "AccessExclusiveLock");
  context.picture.remove(column.identity);
  delete column.identity;
}

export function alterColumnType(subcommand: Subcommand): void {
  const { context, relation, command, kind } = subcommand;
  const { picture, grammar } = context;
  const name = namedBy(command);
  const draft = context.beginOn(kind, relation, name);
  const tree = lockTreeOf(subcommand, draft);
  const definition = fieldsOf(command.def, "ColumnDef") ?? {};
  if (!isFields(definition.typeName)) return;
  const next = resolveType(definition.typeName, picture);
  const collation = fieldsOf({ CollateClause: definition.collClause ?? {} }, "CollateClause")?.collname;
  const spelled = spellType(definition.typeName, picture);
  const using =
    definition.raw_default === undefined ? undefined : behindUsing(context.text, Number(definition.location ?? 0));
  for (const one of tree) {
    const column = one.columns.get(name);
    const old = column?.type === undefined ? undefined : parseType(column.type, picture, grammar);
    const casts = definition.raw_default === undefined ? [] : castsOfColumn(definition.raw_default, name);
    if (old === undefined) assumeRewrite(draft, one, name);
    // ALTER TABLE has the sequence follow the type, also where it is the same one.
    if (column?.identity !== undefined) draft.lock(column.identity, "ShareRowExclusiveLock").swapFile(column.identity);
    const change =
      old === undefined || casts === undefined
        ? { rewrites: true, keepsIndexes: false, assumptions: [] }
        : changeOfType(old, [...resolveSteps(casts, picture), next], picture, grammar);
    for (const assumption of change.assumptions) draft.assume(assumption);
    if (old !== undefined && casts !== undefined)
      refuseUnassigned(draft, [old, ...resolveSteps(casts, picture)], next, context);
    if (change.rewrites) draft.rewrite(one);
    if (old === undefined)
      draft.assume(`no value of ${relationName(one)}.${name} loses anything on its way to ${spelled}`);
    else if (change.rewrites && one === relation && !relation.bornHere) {
      const isKept =
        casts === undefined
          ? isShiftByUtc(definition.raw_default, name)
          : keepsValues(old, [...resolveSteps(casts, picture), next], context);
      if (!isKept) draft.lose("values", `${relationName(relation)}.${name}`);
    }
    const sameCollation = collation === undefined ? column?.collation === undefined : false;
    rebuildParts(
      draft,
      one,
      name,
      {
        keepsIndexes: change.keepsIndexes && sameCollation,
        keepsKeys: change.keepsIndexes && !change.rewrites,
        rewrites: change.rewrites,
      },
      context,
    );
    if (change.rewrites && !one.bornHere && hasStorage(one)) {
      const requirement = { kind: "castable", relation: relationName(one), column: name, type: spelled } as const;
      draft.requires.push({ ...requirement, ...(using === undefined ? {} : { using }) });
    }
    if (column !== undefined) {
      column.type = spelled;
      delete column.collation;
    }
  }
}

/** What USING gives, or the old value where there is none, is assigned: that takes a cast made for it. */
function refuseUnassigned(
  draft: EffectDraft,
  steps: readonly ColumnType[],
  next: ColumnType,
  { picture, grammar }: StatementContext,
): void {
  const last = steps.at(-1)!;
  if (isAssignable(last, next, picture, grammar)) return;
  const asked = steps.length === 1 ? "USING" : "a cast behind USING";
  draft.refuse(
    `PostgreSQL does not bring ${wordOf(last)} to ${wordOf(next)} of its own accord, whatever the rows: it asks for ${asked}`,
  );
}

function wordOf({ name, isArray }: ColumnType): string {
  return isArray ? `${name}[]` : name;
}

function assumeRewrite(draft: EffectDraft, relation: Relation, column: string): void {
  draft.assume(`the type of ${relationName(relation)}.${column} is another one, whose bytes cannot stay as they are`);
  draft.assume(`${column} is no identity: its sequence would be locked SHARE ROW EXCLUSIVE and get a new file`);
  draft.assume(`no foreign key stands on ${column}: the tables at both ends would be locked ACCESS EXCLUSIVE`);
}

/**
 * Constraints and indexes with the column are made anew. Checks look at every row; foreign keys when rows were written
 * anew or are compared otherwise now.
 */
function rebuildParts(
  draft: EffectDraft,
  relation: Relation,
  column: string,
  change: { readonly keepsIndexes: boolean; readonly keepsKeys: boolean; readonly rewrites: boolean },
  context: StatementContext,
): void {
  for (const constraint of relation.constraints.values()) {
    const isCheckOfIt = constraint.kind === "check" && constraint.columns.includes(column);
    if (isCheckOfIt && constraint.validated && constraint.enforced) draft.scan(relation, "check");
    const { references } = constraint;
    if (references === undefined || !constraint.columns.includes(column)) continue;
    // The triggers on the other end are made anew; before 15 a partitioned table had none of its own.
    for (const one of withPartitions(references)) {
      const hasTriggers = context.version >= 15 || !isPartitioned(one);
      draft.lock(one, hasTriggers ? "AccessExclusiveLock" : "ShareRowExclusiveLock");
      if (!change.keepsKeys && constraint.validated) draft.scan(relation, "foreign_key").scan(one, "foreign_key");
    }
  }
  for (const { from, key } of relation.referencedBy) {
    if (key.referencedColumns !== undefined && !key.referencedColumns.includes(column)) continue;
    draft.lock(from, "AccessExclusiveLock");
    if (!change.keepsKeys && key.validated) draft.scan(from, "foreign_key").scan(relation, "foreign_key");
  }
  for (const index of relation.indexes) {
    const shape = shapeOf(index, context.grammar);
    if (!shape.uses.has(column)) continue;
    if (change.rewrites) {
      // The index of a partitioned table has no file, and is made anew all the same.
      if (isPartitioned(relation)) draft.lockIndex(index, "AccessExclusiveLock");
      continue;
    }
    // Before PostgreSQL 15 the index of a partition did not keep its file.
    const isReusable = index.parent === undefined || context.version >= 15;
    const canStay = isReusable && change.keepsIndexes && !shape.hasExpressions && shape.where === undefined;
    if (!canStay) draft.build(index, "rebuild").scan(relation, "index_build");
    else draft.lockIndex(index, "AccessExclusiveLock");
  }
}
