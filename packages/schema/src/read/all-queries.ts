import type { CatalogKinds } from "@confiture/model";
import { comments, securityLabels } from "./annotations.js";
import type { CatalogQuery } from "./catalog-query.js";
import { collations, conversions } from "./collations.js";
import { columns } from "./columns.js";
import { defaultPrivileges, grants } from "./grants.js";
import { foreignDataWrappers, foreignServers, publications, subscriptions, userMappings } from "./links.js";
import { accessMethods, casts, operatorClasses, operatorFamilies, operators } from "./operators.js";
import { extensions, foreignTables, materializedViews, schemas, tables, views } from "./relations.js";
import { aggregates, functions, languages, transforms } from "./routines.js";
import { sequences } from "./sequences.js";
import { constraints, eventTriggers, indexes, policies, rules, statistics, triggers } from "./table-parts.js";
import {
  textSearchConfigurations,
  textSearchDictionaries,
  textSearchParsers,
  textSearchTemplates,
} from "./text-search.js";
import { types } from "./user-types.js";

/** One query for every kind; a kind without one does not compile. The order is that of the canonical text. */
export const allQueries: { readonly [Kind in keyof CatalogKinds]: CatalogQuery<Kind> } = {
  schemas,
  extensions,
  types,
  sequences,
  tables,
  foreignTables,
  columns,
  constraints,
  indexes,
  views,
  materializedViews,
  functions,
  aggregates,
  triggers,
  eventTriggers,
  rules,
  policies,
  statistics,
  operators,
  operatorFamilies,
  operatorClasses,
  casts,
  collations,
  conversions,
  textSearchConfigurations,
  textSearchDictionaries,
  textSearchParsers,
  textSearchTemplates,
  languages,
  transforms,
  accessMethods,
  publications,
  subscriptions,
  foreignDataWrappers,
  foreignServers,
  userMappings,
  comments,
  grants,
  defaultPrivileges,
  securityLabels,
};
