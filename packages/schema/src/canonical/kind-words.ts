import type { CatalogKinds, CatalogObject } from "@confiture/model";

/** What one object of each kind is called, in a difference and in the canonical text. */
const words: { readonly [Kind in keyof CatalogKinds]: string } = {
  schemas: "schema",
  extensions: "extension",
  types: "type",
  sequences: "sequence",
  tables: "table",
  foreignTables: "foreign table",
  columns: "column",
  constraints: "constraint",
  indexes: "index",
  views: "view",
  materializedViews: "materialized view",
  functions: "function",
  aggregates: "aggregate",
  triggers: "trigger",
  eventTriggers: "event trigger",
  rules: "rule",
  policies: "policy",
  statistics: "statistics",
  operators: "operator",
  operatorFamilies: "operator family",
  operatorClasses: "operator class",
  casts: "cast",
  collations: "collation",
  conversions: "conversion",
  textSearchConfigurations: "text search configuration",
  textSearchDictionaries: "text search dictionary",
  textSearchParsers: "text search parser",
  textSearchTemplates: "text search template",
  languages: "language",
  transforms: "transform",
  accessMethods: "access method",
  publications: "publication",
  subscriptions: "subscription",
  foreignDataWrappers: "foreign data wrapper",
  foreignServers: "foreign server",
  userMappings: "user mapping",
  comments: "comment",
  grants: "grant",
  defaultPrivileges: "default privilege",
  securityLabels: "security label",
};

export const kindOrder = Object.keys(words) as readonly (keyof CatalogKinds)[];

/** Types and routines say more exactly what they are; a constraint is a constraint, whatever it checks. */
export function kindWord(kind: keyof CatalogKinds, entry: CatalogObject & { readonly kind?: string }): string {
  return kind === "functions" || kind === "types" ? (entry.kind ?? words[kind]) : words[kind];
}
