import type { DiffKind } from "../diff-kinds.js";
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
