import type { AnnotatedObject, CatalogKinds, CatalogReference } from "@confiture/model";
import { type CatalogIndex, keyOf } from "./catalog-index.js";
import { cutArguments, cutLastPart, respell, spellTransform, withoutServerSchema } from "./name-parts.js";

/**
 * The entry an annotation hangs on: with which it goes when that is dropped, and is to be made again. For a column of a
 * view or an attribute of a type that is the view or the type, for the sequence of an identity column the column.
 * `undefined`: it is on something that no catalog lists, the server's own or an extension's.
 */
export function resolveAnnotated(on: AnnotatedObject, index: CatalogIndex): CatalogReference | undefined {
  const resolve = resolvers[on.kind];
  return resolve?.(withoutServerSchema(on.name), index);
}

/** A table, foreign table, view or materialized view by its name. */
export function findRelation(name: string, index: CatalogIndex): CatalogReference | undefined {
  return inLists("tables", "foreignTables", "views", "materializedViews")(name, index);
}

type Resolver = (name: string, index: CatalogIndex) => CatalogReference | undefined;

function inLists(...kinds: readonly (keyof CatalogKinds)[]): Resolver {
  return (name, index) => kinds.map((kind) => ({ kind, name })).find((entry) => index.entries.has(keyOf(entry)));
}

function first(...resolvers: readonly Resolver[]): Resolver {
  return (name, index) => {
    for (const resolve of resolvers) {
      const found = resolve(name, index);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** What is said of a part is looked for under the name of the whole. */
function ofWhole(...kinds: readonly (keyof CatalogKinds)[]): Resolver {
  const find = inLists(...kinds);
  return (name, index) => find(cutLastPart(name)[0], index);
}

function spelled(find: Resolver, spell: (name: string) => string): Resolver {
  return (name, index) => find(spell(name), index);
}

const column = first(inLists("columns"), ofWhole("views", "materializedViews"));
const sequence = first(inLists("sequences"), (name, index) => implicitObjects(index).sequences.get(name));

/** Arrays, multiranges and the types of a table's rows come and go with what they were made for. */
const type = first(inLists("types"), findRelation, (name, index) => implicitObjects(index).types.get(name));
const typeOrArray = first(
  type,
  spelled(type, (name) => name.replace(/\[\]$/, "")),
);

/** The functions that make ranges out of bounds bear the name of their type. */
const constructorOf = spelled(
  first(
    (name, index) => (index.find("types", name)?.kind === "range" ? { kind: "types", name } : undefined),
    (name, index) => implicitObjects(index).types.get(name),
  ),
  cutArguments,
);

/** PostgreSQL's words, those of `pg_identify_object` and, where they are others, those of a catalog's grants. */
const resolvers: Readonly<Record<string, Resolver>> = {
  schema: inLists("schemas"),
  extension: inLists("extensions"),
  type: typeOrArray,
  sequence,
  table: inLists("tables"),
  "foreign table": inLists("foreignTables"),
  view: inLists("views"),
  "materialized view": inLists("materializedViews"),
  column,
  "table column": column,
  "foreign table column": column,
  "view column": column,
  "materialized view column": column,
  "composite type column": ofWhole("types"),
  "table constraint": inLists("constraints"),
  "domain constraint": spelled(inLists("constraints"), (name) => respell(name, " on ", " on domain ")),
  index: inLists("indexes"),
  function: first(inLists("functions"), constructorOf),
  procedure: inLists("functions"),
  aggregate: inLists("aggregates"),
  trigger: inLists("triggers"),
  "event trigger": inLists("eventTriggers"),
  rule: inLists("rules"),
  policy: inLists("policies"),
  "statistics object": inLists("statistics"),
  operator: inLists("operators"),
  "operator family": spelled(inLists("operatorFamilies"), (name) => respell(name, " USING ", " using ")),
  "operator class": spelled(inLists("operatorClasses"), (name) => respell(name, " USING ", " using ")),
  cast: spelled(inLists("casts"), (name) => respell(name, " AS ", " as ")),
  collation: inLists("collations"),
  conversion: inLists("conversions"),
  "text search configuration": inLists("textSearchConfigurations"),
  "text search dictionary": inLists("textSearchDictionaries"),
  "text search parser": inLists("textSearchParsers"),
  "text search template": inLists("textSearchTemplates"),
  // A language that came with an extension of its name, as plpgsql does, goes with it.
  language: inLists("languages", "extensions"),
  transform: spelled(inLists("transforms"), spellTransform),
  "access method": inLists("accessMethods"),
  publication: inLists("publications"),
  subscription: inLists("subscriptions"),
  "foreign-data wrapper": inLists("foreignDataWrappers"),
  server: inLists("foreignServers"),
  "foreign server": inLists("foreignServers"),
};

/** What has a name of its own and no entry, with the entry it belongs to. */
interface ImplicitObjects {
  readonly sequences: ReadonlyMap<string, CatalogReference>;
  readonly types: ReadonlyMap<string, CatalogReference>;
}

const known = new WeakMap<CatalogIndex, ImplicitObjects>();

function implicitObjects(index: CatalogIndex): ImplicitObjects {
  const before = known.get(index);
  if (before !== undefined) return before;
  const found = {
    sequences: new Map(
      index.catalog.columns.flatMap(({ name, identity }) =>
        identity === undefined ? [] : [[identity.sequence, { kind: "columns", name } as const] as const],
      ),
    ),
    types: new Map(
      index.catalog.types.flatMap((entry) =>
        entry.kind === "range" && entry.multirange !== undefined
          ? [[entry.multirange, { kind: "types", name: entry.name } as const] as const]
          : [],
      ),
    ),
  };
  known.set(index, found);
  return found;
}
