import { type Catalog, type CatalogKinds, ConfitureError } from "@confiture/model";
import type { Rename, RenamedKind } from "./rename.js";

const lists: Readonly<Record<RenamedKind, readonly [keyof CatalogKinds]>> = {
  schema: ["schemas"],
  table: ["tables"],
  "foreign table": ["foreignTables"],
  view: ["views"],
  "materialized view": ["materializedViews"],
  sequence: ["sequences"],
  index: ["indexes"],
  type: ["types"],
  column: ["columns"],
  constraint: ["constraints"],
  trigger: ["triggers"],
  policy: ["policies"],
  rule: ["rules"],
  function: ["functions"],
  procedure: ["functions"],
  aggregate: ["aggregates"],
};

/** The list of a catalog in which a rename's object stands. */
export function listOf({ kind }: Pick<Rename, "kind">): keyof CatalogKinds {
  return lists[kind][0]!;
}

/**
 * Of the renames declared, in order, those that have yet to happen to `before`. Declarations stay in DDL for long: one
 * whose new name is there already, or comes without the old one ever having been there, has nothing left to do.
 *
 * @throws CONFITURE_RENAME for one that names something neither schema has
 */
export function chooseRenames(renames: readonly Rename[], before: Catalog, after: Catalog): readonly Rename[] {
  const names = new Names(before);
  const wanted = new Names(after);
  const unique = renames.filter((rename, index) => renames.findIndex((other) => isSame(other, rename)) === index);
  return unique.filter((rename, index) => {
    const has = names.has(rename.kind, rename.from);
    if (has && !names.has(rename.kind, rename.to)) {
      names.rename(rename);
      return true;
    }
    if (!has && !names.has(rename.kind, rename.to) && !comes(rename, unique.slice(index + 1), wanted))
      throw nothingThere(rename);
    return false;
  });
}

function isSame(left: Rename, right: Rename): boolean {
  return left.kind === right.kind && left.from === right.from && left.to === right.to;
}

/** Whether the new name, or what later declarations make of it, is wanted. */
function comes(rename: Rename, later: readonly Rename[], wanted: Names): boolean {
  let name = rename.to;
  for (const { kind, from, to } of later) if (kind === rename.kind && from === name) name = to;
  return wanted.has(rename.kind, name);
}

/** The names of a schema, as renames change them. */
class Names {
  readonly #catalog: Catalog;
  /** What became of names: a rename of a table is one of all that is named after it. */
  readonly #renamed: Rename[] = [];

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  has(kind: RenamedKind, name: string): boolean {
    return lists[kind].some((list) => this.#catalog[list].some((entry) => this.#now(kind, entry.name) === name));
  }

  rename(rename: Rename): void {
    this.#renamed.push(rename);
  }

  #now(kind: RenamedKind, original: string): string {
    let name = original;
    for (const rename of this.#renamed) {
      if (rename.kind === kind && rename.from === name) name = rename.to;
      else if (isTable(rename.kind) && name.startsWith(`${rename.from}.`))
        name = rename.to + name.slice(rename.from.length);
      else if (isTable(rename.kind) && name.endsWith(` on ${rename.from}`))
        name = name.slice(0, -rename.from.length) + rename.to;
      else if (rename.kind === "schema" && name.startsWith(`${rename.from}.`))
        name = rename.to + name.slice(rename.from.length);
      else if (rename.kind === "schema" && name.includes(` on ${rename.from}.`))
        name = name.replace(` on ${rename.from}.`, ` on ${rename.to}.`);
    }
    return name;
  }
}

function isTable(kind: RenamedKind): boolean {
  return ["table", "foreign table", "view", "materialized view"].includes(kind);
}

function nothingThere({ kind, from, to, at }: Rename): ConfitureError {
  return new ConfitureError("CONFITURE_RENAME", `There is neither a ${kind} ${from} to rename nor a ${kind} ${to}.`, {
    ...(at === undefined ? {} : { at }),
    hint: "Correct the names, or remove the declaration.",
    facts: { kind, from, to },
  });
}
