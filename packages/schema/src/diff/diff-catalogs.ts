import type { Catalog } from "@confiture/model";
import type { CanonicalOptions } from "../canonical/canonical-entries.js";
import { isSameEntry } from "../compare/same-entry.js";
import type { Action } from "./action.js";
import { buildActions } from "./build-actions.js";
import type { ObjectKey } from "./catalog-index.js";
import { Circle, circleError, partsInCircle, viewsInCircle } from "./circle.js";
import { decideFates } from "./decide-fates.js";
import type { DiffKind } from "./diff-kinds.js";
import { indexCatalog } from "./index-catalog.js";
import { joinRetypes } from "./join-retypes.js";
import { orderActions } from "./order-actions.js";
import { sayDefaultsOnce } from "./say-defaults-once.js";
import { replaceAnyway } from "./spread-changes.js";

export interface DiffOptions extends CanonicalOptions {
  /** The role that will run the statements: of what it makes it is the owner already. Absent: owners are always said. */
  readonly role?: string;
}

/** One statement of a difference. */
export interface DiffStatement {
  /** Without semicolon. */
  readonly sql: string;
  /** What it is about, as the catalog names it. */
  readonly object: { readonly kind: DiffKind; readonly name: string };
  readonly change: "create" | "alter" | "drop";
  /** True for a statement that drops what is elsewhere by then, or can be computed again: copied rows, a materialized view. */
  readonly losesNothing?: boolean;
}

export interface SchemaDiff {
  /** In the order to run them; none when the schemas are the same. */
  readonly statements: readonly DiffStatement[];
}

export function diffCatalogs(before: Catalog, after: Catalog, options: DiffOptions = {}): SchemaDiff {
  if (isSameEntry(entriesOf(before), entriesOf(after))) return { statements: [] };
  const sides = { before: indexCatalog(before), after: indexCatalog(after), madeAnew: new Set<string>() };
  const changes = decideFates(sides, options);
  const apart = new Set<ObjectKey>();
  for (;;) {
    try {
      const ordered = orderActions(buildActions(changes, sides, { ...options, apart }), changes, sides, apart);
      return { statements: joinRetypes(sayDefaultsOnce(ordered, sides), sides).flatMap(statementsOf) };
    } catch (error) {
      if (!(error instanceof Circle)) throw error;
      const parts = partsInCircle(error, sides).filter((key) => !apart.has(key));
      const views = parts.length === 0 ? viewsInCircle(error) : [];
      if (parts.length + views.length === 0) throw circleError(error);
      for (const key of parts) apart.add(key);
      for (const key of views) replaceAnyway(key, changes, sides);
    }
  }
}

/** What becomes statements: not what depends on what, nor what nobody knows how to read. */
function entriesOf({ serverVersion, dependencies, unsupported, ...entries }: Catalog): object {
  return entries;
}

const changeWords: Readonly<Record<Action["verb"], DiffStatement["change"]>> = {
  drop: "drop",
  rename: "alter",
  "let go": "alter",
  create: "create",
  copy: "alter",
  alter: "alter",
  "take up": "alter",
  grant: "alter",
};

function statementsOf({ verb, subject, statements, losesNothing }: Action): DiffStatement[] {
  return statements.map((sql) => ({
    sql,
    object: { kind: subject.kind, name: subject.name },
    change: changeWords[verb],
    ...(losesNothing === true ? { losesNothing } : {}),
  }));
}
