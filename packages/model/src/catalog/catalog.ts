import type {
  CatalogComment,
  CatalogDefaultPrivilege,
  CatalogGrant,
  CatalogSecurityLabel,
  UnsupportedObject,
} from "./catalog-annotations.js";
import type {
  CatalogForeignDataWrapper,
  CatalogForeignServer,
  CatalogPublication,
  CatalogSubscription,
  CatalogUserMapping,
} from "./catalog-links.js";
import type {
  CatalogColumn,
  CatalogExtension,
  CatalogForeignTable,
  CatalogMaterializedView,
  CatalogSchema,
  CatalogSequence,
  CatalogTable,
  CatalogView,
} from "./catalog-relations.js";
import type {
  CatalogAccessMethod,
  CatalogAggregate,
  CatalogCast,
  CatalogCollation,
  CatalogConversion,
  CatalogFunction,
  CatalogLanguage,
  CatalogOperator,
  CatalogOperatorClass,
  CatalogOperatorFamily,
  CatalogTransform,
} from "./catalog-routines.js";
import type {
  CatalogConstraint,
  CatalogEventTrigger,
  CatalogIndex,
  CatalogPolicy,
  CatalogRule,
  CatalogStatistics,
  CatalogTrigger,
} from "./catalog-table-parts.js";
import type {
  CatalogTextSearchConfiguration,
  CatalogTextSearchDictionary,
  CatalogTextSearchParser,
  CatalogTextSearchTemplate,
} from "./catalog-text-search.js";
import type { CatalogType } from "./catalog-types.js";

/** The kinds of objects a catalog holds, each with the type of its entries. */
export interface CatalogKinds {
  readonly schemas: CatalogSchema;
  readonly extensions: CatalogExtension;
  readonly types: CatalogType;
  readonly sequences: CatalogSequence;
  readonly tables: CatalogTable;
  readonly foreignTables: CatalogForeignTable;
  readonly columns: CatalogColumn;
  readonly constraints: CatalogConstraint;
  readonly indexes: CatalogIndex;
  readonly views: CatalogView;
  readonly materializedViews: CatalogMaterializedView;
  readonly functions: CatalogFunction;
  readonly aggregates: CatalogAggregate;
  readonly triggers: CatalogTrigger;
  readonly eventTriggers: CatalogEventTrigger;
  readonly rules: CatalogRule;
  readonly policies: CatalogPolicy;
  readonly statistics: CatalogStatistics;
  readonly operators: CatalogOperator;
  readonly operatorFamilies: CatalogOperatorFamily;
  readonly operatorClasses: CatalogOperatorClass;
  readonly casts: CatalogCast;
  readonly collations: CatalogCollation;
  readonly conversions: CatalogConversion;
  readonly textSearchConfigurations: CatalogTextSearchConfiguration;
  readonly textSearchDictionaries: CatalogTextSearchDictionary;
  readonly textSearchParsers: CatalogTextSearchParser;
  readonly textSearchTemplates: CatalogTextSearchTemplate;
  readonly languages: CatalogLanguage;
  readonly transforms: CatalogTransform;
  readonly accessMethods: CatalogAccessMethod;
  readonly publications: CatalogPublication;
  readonly subscriptions: CatalogSubscription;
  readonly foreignDataWrappers: CatalogForeignDataWrapper;
  readonly foreignServers: CatalogForeignServer;
  readonly userMappings: CatalogUserMapping;
  readonly comments: CatalogComment;
  readonly grants: CatalogGrant;
  readonly defaultPrivileges: CatalogDefaultPrivilege;
  readonly securityLabels: CatalogSecurityLabel;
}

/** An entry of a catalog: the list it stands in, and its name there. */
export interface CatalogReference {
  readonly kind: keyof CatalogKinds;
  readonly name: string;
}

/**
 * One object cannot be without another: the server's own bookkeeping (`pg_depend`), brought up from its inner parts to
 * the entries of the catalog. What the text of a function's body names is not part of it: the server does not know.
 */
export interface CatalogDependency {
  readonly object: CatalogReference;
  readonly needs: CatalogReference;
}

/**
 * Everything one database holds as schema, as plain data: JSON there and back loses nothing. Each list is ordered by
 * name (columns by table and position). What was found and is not modelled is listed in `unsupported`.
 */
export type Catalog = { readonly [Kind in keyof CatalogKinds]: readonly CatalogKinds[Kind][] } & {
  /** `server_version_num`: 180004 is 18.4. It is not part of the schema. */
  readonly serverVersion: number;
  readonly unsupported: readonly UnsupportedObject[];
  /** Not part of the schema: it follows from the entries. Ordered by object. */
  readonly dependencies: readonly CatalogDependency[];
};
