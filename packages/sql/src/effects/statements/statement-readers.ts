import type { OperationKind } from "@confiture/model";
import { isFields, listOf, stringOf, type TreeFields, untag } from "../../parse/parse-tree.js";
import { nameFromParts } from "../../parse/read-names.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";
import type { StatementContext, StatementReader } from "../statement-context.js";
import { alterTable } from "./alter-table.js";
import { createTable, createTableAs } from "./create-table.js";
import { drop } from "./drop.js";
import { alterEventTrigger, createEventTrigger, withEventTriggers } from "./event-triggers.js";
import { createIndex, createView, refreshMaterializedView, reindex } from "./indexes-and-views.js";
import { objectName } from "./object-name.js";
import { createCast, createOperator } from "./operators-and-casts.js";
import { dependOnExtension, rename, setOwner, setSchema } from "./rename.js";
import { annotate, changePublication, dropOwned, grant, reassignOwned } from "./rights-and-notes.js";
import { alterFunction, call, createFunction, runBlock } from "./routines.js";
import { copy, discard, holdQuery, runQuery, setVariable } from "./rows-and-session.js";
import { alterSequence, createSequence } from "./sequences.js";
import { controlTransaction } from "./transactions.js";
import { alterPolicy, createPolicy, createRule, createStatistics, createTrigger } from "./triggers-and-policies.js";
import { alterDomain, alterEnum, createDomain, createType } from "./types-and-domains.js";
import { cluster, lockTables, truncate, vacuum } from "./upkeep.js";

/** A statement that touches no relation: its kind and the name of what it is about. */
function about(kind: OperationKind, word: string, field: string): StatementReader {
  return (fields, context) => {
    const value = fields[field];
    const text = stringOf(value);
    const name = text === undefined ? nameFromParts(listOf(value)) : { name: text };
    context.begin(kind, { kind: word, name: name === undefined ? "" : quoteQualified(name) });
  };
}

/** The same, where the name stands in an object of its own kind. */
function aboutObject(kind: OperationKind, word: string, field: string): StatementReader {
  return (fields, context) => {
    const given = fields[field];
    for (const object of Array.isArray(given) ? given : [given])
      context.begin(kind, { kind: word, name: objectName(object) ?? "" });
  };
}

/** A statement that is about nothing with a name. */
function simply(kind: OperationKind): StatementReader {
  return (_fields, context) => {
    context.begin(kind);
  };
}

function createSchema(fields: TreeFields, context: StatementContext): void {
  const name = quoteIdentifier(
    stringOf(fields.schemaname) ?? (isFields(fields.authrole) ? stringOf(fields.authrole.rolename) : undefined) ?? "",
  );
  context.begin("create_schema", { kind: "schema", name });
  const before = context.picture.searchPath;
  context.picture.searchPath = [name, ...before];
  for (const element of listOf(fields.schemaElts)) {
    const node = untag(element);
    if (node !== undefined) context.read(node);
  }
  context.picture.searchPath = before;
}

/** What an extension's script does to relations that are there nobody can tell; on its own objects nobody waits. */
function extension(kind: OperationKind): StatementReader {
  return (fields, context) => {
    const name = quoteIdentifier(stringOf(fields.extname) ?? "");
    context
      .begin(kind, { kind: "extension", name })
      .assume(`the script of ${name} touches no relation that was there before`);
  };
}

const definitions: Readonly<Record<string, { readonly kind: OperationKind; readonly word: string }>> = {
  OBJECT_AGGREGATE: { kind: "create_aggregate", word: "aggregate" },
  OBJECT_OPERATOR: { kind: "create_operator", word: "operator" },
  OBJECT_TYPE: { kind: "create_type", word: "type" },
  OBJECT_COLLATION: { kind: "create_collation", word: "collation" },
  OBJECT_TSPARSER: { kind: "create_text_search_object", word: "text search parser" },
  OBJECT_TSDICTIONARY: { kind: "create_text_search_object", word: "text search dictionary" },
  OBJECT_TSTEMPLATE: { kind: "create_text_search_object", word: "text search template" },
  OBJECT_TSCONFIGURATION: { kind: "create_text_search_object", word: "text search configuration" },
};

function define(fields: TreeFields, context: StatementContext): void {
  const { kind, word } = definitions[stringOf(fields.kind) ?? ""] ?? { kind: "unclassified", word: "" };
  const name = nameFromParts(listOf(fields.defnames));
  const draft = context.begin(kind, { kind: word, name: name === undefined ? "" : quoteQualified(name) });
  if (kind === "unclassified") draft.isUnknown = true;
  if (kind === "create_operator" && name !== undefined) createOperator(name, fields, context);
  if (kind !== "create_type" || name === undefined) return;
  const key = `${context.picture.creationSchema(name.schema)}.${quoteIdentifier(name.name)}`;
  context.picture.types.set(key, { kind: "base type", notNull: false, checks: new Map() });
}

const readers: Readonly<Record<string, StatementReader>> = {
  AlterCollationStmt: about("alter_collation", "collation", "collname"),
  AlterDatabaseRefreshCollStmt: about("alter_database", "database", "dbname"),
  AlterDatabaseSetStmt: about("alter_database", "database", "dbname"),
  AlterDatabaseStmt: about("alter_database", "database", "dbname"),
  AlterDefaultPrivilegesStmt: simply("alter_default_privileges"),
  AlterDomainStmt: alterDomain,
  AlterEnumStmt: alterEnum,
  AlterEventTrigStmt: alterEventTrigger,
  AlterExtensionContentsStmt: extension("alter_extension"),
  AlterExtensionStmt: extension("update_extension"),
  AlterFdwStmt: about("alter_foreign_data_wrapper", "foreign-data wrapper", "fdwname"),
  AlterForeignServerStmt: about("alter_foreign_server", "foreign server", "servername"),
  AlterFunctionStmt: alterFunction,
  AlterObjectDependsStmt: dependOnExtension,
  AlterObjectSchemaStmt: setSchema,
  AlterOpFamilyStmt: about("alter_operator_family", "operator family", "opfamilyname"),
  AlterOperatorStmt: aboutObject("alter_operator", "operator", "opername"),
  AlterOwnerStmt: setOwner,
  AlterPolicyStmt: alterPolicy,
  AlterPublicationStmt: changePublication("alter_publication"),
  AlterRoleSetStmt: aboutObject("alter_role", "role", "role"),
  AlterRoleStmt: aboutObject("alter_role", "role", "role"),
  AlterSeqStmt: alterSequence,
  AlterStatsStmt: about("alter_statistics", "statistics object", "defnames"),
  AlterSubscriptionStmt: about("alter_subscription", "subscription", "subname"),
  AlterSystemStmt: simply("alter_system"),
  AlterTSConfigurationStmt: about("alter_text_search_object", "text search configuration", "cfgname"),
  AlterTSDictionaryStmt: about("alter_text_search_object", "text search dictionary", "dictname"),
  AlterTableMoveAllStmt: moveAll,
  AlterTableSpaceOptionsStmt: about("alter_tablespace", "tablespace", "tablespacename"),
  AlterTableStmt: alterTable,
  AlterTypeStmt: about("alter_type", "type", "typeName"),
  AlterUserMappingStmt: about("alter_user_mapping", "user mapping", "servername"),
  CallStmt: call,
  CheckPointStmt: simply("checkpoint"),
  ClosePortalStmt: simply("cursor"),
  ClusterStmt: cluster,
  CommentStmt: annotate("comment"),
  CompositeTypeStmt: createType("composite type"),
  ConstraintsSetStmt: simply("set_constraints"),
  CopyStmt: copy,
  CreateAmStmt: about("create_access_method", "access method", "amname"),
  CreateCastStmt: createCast,
  CreateConversionStmt: about("create_conversion", "conversion", "conversion_name"),
  CreateDomainStmt: createDomain,
  CreateEnumStmt: createType("enum"),
  CreateEventTrigStmt: createEventTrigger,
  CreateExtensionStmt: extension("create_extension"),
  CreateFdwStmt: about("create_foreign_data_wrapper", "foreign-data wrapper", "fdwname"),
  CreateForeignServerStmt: about("create_foreign_server", "foreign server", "servername"),
  CreateForeignTableStmt: createTable,
  CreateFunctionStmt: createFunction,
  CreateOpClassStmt: about("create_operator_class", "operator class", "opclassname"),
  CreateOpFamilyStmt: about("create_operator_family", "operator family", "opfamilyname"),
  CreatePLangStmt: about("create_language", "language", "plname"),
  CreatePolicyStmt: createPolicy,
  CreatePublicationStmt: changePublication("create_publication"),
  CreateRangeStmt: createType("range"),
  CreateRoleStmt: about("create_role", "role", "role"),
  CreateSchemaStmt: createSchema,
  CreateSeqStmt: createSequence,
  CreateStatsStmt: createStatistics,
  CreateStmt: createTable,
  CreateSubscriptionStmt: about("create_subscription", "subscription", "subname"),
  CreateTableAsStmt: createTableAs,
  CreateTableSpaceStmt: about("create_tablespace", "tablespace", "tablespacename"),
  CreateTransformStmt: aboutObject("create_transform", "transform", "type_name"),
  CreateTrigStmt: createTrigger,
  CreateUserMappingStmt: about("create_user_mapping", "user mapping", "servername"),
  CreatedbStmt: about("create_database", "database", "dbname"),
  DeallocateStmt: simply("prepare"),
  DeclareCursorStmt: holdQuery("cursor"),
  DefineStmt: define,
  DeleteStmt: runQuery("delete", "DeleteStmt"),
  DiscardStmt: discard,
  DoStmt: runBlock,
  DropOwnedStmt: dropOwned,
  DropRoleStmt: aboutObject("drop_role", "role", "roles"),
  DropStmt: drop,
  DropSubscriptionStmt: about("drop_subscription", "subscription", "subname"),
  DropTableSpaceStmt: about("drop_tablespace", "tablespace", "tablespacename"),
  DropUserMappingStmt: about("drop_user_mapping", "user mapping", "servername"),
  DropdbStmt: about("drop_database", "database", "dbname"),
  ExecuteStmt: executePrepared,
  ExplainStmt: holdQuery("explain"),
  FetchStmt: simply("cursor"),
  GrantRoleStmt: grantRole,
  GrantStmt: grant,
  ImportForeignSchemaStmt: about("import_foreign_schema", "foreign server", "server_name"),
  IndexStmt: createIndex,
  InsertStmt: runQuery("insert", "InsertStmt"),
  ListenStmt: about("listen", "channel", "conditionname"),
  LoadStmt: simply("load"),
  LockStmt: lockTables,
  MergeStmt: runQuery("merge", "MergeStmt"),
  NotifyStmt: about("listen", "channel", "conditionname"),
  PrepareStmt: holdQuery("prepare"),
  ReassignOwnedStmt: reassignOwned,
  RefreshMatViewStmt: refreshMaterializedView,
  ReindexStmt: reindex,
  RenameStmt: rename,
  RuleStmt: createRule,
  SecLabelStmt: annotate("security_label"),
  SelectStmt: runQuery("select", "SelectStmt"),
  TransactionStmt: controlTransaction,
  TruncateStmt: truncate,
  UnlistenStmt: about("listen", "channel", "conditionname"),
  UpdateStmt: runQuery("update", "UpdateStmt"),
  VacuumStmt: vacuum,
  VariableSetStmt: setVariable,
  VariableShowStmt: simply("set"),
  ViewStmt: createView,
};

/** Which reader understands a statement, by the tag of its tree. */
export const statementReaders = withEventTriggers(readers);

function moveAll(_fields: TreeFields, context: StatementContext): void {
  context
    .begin("move_tablespace")
    .assume("every table or index of the tablespace is locked ACCESS EXCLUSIVE and copied");
}

/** Nobody but the session knows what it prepared, and PL/pgSQL's EXECUTE looks the same. */
function executePrepared(_fields: TreeFields, context: StatementContext): void {
  const draft = context.begin("unclassified");
  draft.isUnknown = true;
}

function grantRole(fields: TreeFields, context: StatementContext): void {
  const kind = fields.is_grant === true ? "grant_role" : "revoke_role";
  for (const role of listOf(fields.granted_roles)) context.begin(kind, { kind: "role", name: objectName(role) ?? "" });
}
