import { fieldsIn, isFields, listOf, stringNode, type TreeFields } from "../../parse/parse-tree.js";

/** A piece of grammar that older servers refuse. */
export interface SyntaxSince {
  readonly what: string;
  /** First major version. */
  readonly since: number;
  /** True for the fields of a node that has it. */
  readonly isIn: (fields: TreeFields) => boolean;
}

const hasOption = (fields: TreeFields, list: string, ...names: readonly string[]) =>
  fieldsIn(fields[list], "DefElem").some(({ defname }) => names.includes(String(defname)));

/** By the tag of the node; under "" those that the grammar prints without one. test/effects/language holds it against servers. */
export const syntaxSince: Readonly<Record<string, readonly SyntaxSince[]>> = {
  "": [
    { what: "CURRENT_ROLE for a role", since: 14, isIn: ({ roletype }) => roletype === "ROLESPEC_CURRENT_ROLE" },
    {
      what: "RETURNING WITH (OLD, NEW)",
      since: 18,
      isIn: ({ exprs, options }) => exprs !== undefined && listOf(options).length > 0,
    },
    {
      what: "default rights on large objects",
      since: 18,
      isIn: ({ targtype, objtype }) => targtype === "ACL_TARGET_DEFAULTS" && objtype === "OBJECT_LARGEOBJECT",
    },
  ],
  RoleSpec: [
    { what: "CURRENT_ROLE for a role", since: 14, isIn: ({ roletype }) => roletype === "ROLESPEC_CURRENT_ROLE" },
  ],
  ColumnDef: [
    { what: "COMPRESSION of a new column", since: 14, isIn: ({ compression }) => compression !== undefined },
    { what: "STORAGE of a new column", since: 16, isIn: ({ storage_name: storage }) => storage !== undefined },
  ],
  TableLikeClause: [
    // INCLUDING ALL is every bit there will ever be.
    {
      what: "INCLUDING COMPRESSION",
      since: 14,
      isIn: ({ options }) => Number(options) !== 0x7fffffff && (Number(options) & 2) !== 0,
    },
  ],
  Constraint: [
    {
      what: "VIRTUAL",
      since: 18,
      isIn: ({ contype, generated_kind: kind }) => contype === "CONSTR_GENERATED" && kind === "v",
    },
    {
      what: "NOT ENFORCED",
      since: 18,
      isIn: ({ contype, is_enforced: enforced }) =>
        contype === "CONSTR_ATTR_NOT_ENFORCED" ||
        contype === "CONSTR_ATTR_ENFORCED" ||
        ((contype === "CONSTR_CHECK" || contype === "CONSTR_FOREIGN") && enforced !== true),
    },
    {
      what: "NOT NULL of a table",
      since: 18,
      isIn: ({ contype, keys }) => contype === "CONSTR_NOTNULL" && keys !== undefined,
    },
    { what: "NULLS NOT DISTINCT", since: 15, isIn: ({ nulls_not_distinct: said }) => said === true },
    {
      what: "WITHOUT OVERLAPS and PERIOD",
      since: 18,
      isIn: (fields) =>
        fields.without_overlaps === true || fields.fk_with_period === true || fields.pk_with_period === true,
    },
    {
      what: "NOT NULL NO INHERIT",
      since: 18,
      isIn: ({ contype, is_no_inherit: said }) => contype === "CONSTR_NOTNULL" && said === true,
    },
    { what: "columns of ON DELETE SET", since: 15, isIn: ({ fk_del_set_cols: columns }) => columns !== undefined },
  ],
  ATAlterConstraint: [
    {
      what: "ALTER CONSTRAINT … ENFORCED or INHERIT",
      since: 18,
      isIn: (fields) => fields.alterEnforceability === true || fields.alterInheritability === true,
    },
  ],
  AlterTableCmd: [
    {
      what: "SET STATISTICS DEFAULT",
      since: 17,
      isIn: ({ subtype, def }) => subtype === "AT_SetStatistics" && def === undefined,
    },
    {
      what: "SET STORAGE DEFAULT",
      since: 16,
      isIn: ({ subtype, def }) => subtype === "AT_SetStorage" && stringNode(def)?.toLowerCase() === "default",
    },
    {
      what: "SET ACCESS METHOD DEFAULT",
      since: 17,
      isIn: ({ subtype, name }) => subtype === "AT_SetAccessMethod" && name === undefined,
    },
  ],
  IndexStmt: [{ what: "NULLS NOT DISTINCT", since: 15, isIn: ({ nulls_not_distinct: said }) => said === true }],
  ReindexStmt: [
    { what: "TABLESPACE of REINDEX", since: 14, isIn: (fields) => hasOption(fields, "params", "tablespace") },
    {
      what: "REINDEX DATABASE or SYSTEM without a name",
      since: 16,
      isIn: ({ kind, name }) =>
        (kind === "REINDEX_OBJECT_DATABASE" || kind === "REINDEX_OBJECT_SYSTEM") && name === undefined,
    },
  ],
  PublicationObjSpec: [
    {
      what: "TABLES IN SCHEMA",
      since: 15,
      isIn: ({ pubobjtype: type }) => String(type).startsWith("PUBLICATIONOBJ_TABLES_IN"),
    },
    {
      what: "columns and rows of a published table",
      since: 15,
      isIn: ({ pubtable: table }) =>
        isFields(table) && (table.columns !== undefined || table.whereClause !== undefined),
    },
  ],
  AlterSubscriptionStmt: [
    {
      what: "ADD and DROP PUBLICATION",
      since: 14,
      isIn: ({ kind }) =>
        kind === "ALTER_SUBSCRIPTION_ADD_PUBLICATION" || kind === "ALTER_SUBSCRIPTION_DROP_PUBLICATION",
    },
    { what: "SKIP", since: 15, isIn: ({ kind }) => kind === "ALTER_SUBSCRIPTION_SKIP" },
  ],
  GrantStmt: [
    { what: "GRANTED BY for rights on objects", since: 14, isIn: ({ grantor }) => grantor !== undefined },
    { what: "rights on parameters", since: 15, isIn: ({ objtype }) => objtype === "OBJECT_PARAMETER_ACL" },
  ],
  GrantRoleStmt: [
    {
      what: "WITH INHERIT, WITH SET and values of WITH ADMIN",
      since: 16,
      isIn: (fields) =>
        fieldsIn(fields.opt, "DefElem").some(
          ({ defname, location, arg }) => defname !== "admin" || (arg !== undefined && location === undefined),
        ),
    },
  ],
  JoinExpr: [{ what: "USING … AS", since: 14, isIn: ({ join_using_alias: alias }) => alias !== undefined }],
  SelectStmt: [{ what: "GROUP BY DISTINCT", since: 14, isIn: ({ groupDistinct }) => groupDistinct === true }],
  CommonTableExpr: [
    {
      what: "SEARCH and CYCLE",
      since: 14,
      isIn: (fields) => fields.search_clause !== undefined || fields.cycle_clause !== undefined,
    },
  ],
  CreateFunctionStmt: [{ what: "a body without quotes", since: 14, isIn: ({ sql_body: body }) => body !== undefined }],
  ClusterStmt: [
    {
      what: "CLUSTER (VERBOSE)",
      since: 14,
      isIn: (fields) => hasOption(fields, "params", "verbose") && listOf(fields.params).length > 1,
    },
  ],
  DeclareCursorStmt: [{ what: "ASENSITIVE", since: 14, isIn: ({ options }) => (Number(options) & 16) !== 0 }],
  MergeWhenClause: [
    {
      what: "WHEN NOT MATCHED BY SOURCE",
      since: 17,
      isIn: ({ matchKind }) => matchKind === "MERGE_WHEN_NOT_MATCHED_BY_SOURCE",
    },
  ],
  FuncCall: [
    {
      what: "AT LOCAL",
      since: 17,
      isIn: ({ funcname, funcformat, args }) =>
        funcformat === "COERCE_SQL_SYNTAX" &&
        listOf(args).length === 1 &&
        stringNode(listOf(funcname)[1]) === "timezone",
    },
  ],
  XmlSerialize: [{ what: "INDENT", since: 16, isIn: ({ indent }) => indent === true }],
  CreateStatsStmt: [
    {
      what: "statistics of an expression",
      since: 14,
      isIn: ({ exprs }) => fieldsIn(exprs, "StatsElem").some(({ expr }) => expr !== undefined),
    },
  ],
  AlterStatsStmt: [
    { what: "SET STATISTICS DEFAULT", since: 17, isIn: ({ stxstattarget: target }) => target === undefined },
  ],
  AlterDomainStmt: [
    {
      what: "NOT NULL with a name",
      since: 17,
      isIn: ({ def }) => isFields(def) && isFields(def.Constraint) && def.Constraint.contype === "CONSTR_NOTNULL",
    },
  ],
  AlterOperatorStmt: [
    {
      what: "COMMUTATOR, NEGATOR, HASHES and MERGES",
      since: 17,
      isIn: (fields) => hasOption(fields, "options", "commutator", "negator", "hashes", "merges"),
    },
  ],
  VacuumStmt: [
    { what: "BUFFER_USAGE_LIMIT", since: 16, isIn: (fields) => hasOption(fields, "options", "buffer_usage_limit") },
  ],
  VacuumRelation: [{ what: "ONLY", since: 18, isIn: ({ relation }) => isFields(relation) && relation.inh !== true }],
  AlterDatabaseRefreshCollStmt: [{ what: "REFRESH COLLATION VERSION", since: 15, isIn: () => true }],
  MergeStmt: [
    { what: "MERGE", since: 15, isIn: () => true },
    { what: "RETURNING of MERGE", since: 17, isIn: ({ returningClause }) => returningClause !== undefined },
  ],
  JsonTable: [{ what: "JSON_TABLE", since: 17, isIn: () => true }],
  JsonFuncExpr: [{ what: "JSON_VALUE, JSON_QUERY and JSON_EXISTS", since: 17, isIn: () => true }],
  JsonParseExpr: [{ what: "JSON()", since: 17, isIn: () => true }],
  JsonScalarExpr: [{ what: "JSON_SCALAR", since: 17, isIn: () => true }],
  JsonSerializeExpr: [{ what: "JSON_SERIALIZE", since: 17, isIn: () => true }],
  JsonIsPredicate: [{ what: "IS JSON", since: 16, isIn: () => true }],
  JsonObjectConstructor: [{ what: "JSON_OBJECT of SQL", since: 16, isIn: () => true }],
  JsonArrayConstructor: [{ what: "JSON_ARRAY", since: 16, isIn: () => true }],
  JsonArrayQueryConstructor: [{ what: "JSON_ARRAY", since: 16, isIn: () => true }],
  JsonArrayAgg: [{ what: "JSON_ARRAYAGG", since: 16, isIn: () => true }],
  JsonObjectAgg: [{ what: "JSON_OBJECTAGG", since: 16, isIn: () => true }],
};
