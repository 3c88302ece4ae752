import type { CatalogConstraint } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import type { CatalogIndex } from "../catalog-index.js";
import type { DiffReference } from "../diff-kinds.js";
import { domainConstraints, isOfDomain } from "./domains.js";
import { indexParameters, indexSettings } from "./indexes.js";
import { isAttached, isInheritedFromKept, parentsOf } from "./inheritance.js";
import type { KindRules, Sides } from "./kind-rules.js";
import { isPassedOn, notNullOf } from "./not-null.js";

export const constraintRules: KindRules<"constraints"> = {
  named: (entry) =>
    `constraint ${entry.constraint} on ${entry.domain === undefined ? entry.table : `domain ${entry.domain}`}`,
  create: createConstraint,
  drop: dropConstraint,
  alter: alterConstraint,
  partOf: (entry, index) => [
    ...(isOfDomain(entry) ? domainConstraints.partOf(entry, index) : []),
    ...(entry.table === undefined
      ? []
      : [{ kind: "tables", name: entry.table } as const, { kind: "foreignTables", name: entry.table } as const]),
    ...(entry.parent === undefined ? [] : [{ kind: "constraints", name: entry.parent } as const]),
  ],
  madeWith: (entry, sides) =>
    isOfDomain(entry) ? domainConstraints.madeWith(entry, sides) : copiedFrom(entry, sides.after),
  claims: (entry) => [
    ...(entry.index === undefined || entry.kind === "foreign key" ? [] : [`relation ${entry.index}`]),
    ...(entry.kind === "primary key" ? [`primary key of ${entry.table}`] : []),
  ],
};

/** The server makes a partition's copy of a key with that of the parent, and under the same name. */
function copiedFrom(entry: CatalogConstraint, index: CatalogIndex): DiffReference | undefined {
  if (entry.kind !== "foreign key" || entry.parent === undefined) return undefined;
  const parent = index.find("constraints", entry.parent);
  const isCopy =
    parent?.constraint === entry.constraint &&
    parent.validated === entry.validated &&
    parent.triggerStates.length + entry.triggerStates.length === 0;
  return isCopy ? { kind: "constraints", name: entry.parent } : undefined;
}

function owner(entry: CatalogConstraint, index: CatalogIndex): string {
  if (entry.domain !== undefined) return `alter domain ${entry.domain}`;
  const foreign = entry.table !== undefined && index.find("foreignTables", entry.table) !== undefined;
  return `alter ${foreign ? "foreign " : ""}table ${entry.table}`;
}

function createConstraint(entry: CatalogConstraint, after: CatalogIndex, sides: Sides): readonly string[] {
  if (isOfDomain(entry)) return domainConstraints.create(entry, sides);
  const add = `add constraint ${entry.constraint} ${entry.definition}`;
  if (entry.table === undefined) return [`${owner(entry, after)} ${add}`];
  const indexed = entry.kind === "primary key" || entry.kind === "unique" || entry.kind === "exclude";
  const attached = isAttached(entry.table, sides);
  const partition = after.tableOf(entry.table)?.entry.partition;
  // By INHERITS it is there when the table is; a partition gets it before it is attached.
  if (!indexed && isInheritedFromKept(entry, sides)) return [];
  if (!indexed && entry.inheritance === "inherited" && partition === undefined) return validatedAlone(entry, after);
  if (entry.kind === "foreign key" && entry.parent !== undefined && attached) return renamed(entry, after);
  if (entry.kind === "not null") return createNotNull(entry, sides);
  // The partitions' own are made under their own names and attached.
  const only = indexed && keptPartitions(entry.table, sides) ? `alter table only ${entry.table}` : owner(entry, after);
  const parentIndex = entry.parent === undefined ? undefined : after.find("constraints", entry.parent)?.index;
  const index = entry.index === undefined || !indexed ? undefined : after.find("indexes", entry.index);
  return [
    `${only} ${add}`,
    ...validatedBelow(entry, entry.table, sides),
    ...changedTriggerStates(undefined, entry),
    ...(index === undefined ? [] : [...indexParameters(index), ...indexSettings(undefined, index, after)]),
    ...(indexed && attached && parentIndex !== undefined
      ? [`alter index ${parentIndex} attach partition ${entry.index}`]
      : []),
  ];
}

/** What nobody looked at in the parent may have been looked at in a table below. */
function validatedBelow(entry: CatalogConstraint, table: string, sides: Sides): readonly string[] {
  if (entry.validated || entry.kind !== "check") return [];
  return sides.after.childrenOf(table).flatMap((child) => {
    const own = sides.after.find("constraints", `${entry.constraint} on ${child}`);
    if (own === undefined || !isInheritedFromKept(own, sides)) return [];
    const below = validatedBelow(entry, child, sides);
    return own.validated ? [`${owner(own, sides.after)} validate constraint ${own.constraint}`] : below;
  });
}

/** A table that is made has no row that nobody looked at, whatever its parent has. */
function validatedAlone(entry: CatalogConstraint, after: CatalogIndex): readonly string[] {
  const above = parentsOf(entry.table ?? "", after).flatMap(
    (parent) => after.find("constraints", `${entry.constraint} on ${parent}`) ?? [],
  );
  const isAlone = entry.kind === "check" && entry.validated && entry.enforced && above.some((one) => !one.validated);
  return isAlone ? [`${owner(entry, after)} validate constraint ${entry.constraint}`] : [];
}

/** The server made it with that of the parent, and under the same name. */
function renamed(entry: CatalogConstraint, after: CatalogIndex): readonly string[] {
  const parent = entry.parent === undefined ? undefined : after.find("constraints", entry.parent);
  if (parent === undefined || parent.constraint === entry.constraint) return [];
  return [`${owner(entry, after)} rename constraint ${parent.constraint} to ${entry.constraint}`];
}

function keptPartitions(table: string, { before, after }: Sides): boolean {
  const kept = new Set(before.childrenOf(table));
  return (
    after.find("tables", table)?.partitionKey !== undefined && after.childrenOf(table).some((child) => kept.has(child))
  );
}

/** PostgreSQL 18: a column has one such constraint at most, so one that is there already goes on as this one. */
function createNotNull(entry: CatalogConstraint, sides: Sides): readonly string[] {
  const { before, after } = sides;
  const there = notNullOf(entry.table ?? "", entry.columns[0], before);
  const kept = before.find("columns", `${entry.table}.${entry.columns[0]}`)?.notNull === true;
  const isFree = (name: string) => !after.constraintsOf(entry.table ?? "").some((other) => other.name === name);
  if (there !== undefined && kept && (there.name === entry.name || isFree(there.name))) {
    const goesOn = goOnAs(there, entry, after);
    if (goesOn !== undefined) return goesOn;
  }
  return [`${owner(entry, after)} add constraint ${entry.constraint} ${entry.definition}`];
}

/** Undefined: a NOT NULL that holds for all rows cannot become one that does not, nor one from above the table's own. */
function goOnAs(
  before: CatalogConstraint,
  after: CatalogConstraint,
  index: CatalogIndex,
): readonly string[] | undefined {
  if (before.validated && !after.validated) return undefined;
  if (before.inheritance === "inherited" && after.inheritance === "merged") return undefined;
  const alter = owner(after, index);
  const [was, is] = [isPassedOn(before), isPassedOn(after)];
  // Tables below get it under the new name, and keep it under the old one.
  return [
    ...(was && !is ? [`${alter} alter constraint ${before.constraint} no inherit`] : []),
    ...(before.constraint === after.constraint
      ? []
      : [`${alter} rename constraint ${before.constraint} to ${after.constraint}`]),
    ...(before.validated === after.validated ? [] : [`${alter} validate constraint ${after.constraint}`]),
    ...(!was && is ? [`${alter} alter constraint ${after.constraint} inherit`] : []),
  ];
}

/** What comes from a parent goes with the parent's; the NOT NULL that stays under another name is renamed. */
function dropConstraint(entry: CatalogConstraint, before: CatalogIndex, sides: Sides): readonly string[] {
  if (isOfDomain(entry)) return domainConstraints.drop(entry, sides);
  if (entry.kind === "not null" && entry.table !== undefined) {
    const column = sides.after.find("columns", `${entry.table}.${entry.columns[0]}`);
    const other = notNullOf(entry.table, entry.columns[0], sides.after);
    // What is its own and comes from above alone then has to go before that comes.
    const comesDown = entry.inheritance === undefined && other?.inheritance === "inherited";
    if (column?.notNull === true && other !== undefined && !comesDown) {
      if (other.implied) return goOnAs(entry, other, before) ?? [];
      if (other.name !== entry.name) return [];
    }
  }
  if (isInheritedFromKept(entry, { ...sides, before: sides.after, after: before })) return [];
  if (goneByLeaving(entry, sides)) return [];
  // Tables that inherit keep theirs, where they still have it; partitions get it back.
  const kept = before
    .childrenOf(entry.table ?? "")
    .some((child) => hasOwn(`${entry.constraint} on ${child}`, sides.after));
  const partitioned = before.find("tables", entry.table ?? "")?.partitionKey !== undefined;
  const table = kept && !partitioned ? `alter table only ${entry.table}` : owner(entry, before);
  return [`${table} drop constraint ${entry.constraint}`];
}

function hasOwn(name: string, index: CatalogIndex): boolean {
  const constraint = index.find("constraints", name);
  return constraint !== undefined && constraint.inheritance !== "inherited";
}

const timing = / (NOT )?DEFERRABLE( INITIALLY (DEFERRED|IMMEDIATE))?/;
const notValid = " NOT VALID";
const notEnforced = " NOT ENFORCED";

function alterConstraint(
  before: CatalogConstraint,
  after: CatalogConstraint,
  sides: Sides,
): readonly string[] | "replace" {
  if (before.kind !== after.kind) return "replace";
  if (isOfDomain(before) && isOfDomain(after)) return domainConstraints.alter(before, after);
  const alter = owner(after, sides.after);
  const states = changedTriggerStates(before, after);
  if (states.length > 0 && before.definition === after.definition) return states;
  if (before.definition === after.definition)
    return lostWithParent(before, after, sides) || goneByLeaving(before, sides)
      ? [`${alter} add constraint ${after.constraint} ${after.definition}`]
      : [];
  if (before.parent !== undefined && after.parent !== undefined && isAttached(after.table ?? "", sides)) return [];
  if (after.kind === "not null" && before.columns[0] === after.columns[0])
    return goOnAs(before, after, sides.after) ?? "replace";
  if (before.validated === false && after.validated && before.definition.replace(notValid, "") === after.definition)
    return [`${alter} validate constraint ${after.constraint}`];
  if (
    after.kind === "foreign key" &&
    bare(before.definition) === bare(after.definition) &&
    before.validated === after.validated
  ) {
    const deferred = timing.exec(after.definition)?.[0] ?? " NOT DEFERRABLE";
    return [`${alter} alter constraint ${after.constraint}${deferred}`];
  }
  if (after.kind === "foreign key" && before.enforced !== after.enforced) {
    const stripped = (text: string) => text.replace(notEnforced, "").replace(notValid, "");
    if (stripped(before.definition) === stripped(after.definition) && (!after.enforced || after.validated))
      return [`${alter} alter constraint ${after.constraint} ${after.enforced ? "enforced" : "not enforced"}`];
  }
  return "replace";
}

/** The server's own triggers behind a foreign key have names that say nothing; they are told by their functions. */
function changedTriggerStates(before: CatalogConstraint | undefined, after: CatalogConstraint): readonly string[] {
  const had = before?.triggerStates ?? [];
  if (had.join("\n") === after.triggerStates.join("\n") || after.table === undefined) return [];
  const wanted = [
    ...after.triggerStates.map(triggerState),
    ...had
      .map(triggerState)
      .filter(({ of }) => !after.triggerStates.some((state) => triggerState(state).of === of))
      .map(({ of }) => ({ of, words: "enable" })),
  ];
  const name = after.constraint.startsWith('"')
    ? after.constraint.slice(1, -1).replaceAll('""', '"')
    : after.constraint;
  const cases = wanted.map(({ of, words }) => `when ${quoteLiteral(of)} then ${quoteLiteral(words)}`).join(" ");
  return [
    `do $confiture$
declare
  own record;
begin
  for own in
    select g.tgname, g.tgrelid::regclass as relation, case pg_catalog.concat(g.tgfoid::regproc, ' on ', g.tgrelid::regclass) ${cases} end as verb
    from pg_catalog.pg_trigger g
    join pg_catalog.pg_constraint c on c.oid = g.tgconstraint
    where c.conname = ${quoteLiteral(name)} and c.conrelid = ${quoteLiteral(after.table)}::regclass
  loop
    if own.verb is not null then
      execute pg_catalog.format('alter table %s %s trigger %I', own.relation, own.verb, own.tgname);
    end if;
  end loop;
end
$confiture$`,
  ];
}

const stateWords: Readonly<Record<string, string>> = {
  disabled: "disable",
  always: "enable always",
  replica: "enable replica",
};

/** `"RI_FKey_check_ins" on public.lines: disabled`. */
function triggerState(text: string): { readonly of: string; readonly words: string } {
  const colon = text.lastIndexOf(": ");
  return { of: text.slice(0, colon), words: stateWords[text.slice(colon + 2)] ?? "enable" };
}

/** What a partition had from its parent alone goes with the parent's. */
function lostWithParent(before: CatalogConstraint, after: CatalogConstraint, sides: Sides): boolean {
  if (before.inheritance !== "inherited" || after.table === undefined) return false;
  if (!isAttached(after.table, sides)) return false;
  if (after.inheritance === "merged") return true;
  if (after.inheritance !== undefined) return false;
  return sides.after.find("tables", after.table)?.partition !== undefined;
}

/** Before 15 a partition that leaves loses its copy of a key to a partitioned table, and keeps that of any other. */
function goneByLeaving({ kind, parent, table, references }: CatalogConstraint, sides: Sides): boolean {
  if (kind !== "foreign key" || parent === undefined || table === undefined || references === undefined) return false;
  if (sides.before.catalog.serverVersion >= 150_000 || isAttached(table, sides)) return false;
  return sides.before.find("tables", references)?.partitionKey !== undefined;
}

function bare(definition: string): string {
  return definition.replace(timing, "");
}
