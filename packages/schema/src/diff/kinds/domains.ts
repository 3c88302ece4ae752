import type { CatalogConstraint, CatalogDomain } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";
import type { DiffReference } from "../diff-kinds.js";
import type { Sides } from "./kind-rules.js";

/** With NOT NULL under the name somebody chose for it, as PostgreSQL 17 began to keep; a CHECK is added behind. */
export function createDomain(entry: CatalogDomain, after: CatalogIndex): string {
  const named = namedNotNull(entry, after);
  return [
    `create domain ${entry.name} as ${entry.type}`,
    ...(entry.collation === undefined ? [] : [`collate ${entry.collation}`]),
    ...(entry.default === undefined ? [] : [`default ${entry.default}`]),
    ...(named === undefined ? [] : [`constraint ${named.constraint}`]),
    ...(entry.notNull ? ["not null"] : []),
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

/** How the constraints of domains are put into SQL. */
export const domainConstraints = {
  create: createConstraint,
  drop: dropConstraint,
  alter: alterConstraint,
  /** CREATE DOMAIN says NOT NULL. */
  madeWith: ({ domain, kind }: DomainConstraint): DiffReference | undefined =>
    kind === "not null" ? { kind: "types", name: domain } : undefined,
} as const;

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
