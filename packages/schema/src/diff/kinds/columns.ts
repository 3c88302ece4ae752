import type { CatalogColumn, CatalogIdentity } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { isSameEntry } from "../../compare/same-entry.js";
import type { CatalogIndex, ObjectKey } from "../catalog-index.js";
import type { DiffReference } from "../diff-kinds.js";
import { asideName } from "./aside-name.js";
import { isRetyped } from "./change-type.js";
import {
  columnDefinition,
  columnSettings,
  differencesFromParent,
  identityClause,
  namedNotNull,
} from "./column-definition.js";
import { convertColumn } from "./convert-column.js";
import { alterColumnOptions, noteOnColumnSecrets } from "./foreign-columns.js";
import { isAttached, isInheritedFromKept, parentsOf } from "./inheritance.js";
import { keepsExpression } from "./keeps-expression.js";
import type { KindRules, Sides } from "./kind-rules.js";
import { unqualified } from "./names.js";
import { isPassedOn, notNullOf } from "./not-null.js";
import { successorOfIdentity, takePosition } from "./sequence-positions.js";
import { changedSettings } from "./sequences.js";

export const columnRules: KindRules<"columns"> = {
  named: ({ table, column }) => `column ${table}.${column}`,
  create(entry, after, sides) {
    const adds = !isInheritedFromKept(entry, sides);
    return [
      ...(adds
        ? addColumn(entry, after, sides)
        : differencesFromParent(entry, after).map((setting) => `${only(entry, sides)} ${setting}`)),
      ...columnSettings(undefined, entry, after).map((setting) => `${only(entry, sides)} ${setting}`),
    ];
  },
  drop(entry, before, sides) {
    if (isInheritedFromKept(entry, { ...sides, before: sides.after, after: before })) {
      const parents = parentsOf(entry.table, before);
      if (!parents.some((parent) => isDroppedAlone(parent, entry.column, sides))) return [];
    }
    const alone = isDroppedAlone(entry.table, entry.column, sides);
    return [`${alone ? `alter table only ${entry.table}` : alterTable(entry, before)} drop column ${entry.column}`];
  },
  alter: alterColumn,
  partOf: ({ table }) => [
    { kind: "tables", name: table },
    { kind: "foreignTables", name: table },
  ],
  madeWith: ({ table }, { after }) => ({
    kind: after.find("tables", table) === undefined ? "foreignTables" : "tables",
    name: table,
  }),
  letGo(entry, _, { after }) {
    if (entry.default === undefined) return undefined;
    const now = after.find("columns", entry.name);
    const alter = `alter table only ${entry.table} alter column ${entry.column}`;
    return {
      before: [`${alter} drop default`],
      behind: now?.default === undefined ? [] : [`${alter} set default ${now.default}`],
    };
  },
  holdsRows: ({ generated }) => generated === undefined,
  claims: ({ identity }) => (identity === undefined ? [] : [`relation ${identity.sequence}`]),
};

/** Where there are tables below, the server makes no identity in the same step: they would need one of their own. */
function addColumn(entry: CatalogColumn, after: CatalogIndex, sides: Sides): readonly string[] {
  const table = alterTable(entry, after);
  const add = `${noteOnColumnSecrets(entry)}${table} add column`;
  const partitioned = after.find("tables", entry.table)?.partitionKey !== undefined;
  const passedOn = partitioned && after.catalog.serverVersion >= 170_000;
  if (entry.identity === undefined || passedOn || !isInherited(entry, sides))
    return [`${add} ${columnDefinition(entry, after)}`];
  const { identity, ...plain } = entry;
  return [`${add} ${columnDefinition(plain, after)}`, ...identityBegins(plain, entry, table)];
}

/** Children that keep the column keep their values: theirs is then their own. Partitions have what their parent has. */
function isDroppedAlone(table: string, column: string, { before, after }: Sides): boolean {
  if (before.find("tables", table)?.partitionKey !== undefined) return false;
  return before.childrenOf(table).some((child) => after.find("columns", `${child}.${column}`) !== undefined);
}

function alterColumn(before: CatalogColumn, after: CatalogColumn, sides: Sides): readonly string[] | "replace" {
  const generation = alterGeneration(before, after, sides);
  if (generation === "replace" || isHandedUp(before, after, sides)) return "replace";
  const alter = `alter column ${after.column}`;
  const retyped = isRetyped(before, after) && !typeComesDown(before, after, sides);
  if (retyped) refuseOutOfReach(before, sides);
  const redefaulted = before.default !== after.default;
  // The default of the old type may have no way to the new one.
  const lifted =
    hasDefault(before) &&
    (retyped || typeComesDown(before, after, sides) || (redefaulted && after.default === undefined));
  const first = lifted ? [`${alter} drop default`] : [];
  const then = after.default !== undefined && (lifted || redefaulted) ? [`${alter} set default ${after.default}`] : [];
  const whole = alterTable(after, sides.after);
  const alone = (changes: readonly string[]) => changes.map((change) => `${only(after, sides)} ${change}`);
  return [
    ...generation,
    ...identityEnds(before, sides),
    ...(retyped && !isInherited(after, sides)
      ? [`${whole} ${[...first, retype(before, after, sides), ...then].join(", ")}`]
      : [...alone(first), ...(retyped ? [`${whole} ${retype(before, after, sides)}`] : []), ...alone(then)]),
    ...alterNotNull(before, after, sides),
    ...identityBegins(before, after, whole),
    ...alterColumnOptions(before, after),
    ...alone(columnSettings(before, after, sides.after)),
  ];
}

/** The server changes no type that comes down from two parents, nor one of a row that another table holds. */
function refuseOutOfReach({ table, column }: CatalogColumn, { before, after }: Sides): void {
  const heir = before.childrenOf(table).find((child) => {
    const parents = parentsOf(child, before).filter((parent) => before.find("columns", `${parent}.${column}`));
    return parents.length > 1 && after.childrenOf(table).includes(child);
  });
  const holder = before.columnsOfType(table).find(({ name }) => after.find("columns", name) !== undefined);
  if (heir === undefined && holder === undefined) return;
  const why =
    heir === undefined ? `${holder?.name} holds rows of ${table}` : `${heir} has it from another parent as well`;
  throw new ConfitureError("CONFITURE_DIFF_IMPOSSIBLE", `The type of ${table}.${column} cannot change: ${why}.`, {
    hint: "Take them apart for the while, by a migration of your own.",
    facts: { column: `${table}.${column}` },
  });
}

/** What was its own comes from a parent alone: nothing but making it again says so. Attaching a partition says it by itself. */
export function isHandedUp(before: CatalogColumn, after: CatalogColumn, { after: index }: Sides): boolean {
  if (before.generated !== undefined || after.generated !== undefined) return false;
  if (after.inheritance !== "inherited" || before.inheritance === "inherited") return false;
  const table = index.tableOf(after.table)?.entry;
  return table?.partition === undefined;
}

/** `ALTER COLUMN … TYPE`; also for a column whose type is made anew under the same name. */
export function retype(before: CatalogColumn, after: CatalogColumn, sides: Sides, remade = false): string {
  const collation = after.collation === undefined ? "" : ` collate ${after.collation}`;
  // A foreign table has no values here to be converted.
  const isForeign = sides.after.find("foreignTables", after.table) !== undefined;
  const using = isForeign ? undefined : convertColumn(after.column, [before.type, after.type], sides, remade);
  return `alter column ${after.column} type ${after.type}${collation}${using === undefined ? "" : ` using ${using}`}`;
}

function alterGeneration(before: CatalogColumn, after: CatalogColumn, sides: Sides): readonly string[] | "replace" {
  const index = sides.after;
  const [was, is] = [before.generated, after.generated];
  if (was?.expression === is?.expression && was?.kind === is?.kind) return [];
  const alter = `${alterTable(after, index)} alter column ${after.column}`;
  if (was !== undefined && is === undefined) {
    if (was.kind !== "stored") return "replace";
    // Whoever takes it from the parent takes it from all below.
    return followsParent(after, sides, "generated") ? [] : [`${alter} drop expression`];
  }
  if (was === undefined || is === undefined || was.kind !== is.kind) return "replace";
  const partition = index.tableOf(after.table)?.entry.partition;
  if (index.catalog.serverVersion < 170_000 || keepsExpression(after, sides)) return "replace";
  if (partition !== undefined && followsParent(after, sides, "generated")) return [];
  // Tables that inherit have expressions of their own; indexes of partitions can only be made anew with the parent's.
  const alone =
    index.find("tables", after.table)?.partitionKey === undefined ? only(after, sides) : alterTable(after, index);
  return [`${alone} alter column ${after.column} set expression as (${is.expression})`];
}

function alterNotNull(before: CatalogColumn, after: CatalogColumn, sides: Sides): readonly string[] {
  if (before.notNull && after.notNull) {
    const parents = isAttached(after.table, sides) ? parentsOf(after.table, sides.after) : [];
    const lost = parents.some((parent) => {
      const name = `${parent}.${after.column}`;
      return (
        sides.before.find("columns", name)?.notNull === true && sides.after.find("columns", name)?.notNull === false
      );
    });
    if (lost) return [`${alterTable(after, sides.after)} alter column ${after.column} set not null`];
    return renamedNotNull(after, sides);
  }
  if (before.notNull === after.notNull || followsParent(after, sides, "notNull")) return [];
  // A primary key says it too, but a partitioned table asks its partitions first.
  const byKey =
    inPrimaryKey(after, sides.after) &&
    ![...parentsOf(after.table, sides.after), ...sides.after.childrenOf(after.table)].length;
  if (after.notNull && (namedNotNull(after, sides.after) !== undefined || byKey)) return [];
  if (!after.notNull && namedNotNull(before, sides.before) !== undefined) return [];
  return [`${alterTable(after, sides.after)} alter column ${after.column} ${after.notNull ? "set" : "drop"} not null`];
}

/** A table that leaves its parent keeps the name the constraint had there, where nobody chose one. */
function renamedNotNull(after: CatalogColumn, sides: Sides): readonly string[] {
  const [was, is] = notNullsOf(after, sides);
  if (was?.implied !== true || is?.implied !== true || was.constraint === is.constraint) return [];
  if (was.inheritance === undefined || is.inheritance !== undefined) return [];
  return [`${alterTable(after, sides.after)} rename constraint ${was.constraint} to ${is.constraint}`];
}

/** PostgreSQL 18 knows whether a column said it itself; what its key says cannot be taken back. */
function notNullIsHandedUp(before: CatalogColumn, after: CatalogColumn, sides: Sides): boolean {
  const [was, is] = notNullsOf(after, sides);
  if (was?.implied !== true || is?.implied !== true) return false;
  if (was.inheritance !== undefined || is.inheritance !== "inherited") return false;
  return isAttached(after.table, sides) && !inPrimaryKey(before, sides.before);
}

function notNullsOf({ table, column }: CatalogColumn, { before, after }: Sides) {
  return [notNullOf(table, column, before), notNullOf(table, column, after)] as const;
}

function inPrimaryKey({ table, column }: CatalogColumn, index: CatalogIndex): boolean {
  return index.constraintsOf(table).some(({ kind, columns }) => kind === "primary key" && columns.includes(column));
}

/** What a column gives up before anything else is done to it, and for the sake of what. */
export function givesUp(
  before: CatalogColumn,
  after: CatalogColumn,
  sides: Sides,
): readonly { readonly needed: ObjectKey; readonly statement: string }[] {
  const forParents = (statement: string) =>
    parentsOf(after.table, sides.after).map((parent) => ({ needed: `columns ${parent}.${after.column}`, statement }));
  return [
    // A sequence of the same name may have to be made before the column is altered further.
    ...(before.identity !== undefined && after.identity === undefined
      ? [{ needed: "", statement: identityStepsBack(before, before.identity, sides) }]
      : []),
    // The type comes down from the parent, and the default of the old one may have no way to it; an identity comes only where there is none.
    ...((typeComesDown(before, after, sides) || identityComesDown(before, after, sides)) && hasDefault(before)
      ? forParents(`${only(after, sides)} alter column ${after.column} drop default`)
      : []),
    // From the parent alone it comes only where nothing was said before.
    ...(notNullIsHandedUp(before, after, sides)
      ? forParents(`${alterTable(after, sides.after)} alter column ${after.column} drop not null`)
      : []),
  ];
}

function typeComesDown(before: CatalogColumn, after: CatalogColumn, sides: Sides): boolean {
  return (
    isRetyped(before, after) &&
    (before.type === after.type || followsParent(after, sides, "type")) &&
    (before.collation === after.collation || followsParent(after, sides, "collation"))
  );
}

/** Since 17 partitions have the identity of their partitioned table. */
function identityComesDown(before: CatalogColumn, after: CatalogColumn, sides: Sides): boolean {
  if (sides.after.catalog.serverVersion < 170_000 || before.identity !== undefined) return false;
  const above = sides.after.tableOf(after.table)?.entry.partition?.of;
  return above !== undefined && sides.after.find("columns", `${above}.${after.column}`)?.identity !== undefined;
}

function hasDefault({ default: value, generated }: CatalogColumn): boolean {
  return value !== undefined && generated === undefined;
}

/** With another name it keeps its place for the sequence that comes; else it goes at once. */
function identityStepsBack(before: CatalogColumn, { sequence }: CatalogIdentity, sides: Sides): string {
  return successorOfIdentity(before, sides) === undefined
    ? dropIdentity(before)
    : `alter sequence ${sequence} rename to ${unqualified(asideName({ name: sequence }, sides))}`;
}

function identityEnds(before: CatalogColumn, sides: Sides): readonly string[] {
  const successor = successorOfIdentity(before, sides);
  if (before.identity === undefined || successor === undefined) return [];
  const aside = asideName({ name: before.identity.sequence }, sides);
  return [takePosition(successor.name, aside), dropIdentity(before)];
}

function dropIdentity({ table, column }: CatalogColumn): string {
  return `alter table ${table} alter column ${column} drop identity`;
}

function identityBegins(before: CatalogColumn, after: CatalogColumn, table: string): readonly string[] {
  const [was, is] = [before.identity, after.identity];
  if (is === undefined) return [];
  if (was === undefined) {
    return [`${table} alter column ${after.column} add ${identityClause(after, is)}`, ...ownType(after, is)];
  }
  // The sequence takes the type of its column along.
  const followed = { ...was, ...typeBounds(was, is) };
  const changes = [
    ...(was.generation === is.generation ? [] : [`set generated ${is.generation}`]),
    ...changedSettings(followed, is).map((setting) => `set ${setting}`),
  ];
  return [
    ...(was.sequence === is.sequence ? [] : [`alter sequence ${was.sequence} rename to ${unqualified(is.sequence)}`]),
    ...(was.type === is.type || before.type !== after.type ? [] : [`alter sequence ${is.sequence} as ${is.type}`]),
    ...(changes.length === 0 ? [] : [`${table} alter column ${after.column} ${changes.join(" ")}`]),
  ];
}

/** The sequence of an identity column takes the type of the column, unless it is told another. */
function ownType({ type }: CatalogColumn, { type: own, sequence }: CatalogIdentity): readonly string[] {
  return own === type ? [] : [`alter sequence ${sequence} as ${own}`];
}

function typeBounds(was: CatalogIdentity, is: CatalogIdentity): Partial<CatalogIdentity> {
  return was.type === is.type
    ? {}
    : { type: is.type, minimum: is.minimum === was.minimum ? is.minimum : "", maximum: "" };
}

export function alterTable({ table }: Pick<CatalogColumn, "table">, index: CatalogIndex): string {
  return `alter ${index.find("foreignTables", table) === undefined ? "" : "foreign "}table ${table}`;
}

/** Defaults and settings would go down to children that have their own. */
export function only(column: CatalogColumn, { before, after }: Sides): string {
  const parent = [before, after].some((index) => index.childrenOf(column.table).length > 0);
  return parent ? `alter table only ${column.table}` : alterTable(column, after);
}

function isInherited(column: CatalogColumn, { before, after }: Sides): boolean {
  return [before, after].some((index) => index.childrenOf(column.table).length > 0);
}

/** The same change at a parent comes down by itself. */
function followsParent(
  column: CatalogColumn,
  sides: Sides,
  field: "type" | "collation" | "notNull" | "generated",
): boolean {
  if (!isAttached(column.table, sides)) return false;
  return parentsOf(column.table, sides.after).some((parent) => {
    const reference: DiffReference = { kind: "columns", name: `${parent}.${column.column}` };
    const was = sides.before.find("columns", reference.name);
    const is = sides.after.find("columns", reference.name);
    if (field === "notNull" && column.notNull && beginsToPassOn(was, is, sides)) return true;
    return (
      was !== undefined &&
      is !== undefined &&
      !isSameEntry(was[field], is[field]) &&
      isSameEntry(is[field], column[field])
    );
  });
}

/** Its NOT NULL was for itself alone, and from now on tables below get it too. */
function beginsToPassOn(before: CatalogColumn | undefined, after: CatalogColumn | undefined, sides: Sides): boolean {
  const was = before === undefined ? undefined : notNullOf(before.table, before.column, sides.before);
  const is = after === undefined ? undefined : notNullOf(after.table, after.column, sides.after);
  return was !== undefined && is !== undefined && !isPassedOn(was) && isPassedOn(is);
}
