import type { AnnotatedObject, Catalog, CatalogKinds, CatalogReference } from "@confiture/model";
import { cutArguments, cutLastPart, respell, spellTransform, withoutServerSchema } from "./name-parts.js";

/** The part of a catalog's index that is asked here: the index itself asks for what annotations hang on. */
export interface EntryLookup {
  readonly catalog: Catalog;
  find(kind: keyof CatalogKinds, name: string): unknown;
}

/**
 * The entry an annotation hangs on: with which it goes when that is dropped, and is to be made again. For a column of a
 * view or an attribute of a type that is the view or the type, for the sequence of an identity column the column.
 * `undefined`: it is on something that no catalog lists, the server's own or an extension's.
 */
export function resolveAnnotated(on: AnnotatedObject, index: EntryLookup): CatalogReference | undefined {
  const found = annotatedCandidates(on).find(({ kind, name }) => index.find(kind, name) !== undefined);
  return found ?? implicitObjects(index).get(implicitKey(on));
}

/**
 * What an annotation can hang on, by its words alone: at most one of these is there. Without what has no entry and a name
 * of its own: sequences of identity columns, multiranges and the constructors of ranges.
 */
export function annotatedCandidates({ kind, name }: AnnotatedObject): readonly CatalogReference[] {
  return candidates[kind]?.(withoutServerSchema(name)) ?? [];
}

/** A table, foreign table, view or materialized view by its name. */
export function findRelation(name: string, index: EntryLookup): CatalogReference | undefined {
  return relations(name).find(({ kind, name }) => index.find(kind, name) !== undefined);
}

type Candidates = (name: string) => readonly CatalogReference[];

function of(...kinds: readonly (keyof CatalogKinds)[]): Candidates {
  return (name) => kinds.map((kind) => ({ kind, name }));
}

const relations = of("tables", "foreignTables", "views", "materializedViews");

const columns: Candidates = (name) => [
  { kind: "columns", name },
  ...of("views", "materializedViews")(cutLastPart(name)[0]),
];

/** The types of a table's rows and of arrays come and go with what they were made for. */
const types: Candidates = (name) => {
  const element = name.replace(/\[\]$/, "");
  return [{ kind: "types", name: element }, ...relations(element)];
};

/** PostgreSQL's words: those of `pg_identify_object`, and those of a catalog's grants where they are others. */
const candidates: Readonly<Record<string, Candidates | undefined>> = {
  schema: of("schemas"),
  extension: of("extensions"),
  type: types,
  sequence: of("sequences"),
  table: of("tables"),
  "foreign table": of("foreignTables"),
  view: of("views"),
  "materialized view": of("materializedViews"),
  column: columns,
  "table column": columns,
  "foreign table column": columns,
  "view column": columns,
  "materialized view column": columns,
  "composite type column": (name) => of("types")(cutLastPart(name)[0]),
  "table constraint": of("constraints"),
  "domain constraint": (name) => of("constraints")(respell(name, " on ", " on domain ")),
  index: of("indexes"),
  function: of("functions"),
  procedure: of("functions"),
  aggregate: of("aggregates"),
  trigger: of("triggers"),
  "event trigger": of("eventTriggers"),
  rule: of("rules"),
  policy: of("policies"),
  "statistics object": of("statistics"),
  operator: of("operators"),
  "operator family": (name) => of("operatorFamilies")(respell(name, " USING ", " using ")),
  "operator class": (name) => of("operatorClasses")(respell(name, " USING ", " using ")),
  cast: (name) => of("casts")(respell(name, " AS ", " as ")),
  collation: of("collations"),
  conversion: of("conversions"),
  "text search configuration": of("textSearchConfigurations"),
  "text search dictionary": of("textSearchDictionaries"),
  "text search parser": of("textSearchParsers"),
  "text search template": of("textSearchTemplates"),
  // A language that came with an extension of its name, as plpgsql does, goes with it.
  language: of("languages", "extensions"),
  transform: (name) => of("transforms")(spellTransform(name)),
  "access method": of("accessMethods"),
  publication: of("publications"),
  subscription: of("subscriptions"),
  "foreign-data wrapper": of("foreignDataWrappers"),
  server: of("foreignServers"),
  "foreign server": of("foreignServers"),
};

/** What has a name of its own and no entry, with the entry it belongs to. */
const known = new WeakMap<EntryLookup, ReadonlyMap<string, CatalogReference>>();

function implicitObjects(index: EntryLookup): ReadonlyMap<string, CatalogReference> {
  const before = known.get(index);
  if (before !== undefined) return before;
  const found = new Map<string, CatalogReference>();
  for (const { name, identity } of index.catalog.columns)
    if (identity !== undefined) found.set(`sequence ${identity.sequence}`, { kind: "columns", name });
  for (const type of index.catalog.types) {
    if (type.kind !== "range") continue;
    const reference: CatalogReference = { kind: "types", name: type.name };
    // The functions that make ranges out of bounds bear the name of their type.
    found.set(`function ${type.name}`, reference);
    if (type.multirange === undefined) continue;
    for (const word of ["type", "function"]) found.set(`${word} ${type.multirange}`, reference);
  }
  known.set(index, found);
  return found;
}

function implicitKey({ kind, name }: AnnotatedObject): string {
  return `${kind} ${kind === "function" ? cutArguments(name) : name.replace(/\[\]$/, "")}`;
}
