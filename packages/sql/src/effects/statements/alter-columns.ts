import { fieldsOf, isFields, listOf, stringOf, type TreeFields, type TreeValue } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { domainDefault } from "../column-types/domain-default.js";
import { spellType } from "../column-types/spell-type.js";
import { type ColumnType, isConstrained, resolveType } from "../column-types/type-name.js";
import { volatilityOf, volatilityOfValue } from "../column-types/volatility.js";
import type { EffectDraft } from "../effect-draft.js";
import { FreeNames, plainName } from "../names/free-names.js";
import { newRelation, type Picture } from "../picture/picture.js";
import { type Column, isPartitioned, type Relation, relationName } from "../picture/relation.js";
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
