import type { DiffKind } from "../diff-kinds.js";
import { columnRules } from "./columns.js";
import { constraintRules } from "./constraints.js";
import { foreignTableRules } from "./foreign-tables.js";
import { indexRules } from "./indexes.js";
import type { KindRules } from "./kind-rules.js";
import { ownershipRules, sequenceRules } from "./sequences.js";
import { partitionRules, tableRules } from "./tables.js";
import { materializedViewRules, viewRules } from "./views.js";

/** How each kind is put into SQL. The order is that in which objects that do not need each other are made. */
const allKinds: { readonly [Kind in DiffKind]?: KindRules<Kind> } = {
  schemas: { named: ({ name }) => `schema ${name}`, create: ({ name }) => [`create schema ${name}`], alter: () => [] },
  sequences: sequenceRules,
  tables: tableRules,
  foreignTables: foreignTableRules,
  columns: columnRules,
  ownerships: ownershipRules,
  constraints: constraintRules,
  indexes: indexRules,
  partitions: partitionRules,
  views: viewRules,
  materializedViews: materializedViewRules,
};

const places = new Map(Object.keys(allKinds).map((kind, place) => [kind, place]));

export function placeOf(kind: DiffKind): number {
  return places.get(kind) ?? places.size;
}

export function rulesOf<Kind extends DiffKind>(kind: Kind): KindRules<Kind> {
  const rules = allKinds[kind];
  if (rules === undefined) throw new TypeError(`no rules for ${kind}`);
  return rules as unknown as KindRules<Kind>;
}
