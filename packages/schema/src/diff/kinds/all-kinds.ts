import type { CatalogIndex, DiffEntry, ObjectKey } from "../catalog-index.js";
import { keyOf } from "../catalog-index.js";
import type { DiffKind, DiffReference } from "../diff-kinds.js";
import { collationKinds } from "./collations-and-conversions.js";
import { columnRules } from "./columns.js";
import { commentAndLabelRules } from "./comments-and-labels.js";
import { constraintRules } from "./constraints.js";
import { foreignAccessRules } from "./foreign-access.js";
import { foreignTableRules } from "./foreign-tables.js";
import { indexRules } from "./indexes.js";
import type { KindRules } from "./kind-rules.js";
import { languageKinds } from "./languages.js";
import { operatorFamilyKinds } from "./operator-families.js";
import { operatorKinds } from "./operators.js";
import { policyAndStatisticsRules } from "./policies-and-statistics.js";
import { privilegeRules } from "./privileges.js";
import { replicationRules } from "./replication.js";
import { routineKinds } from "./routines.js";
import { schemaAndExtensionKinds } from "./schemas-and-extensions.js";
import { ownershipRules, sequenceRules } from "./sequences.js";
import { partitionRules, tableRules } from "./tables.js";
import { textSearchKinds } from "./text-search.js";
import { triggerAndRuleRules } from "./triggers-and-rules.js";
import { typeKinds } from "./user-types.js";
import { materializedViewRules, viewRules } from "./views.js";

/** How each kind is put into SQL. The order is that in which objects that do not need each other are made. */
const allKinds: { readonly [Kind in DiffKind]: KindRules<Kind> } = {
  ...schemaAndExtensionKinds,
  ...languageKinds,
  ...collationKinds,
  ...typeKinds,
  ...routineKinds,
  ...operatorFamilyKinds,
  ...operatorKinds,
  ...textSearchKinds,
  ...foreignAccessRules,
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
  ...triggerAndRuleRules,
  ...policyAndStatisticsRules,
  ...replicationRules,
  ...commentAndLabelRules,
  ...privilegeRules,
};

const places = new Map(Object.keys(allKinds).map((kind, place) => [kind, place]));

export function placeOf(kind: DiffKind): number {
  return places.get(kind) ?? places.size;
}

export function rulesOf<Kind extends DiffKind>(kind: Kind): KindRules<Kind> {
  return allKinds[kind] as unknown as KindRules<Kind>;
}

/** What DROP, ALTER and OWNER TO call it. */
export function namedOf({ kind, entry }: DiffEntry): string {
  return rulesOf(kind).named(entry as never);
}

/** Names only one object at a time can have, beyond that of its own kind. */
export function claimsOf(object: DiffEntry | undefined): readonly string[] {
  return object === undefined ? [] : (rulesOf(object.kind).claims?.(object.entry as never) ?? []);
}

/** The objects it is a part of. */
export function ownersOf({ kind, entry }: DiffEntry, index: CatalogIndex): readonly DiffReference[] {
  const owners = rulesOf(kind).partOf?.(entry as never, index);
  return owners === undefined ? [] : "kind" in owners ? [owners] : owners;
}

export function isPartOf(part: DiffEntry, whole: ObjectKey, index: CatalogIndex): boolean {
  return ownersOf(part, index).some((owner) => keyOf(owner) === whole);
}

export function ownerOf({ entry }: DiffEntry): string | undefined {
  return "owner" in entry && typeof entry.owner === "string" ? entry.owner : undefined;
}
