import type { CatalogConstraint, CatalogDomain } from "@confiture/model";
import { type CatalogIndex, keyOf, type ObjectKey } from "../catalog-index.js";
import type { DiffReference } from "../diff-kinds.js";
import type { Sides } from "./kind-rules.js";

/** With the constraints that can be said there. */
export function createDomain(entry: CatalogDomain, after: CatalogIndex): string {
  const said = after.constraintsOf(entry.name).filter(isOfDomain);
  const checks = said.filter((constraint) => constraint.kind === "check" && isSaidWithDomain(constraint, after));
  const named = namedNotNull(entry, after);
  return [
    `create domain ${entry.name} as ${entry.type}`,
    ...(entry.collation === undefined ? [] : [`collate ${entry.collation}`]),
    ...(entry.default === undefined ? [] : [`default ${entry.default}`]),
    ...(named === undefined ? [] : [`constraint ${named.constraint}`]),
    ...(entry.notNull ? ["not null"] : []),
    ...checks.map(({ constraint, definition }) => `constraint ${constraint} ${definition}`),
  ].join(" ");
}

export function alterDomain(before: CatalogDomain, after: CatalogDomain, sides: Sides): readonly string[] | "replace" {
  if (before.type !== after.type || before.collation !== after.collation) return "replace";
  const alter = `alter domain ${after.name}`;
  const setsNotNull = !before.notNull && after.notNull && namedNotNull(after, sides.after) === undefined;
  const dropsNotNull = before.notNull && !after.notNull && namedNotNull(before, sides.before) === undefined;
  return [
    ...(before.default === after.default
      ? []
      : [`${alter} ${after.default === undefined ? "drop default" : `set default ${after.default}`}`]),
    ...(setsNotNull ? [`${alter} set not null`] : []),
    ...(dropsNotNull ? [`${alter} drop not null`] : []),
  ];
}

function namedNotNull({ name }: CatalogDomain, index: CatalogIndex): CatalogConstraint | undefined {
  const found = notNullOf(name, index);
  return found?.implied === true ? undefined : found;
}

/** A domain has one at most, whatever it is called. */
function notNullOf(domain: string, index: CatalogIndex): CatalogConstraint | undefined {
  return index.constraintsOf(domain).find(({ kind }) => kind === "not null");
}

/** A constraint of a domain. */
type DomainConstraint = CatalogConstraint & { readonly domain: string };

export function isOfDomain(entry: CatalogConstraint): entry is DomainConstraint {
  return entry.domain !== undefined;
}

/** Whether CREATE DOMAIN says it: not where it was not validated, and not where it needs a function that needs the domain. */
function isSaidWithDomain(entry: DomainConstraint, index: CatalogIndex): boolean {
  return entry.kind === "not null" || (entry.validated && !needsWhatNeedsTheDomain(entry, index));
}

function needsWhatNeedsTheDomain({ name, domain }: DomainConstraint, index: CatalogIndex): boolean {
  const whole = keyOf({ kind: "types", name: domain });
  const others = (key: ObjectKey) => index.needsOf(key).filter((need) => need !== whole);
  const seen = new Set<ObjectKey>(others(keyOf({ kind: "constraints", name })));
  for (const key of seen) {
    if (index.needsOf(key).includes(whole)) return true;
    for (const need of others(key)) seen.add(need);
  }
  return false;
}

/**
 * How the constraints of domains are put into SQL. What CREATE DOMAIN says is made with the domain and goes with it;
 * before that, ALTER DOMAIN takes from it what it needs and what needs it.
 */
export const domainConstraints = {
  create: createConstraint,
  drop: dropConstraint,
  alter: alterConstraint,
  madeWith: (entry: DomainConstraint, { after }: Sides) => domainOf(entry, after)[0],
  partOf: (entry: DomainConstraint, before: CatalogIndex) => domainOf(entry, before),
} as const;

function domainOf(entry: DomainConstraint, index: CatalogIndex): readonly DiffReference[] {
  return isSaidWithDomain(entry, index) ? [{ kind: "types", name: entry.domain }] : [];
}

function createConstraint(entry: DomainConstraint, { before }: Sides): readonly string[] {
  const there = entry.kind === "not null" ? notNullOf(entry.domain, before) : undefined;
  return [
    there === undefined
      ? `alter domain ${entry.domain} add constraint ${entry.constraint} ${entry.definition}`
      : renameConstraint(there, entry),
  ];
}

/** A NOT NULL that goes on under another name is renamed. */
function dropConstraint(entry: DomainConstraint, { after }: Sides): readonly string[] {
  const goesOn = entry.kind === "not null" ? notNullOf(entry.domain, after) : undefined;
  if (goesOn === undefined) return [`alter domain ${entry.domain} drop constraint ${entry.constraint}`];
  return goesOn.implied ? [renameConstraint(entry, goesOn)] : [];
}

function renameConstraint(before: CatalogConstraint, after: CatalogConstraint): string {
  return `alter domain ${after.domain} rename constraint ${before.constraint} to ${after.constraint}`;
}

const notValid = " NOT VALID";

function alterConstraint(before: DomainConstraint, after: DomainConstraint): readonly string[] | "replace" {
  if (before.definition === after.definition) return [];
  if (before.definition !== after.definition + notValid) return "replace";
  return [`alter domain ${after.domain} validate constraint ${after.constraint}`];
}
