import { isFields, listOf, stringNode, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { relationName as nameOfRangeVar } from "../../parse/read-names.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { EffectDraft } from "../effect-draft.js";
import { insideParentheses } from "../expressions-in-text.js";
import { FreeNames, plainName } from "../names/free-names.js";
import { distinctNames, elementName } from "../names/index-column-names.js";
import { joinedColumns } from "../names/object-name.js";
import { foreignKeyFacts } from "../picture/foreign-key.js";
import { columnNames, plainShape } from "../picture/index-shape.js";
import {
  type Constraint,
  hasStorage,
  type Index,
  type IndexShape,
  isPartitioned,
  type Relation,
  relationName,
  withDescendants,
  withPartitions,
} from "../picture/relation.js";
import type { ColumnPlace } from "./column-place.js";
import { requireNotNull } from "./require-not-null.js";

export interface ConstraintOnPlace {
  readonly place: Omit<ColumnPlace, "column"> & { readonly column?: string };
  readonly constraint: TreeFields;
  /** What follows it in the list: NOT ENFORCED and the like stand there by themselves. */
  readonly attributes: readonly TreeFields[];
}

/** Notes what a constraint of a new column or of ADD CONSTRAINT does, and keeps it in the picture. */
export function readConstraint(given: ConstraintOnPlace): void {
  const type = given.constraint.contype;
  if (type === "CONSTR_CHECK") addCheck(given);
  else if (type === "CONSTR_FOREIGN") addForeignKey(given);
  else if (type === "CONSTR_NOTNULL" && given.place.column === undefined) addNotNull(given);
  else if (type === "CONSTR_PRIMARY" || type === "CONSTR_UNIQUE" || type === "CONSTR_EXCLUSION") addIndexed(given);
}

/** NOT VALID, or NOT ENFORCED since PostgreSQL 18: no row is looked at. */
function looksAtRows({ constraint, attributes }: ConstraintOnPlace): boolean {
  if (constraint.skip_validation === true || constraint.is_enforced === false) return false;
  if (constraint.is_enforced === undefined && constraint.contype !== "CONSTR_NOTNULL") return false;
  for (const { contype } of attributes) {
    if (contype === "CONSTR_ATTR_NOT_ENFORCED") return false;
    if (typeof contype === "string" && !contype.startsWith("CONSTR_ATTR_")) break;
  }
  return true;
}

/** As written, or as PostgreSQL chooses it. */
function nameOf({ constraint, place }: ConstraintOnPlace, columns: readonly string[], suffix: string): string {
  const written = stringOf(constraint.conname);
  if (written !== undefined) return quoteIdentifier(written);
  const { schema, bare } = place.relation;
  const joined = columns.length === 0 ? undefined : joinedColumns(columns.map(plainName));
  return new FreeNames(place.context.picture).constraint(schema, plainName(bare), joined, suffix);
}

/** The same for an index behind a constraint. INCLUDE columns count. */
function indexNameOf({ constraint, place }: ConstraintOnPlace, on: Relation, columns: readonly string[]): string {
  const written = stringOf(constraint.conname);
  if (written !== undefined && on === place.relation) return quoteIdentifier(written);
  const label = { CONSTR_PRIMARY: "pkey", CONSTR_UNIQUE: "key" }[stringOf(constraint.contype) ?? ""] ?? "excl";
  const including = listOf(constraint.including).flatMap((one) => stringNode(one) ?? []);
  const excluded = excludedElements(constraint).map((element) => elementName(element, place.context.version));
  const keys = excluded.length === 0 ? columns.map(plainName) : excluded;
  const addition = joinedColumns(distinctNames([...keys, ...including]));
  return new FreeNames(place.context.picture).relation(
    on.schema,
    plainName(on.bare),
    label === "pkey" ? undefined : addition,
    label,
    { isConstraint: true },
  );
}

function keep(
  given: ConstraintOnPlace,
  relation: Relation,
  made: Omit<Constraint, "inherited" | "noInherit" | "fromParent" | "enforced" | "validated">,
): Constraint {
  const validated = looksAtRows(given);
  const isChild = relation !== given.place.relation;
  return given.place.context.picture.addConstraint(relation, {
    ...made,
    validated,
    enforced: true,
    noInherit: given.constraint.is_no_inherit === true,
    inherited: isChild,
    fromParent: isChild,
  });
}

function addCheck(given: ConstraintOnPlace): void {
  const { place, constraint } = given;
  const { draft, context } = place;
  const columns = place.column === undefined ? columnNames(constraint.raw_expr) : [place.column];
  const expression = insideParentheses(context.text, Number(constraint.location ?? 0)) ?? "";
  const tree = constraint.is_no_inherit === true ? [place.relation] : place.tree;
  const used = new Set(columnNames(constraint.raw_expr));
  const name = nameOf(given, used.size === 1 ? [...used] : [], "check");
  for (const one of tree) {
    if (looksAtRows(given)) {
      draft.scan(one, "check");
      if (needsRows(one)) draft.requires.push({ kind: "check", relation: relationName(one), expression });
    }
    keep(given, one, {
      name,
      kind: "check",
      columns: [...new Set(columns)],
      definition: `CHECK (${expression})`,
    });
  }
}

function addNotNull(given: ConstraintOnPlace): void {
  const { place, constraint } = given;
  const column = quoteIdentifier(stringNode(listOf(constraint.keys)[0]) ?? "");
  if (constraint.skip_validation !== true) requireNotNull(place, place.draft, column);
  else for (const one of place.tree) place.draft.lock(one, place.mode);
  const name = nameOf(given, [column], "not_null");
  for (const one of place.tree) {
    const own = one.columns.get(column);
    if (own !== undefined) own.notNull = true;
    const made = keep(given, one, { name, kind: "not null", columns: [column] });
    made.validated = constraint.skip_validation !== true;
  }
}

function addForeignKey(given: ConstraintOnPlace): void {
  const { place, constraint } = given;
  const { draft, context, relation } = place;
  const target = nameOfRangeVar(constraint.pktable) ?? { name: "" };
  const references = context.relation(target);
  context.explainUnknown(draft, references);
  const columns =
    place.column === undefined ? listOf(constraint.fk_attrs).flatMap((one) => quoted(stringNode(one))) : [place.column];
  for (const one of withDescendants(references)) {
    if (one === references || isPartitioned(references)) draft.lock(one, "ShareRowExclusiveLock");
  }
  if (!references.known) draft.assume(`${relationName(references)} has no partitions: each would be locked like it`);
  const referring = withPartitions(relation);
  // Before 18 partitions were locked as the whole ALTER TABLE locks the table.
  for (const one of referring)
    draft.lock(one, context.version < 18 && isPartitioned(relation) ? place.mode : "ShareRowExclusiveLock");
  if (!relation.known) draft.assume(`${relationName(relation)} has no partitions: each would be locked like it`);
  const facts = foreignKeyFacts(constraint);
  // A new column without a default is NULL everywhere, which refers to nothing.
  const validates = looksAtRows(given) && (place.column === undefined || place.hasDefault);
  const name = nameOf(given, columns, "fkey");
  for (const one of referring) {
    const hasIt = [...one.constraints.values()].some(
      (own) => own.references === references && own.validated && own.enforced && own.columns.join() === columns.join(),
    );
    // A partition that has the key already keeps it, proven.
    if (validates && !(hasIt && one !== relation)) draft.scan(one, "foreign_key");
    keep(given, one, { name, kind: "foreign key", columns, references, ...facts });
  }
  if (!validates) return;
  // A table that this very statement makes has no row to look up.
  if (place.kind === "create_table" || place.kind === "create_partition") return;
  for (const one of withDescendants(references)) {
    if (one === references || isPartitioned(references)) draft.scan(one, "foreign_key");
  }
  if (!needsRows(relation)) return;
  draft.requires.push({
    kind: "foreign_key",
    relation: relationName(relation),
    columns,
    references: relationName(references),
    match: constraint.fk_matchtype === "f" ? "full" : "simple",
    ...(constraint.fk_with_period === true ? { period: true } : {}),
    ...(facts.referencedColumns === undefined ? {} : { referencedColumns: facts.referencedColumns }),
  });
}

/** UNIQUE, PRIMARY KEY and EXCLUDE: an index, made here or taken over. */
function addIndexed(given: ConstraintOnPlace): void {
  const { constraint } = given;
  const kind =
    constraint.contype === "CONSTR_PRIMARY"
      ? "primary key"
      : constraint.contype === "CONSTR_UNIQUE"
        ? "unique"
        : "exclude";
  if (kind === "primary key") refuseSecondKey(given.place);
  const taken = stringOf(constraint.indexname);
  if (taken === undefined) makeIndex(given, kind);
  else useIndex(given, kind, quoteIdentifier(taken));
}

function refuseSecondKey({ relation, draft, dropped }: ConstraintOnPlace["place"]): void {
  const own = [...relation.constraints.values()].find((one) => one.kind === "primary key");
  if (own === undefined || [own.name, ...own.columns].some((name) => dropped?.has(name) === true)) return;
  draft.refuse(`${relationName(relation)} has a primary key already, ${own.name}`);
}

function makeIndex(given: ConstraintOnPlace, kind: "primary key" | "unique" | "exclude"): void {
  const { place, constraint } = given;
  const { draft, context, relation } = place;
  const columns = place.column === undefined ? keyColumns(constraint) : [place.column];
  if (kind === "primary key" && place.column === undefined) {
    for (const column of columns) requireNotNull(place, draft, column);
  }
  const included = listOf(constraint.including).flatMap((one) => quoted(stringNode(one)));
  const nullsNotDistinct = constraint.nulls_not_distinct === true;
  const plain = plainShape(columns, { included, nullsNotDistinct });
  const { match: _, ...excluding } = plain;
  const method = stringOf(constraint.access_method) ?? "btree";
  const shape: IndexShape = kind === "exclude" ? { ...excluding, method } : plain;
  const tree = isPartitioned(relation) && place.recurses ? withDescendants(relation) : [relation];
  // Since PostgreSQL 18 partitions are locked as strongly as the table; before, only as CREATE INDEX does.
  const below = context.version >= 18 || kind === "exclude" ? "AccessExclusiveLock" : "ShareLock";
  for (const one of tree) {
    draft.lock(one, one === relation ? place.mode : below);
    const bare = indexNameOf(given, one, columns);
    buildIndex(draft, one, {
      name: one === relation ? bare : undefined,
      columns,
      unique: kind !== "exclude",
      method,
    });
    const index = newIndex(context, one, bare, shape, kind !== "exclude");
    const made = keep(given, one, { name: index.bare, kind, columns, index });
    index.constraint = made;
  }
  if (!relation.known)
    draft.assume(`${relationName(relation)} has no partitions: each would be locked and get an index too`);
  if (kind !== "exclude" && needsRows(relation)) {
    draft.requires.push({
      kind: "unique",
      relation: relationName(relation),
      columns,
      nullsNotDistinct: constraint.nulls_not_distinct === true,
      ...(constraint.without_overlaps === true ? { withoutOverlaps: true } : {}),
    });
  }
}

function useIndex(given: ConstraintOnPlace, kind: "primary key" | "unique" | "exclude", bare: string): void {
  const { place } = given;
  const index = [...place.relation.indexes].find((one) => one.bare === bare);
  place.draft.lock(place.relation, "AccessExclusiveLock");
  // The index takes the constraint's name, which renames it.
  const name = stringOf(given.constraint.conname);
  const isRenamed = name !== undefined && quoteIdentifier(name) !== bare;
  if (index !== undefined && isRenamed) {
    place.draft.lockIndex(index, "ShareUpdateExclusiveLock");
    index.formerName ??= relationName(index);
    place.context.picture.renameIndex(index, { bare: quoteIdentifier(name) });
  }
  const columns = index?.shape?.columns ?? [];
  if (kind === "primary key") {
    if (index === undefined)
      place.draft.assume(`the columns of ${bare} are NOT NULL already: otherwise the table is read to prove it`);
    for (const column of columns) requireNotNull(place, place.draft, column);
  }
  const made = keep(given, place.relation, {
    name: name === undefined ? bare : quoteIdentifier(name),
    kind,
    columns,
    ...(index === undefined ? {} : { index }),
  });
  if (index !== undefined) index.constraint = made;
}

export interface NewIndex {
  readonly name: string | undefined;
  readonly columns: readonly string[];
  readonly unique: boolean;
  readonly method: string;
  readonly concurrently?: boolean;
}

/** Notes that an index is built over the rows of a relation. */
export function buildIndex(draft: EffectDraft, relation: Relation, index: NewIndex): void {
  if (relation.bornHere || (relation.known && !hasStorage(relation))) return;
  draft.scan(relation, "index_build");
  draft.buildNew({
    table: relationName(relation),
    ...(index.name === undefined ? {} : { index: `${relation.schema}.${index.name}` }),
    method: index.method,
    unique: index.unique,
    concurrently: index.concurrently ?? false,
    columns: index.columns,
    why: "new",
  });
}

export function newIndex(
  context: ConstraintOnPlace["place"]["context"],
  table: Relation,
  bare: string,
  shape: IndexShape,
  unique: boolean,
): Index {
  return context.picture.addIndex({
    schema: table.schema,
    bare,
    table,
    unique,
    valid: true,
    clustered: false,
    bornHere: true,
    shape,
  });
}

function keyColumns(constraint: TreeFields): readonly string[] {
  const keys = listOf(constraint.keys).flatMap((one) => quoted(stringNode(one)));
  if (keys.length > 0) return keys;
  return excludedElements(constraint).flatMap(({ name }) => quoted(stringOf(name)));
}

/** What EXCLUDE compares: columns and expressions. */
function excludedElements(constraint: TreeFields): readonly TreeFields[] {
  return listOf(constraint.exclusions).flatMap((one) => {
    const element = isFields(one) && isFields(one.List) ? listOf(one.List.items)[0] : undefined;
    return isFields(element) && isFields(element.IndexElem) ? [element.IndexElem] : [];
  });
}

function quoted(name: string | undefined): readonly string[] {
  return name === undefined ? [] : [quoteIdentifier(name)];
}

/** True where existing rows can break a promise. */
function needsRows(relation: Relation): boolean {
  return !relation.bornHere && (!relation.known || hasStorage(relation) || isPartitioned(relation));
}
