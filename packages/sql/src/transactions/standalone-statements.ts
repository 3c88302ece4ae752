import type { QualifiedName, StandaloneAction } from "@confiture/model";
import { fieldsOf, listOf, stringOf, type TreeFields } from "../parse/parse-tree.js";
import { nameFromObject, relationName } from "../parse/read-names.js";
import { findOption, readSwitch } from "../parse/read-options.js";

/** A form of statement that PostgreSQL refuses inside a transaction block, with the probe that proves it. */
export interface StandaloneForm {
  /** As people call it; unique. */
  readonly form: string;
  /** Tag of the parse tree it is found under. */
  readonly tag: string;
  /** What it does, or undefined when the statement is of another form. */
  readonly recognise: (fields: TreeFields, facts: StatementFacts) => StandaloneAction | undefined;
  /** Statements that make the probe possible, each sent by itself. */
  readonly setup?: readonly string[];
  readonly probe: string;
  /** Statements that remove what outlives the probe's database. */
  readonly cleanup?: readonly string[];
  /** SQLSTATE of the refusal. */
  readonly refusal: "25001" | "2D000";
  /** Oldest major version that knows the form and refuses it; 13 when absent. Before, running it alone does no harm. */
  readonly since?: number;
  /** Why the proof leaves out running it outside a transaction; absent when it is run. */
  readonly notRunAlone?: string;
}

/** What a row must know beside the tree. */
export interface StatementFacts {
  /** The body of a DO block holds COMMIT or ROLLBACK. */
  readonly bodyEndsTransaction: boolean;
}

const table = "create table probe (n int)";
const index = "create index probe_n on probe (n)";
const parent = "create table probe_parent (n int) partition by list (n)";
const partition = "create table probe_part partition of probe_parent for values in (1)";
const subscription =
  "create subscription confiture_probe connection 'host=127.0.0.1 port=1' publication p with (connect = false, slot_name = confiture_probe)";
const enabled = "alter subscription confiture_probe enable";
const dropSubscription = [
  "alter subscription confiture_probe disable",
  "alter subscription confiture_probe set (slot_name = none)",
  "drop subscription confiture_probe",
];
const needsPublisher = "it talks to a publisher";

/**
 * PostgreSQL 13–18. Three forms are refused depending on the database and cannot be told from the text, so they stand
 * here not at all and count as transactional: REINDEX TABLE or INDEX of a partitioned relation, CLUSTER of a
 * partitioned table, and CALL of a procedure that commits. DROP SUBSCRIPTION, and ALTER SUBSCRIPTION with a refresh,
 * may be allowed for a subscription without slot; they always run alone. DETACH PARTITION … FINALIZE is allowed in a
 * transaction.
 */
export const standaloneStatements: readonly StandaloneForm[] = [
  {
    form: "CREATE INDEX CONCURRENTLY",
    tag: "IndexStmt",
    recognise: (fields) => (fields.concurrent === true ? createIndexConcurrently(fields) : undefined),
    setup: [table],
    probe: "create index concurrently probe_n on probe (n)",
    refusal: "25001",
  },
  {
    form: "DROP INDEX CONCURRENTLY",
    tag: "DropStmt",
    recognise: (fields) =>
      fields.concurrent === true
        ? {
            kind: "drop-index-concurrently",
            index: nameFromObject(listOf(fields.objects)[0])!,
            ifExists: fields.missing_ok === true,
          }
        : undefined,
    setup: [table, index],
    probe: "drop index concurrently probe_n",
    refusal: "25001",
  },
  {
    form: "REINDEX TABLE CONCURRENTLY",
    tag: "ReindexStmt",
    recognise: (fields) => reindexOf(fields, "TABLE", "table", "concurrently"),
    setup: [table, index],
    probe: "reindex table concurrently probe",
    refusal: "25001",
  },
  {
    form: "REINDEX INDEX CONCURRENTLY",
    tag: "ReindexStmt",
    recognise: (fields) => reindexOf(fields, "INDEX", "index", "concurrently"),
    setup: [table, index],
    probe: "reindex index concurrently probe_n",
    refusal: "25001",
  },
  {
    form: "REINDEX SCHEMA",
    tag: "ReindexStmt",
    recognise: (fields) => reindexOf(fields, "SCHEMA", "schema"),
    probe: "reindex schema public",
    refusal: "25001",
  },
  {
    form: "REINDEX DATABASE",
    tag: "ReindexStmt",
    recognise: (fields) => reindexOf(fields, "DATABASE", "database"),
    probe: "reindex database confiture_probe_missing",
    refusal: "25001",
    notRunAlone: "it takes the name of the current database, which the probe cannot know",
  },
  {
    form: "REINDEX SYSTEM",
    tag: "ReindexStmt",
    recognise: (fields) => reindexOf(fields, "SYSTEM", "system"),
    probe: "reindex system confiture_probe_missing",
    refusal: "25001",
    notRunAlone: "it takes the name of the current database, which the probe cannot know",
  },
  {
    form: "VACUUM",
    tag: "VacuumStmt",
    recognise: (fields) => (fields.is_vacuumcmd === true ? { kind: "repeatable", what: "VACUUM" } : undefined),
    setup: [table],
    probe: "vacuum probe",
    refusal: "25001",
  },
  {
    form: "CLUSTER without a table",
    tag: "ClusterStmt",
    recognise: (fields) => (fields.relation === undefined ? { kind: "repeatable", what: "CLUSTER" } : undefined),
    probe: "cluster",
    refusal: "25001",
  },
  {
    form: "CREATE DATABASE",
    tag: "CreatedbStmt",
    recognise: (fields) => ({ kind: "create-database", name: stringOf(fields.dbname)! }),
    probe: "create database confiture_probe template template0",
    cleanup: ["drop database if exists confiture_probe"],
    refusal: "25001",
  },
  {
    form: "DROP DATABASE",
    tag: "DropdbStmt",
    recognise: (fields) => ({ kind: "drop-database", name: stringOf(fields.dbname)! }),
    setup: ["create database confiture_probe template template0"],
    probe: "drop database confiture_probe",
    cleanup: ["drop database if exists confiture_probe"],
    refusal: "25001",
  },
  {
    form: "ALTER DATABASE SET TABLESPACE",
    tag: "AlterDatabaseStmt",
    recognise: (fields) =>
      findOption(fields.options, "tablespace") === undefined
        ? undefined
        : { kind: "alter-database", name: stringOf(fields.dbname)! },
    setup: ["create database confiture_probe template template0"],
    probe: "alter database confiture_probe set tablespace pg_default",
    cleanup: ["drop database if exists confiture_probe"],
    refusal: "25001",
  },
  {
    form: "CREATE TABLESPACE",
    tag: "CreateTableSpaceStmt",
    recognise: (fields) => ({ kind: "create-tablespace", name: stringOf(fields.tablespacename)! }),
    probe: "create tablespace confiture_probe location '/confiture/probe'",
    refusal: "25001",
    notRunAlone: "it needs a folder of the server's",
  },
  {
    form: "DROP TABLESPACE",
    tag: "DropTableSpaceStmt",
    recognise: (fields) => ({ kind: "drop-tablespace", name: stringOf(fields.tablespacename)! }),
    probe: "drop tablespace if exists confiture_probe",
    refusal: "25001",
  },
  {
    form: "ALTER SYSTEM",
    tag: "AlterSystemStmt",
    recognise: () => ({ kind: "repeatable", what: "ALTER SYSTEM" }),
    probe: "alter system set vacuum_cost_page_miss = 10",
    cleanup: ["alter system reset vacuum_cost_page_miss"],
    refusal: "25001",
  },
  {
    form: "CREATE SUBSCRIPTION that creates a slot",
    tag: "CreateSubscriptionStmt",
    recognise: (fields) => {
      const connects = readSwitch(fields.options, "connect") ?? true;
      const createsSlot = readSwitch(fields.options, "create_slot") ?? connects;
      return createsSlot ? { kind: "create-subscription", name: stringOf(fields.subname)! } : undefined;
    },
    probe: "create subscription confiture_probe connection 'host=127.0.0.1 port=1' publication p",
    refusal: "25001",
    notRunAlone: needsPublisher,
  },
  {
    form: "DROP SUBSCRIPTION",
    tag: "DropSubscriptionStmt",
    recognise: (fields) => ({ kind: "drop-subscription", name: stringOf(fields.subname)! }),
    setup: [subscription],
    probe: "drop subscription confiture_probe",
    cleanup: dropSubscription,
    refusal: "25001",
    notRunAlone: needsPublisher,
  },
  {
    form: "ALTER SUBSCRIPTION REFRESH PUBLICATION",
    tag: "AlterSubscriptionStmt",
    recognise: (fields) => (fields.kind === "ALTER_SUBSCRIPTION_REFRESH" ? alterSubscription(fields) : undefined),
    setup: [subscription, enabled],
    probe: "alter subscription confiture_probe refresh publication",
    cleanup: dropSubscription,
    refusal: "25001",
    since: 14,
    notRunAlone: needsPublisher,
  },
  {
    form: "ALTER SUBSCRIPTION SET PUBLICATION with its refresh",
    tag: "AlterSubscriptionStmt",
    recognise: (fields) => refreshingSubscription(fields, "ALTER_SUBSCRIPTION_SET_PUBLICATION"),
    setup: [subscription, enabled],
    probe: "alter subscription confiture_probe set publication q",
    cleanup: dropSubscription,
    refusal: "25001",
    since: 14,
    notRunAlone: needsPublisher,
  },
  {
    form: "ALTER SUBSCRIPTION ADD PUBLICATION with its refresh",
    tag: "AlterSubscriptionStmt",
    recognise: (fields) => refreshingSubscription(fields, "ALTER_SUBSCRIPTION_ADD_PUBLICATION"),
    setup: [subscription, enabled],
    probe: "alter subscription confiture_probe add publication q",
    cleanup: dropSubscription,
    refusal: "25001",
    since: 14,
    notRunAlone: needsPublisher,
  },
  {
    form: "ALTER SUBSCRIPTION DROP PUBLICATION with its refresh",
    tag: "AlterSubscriptionStmt",
    recognise: (fields) => refreshingSubscription(fields, "ALTER_SUBSCRIPTION_DROP_PUBLICATION"),
    setup: [subscription, "alter subscription confiture_probe set publication p, q with (refresh = false)", enabled],
    probe: "alter subscription confiture_probe drop publication q",
    cleanup: dropSubscription,
    refusal: "25001",
    since: 14,
    notRunAlone: needsPublisher,
  },
  {
    form: "ALTER SUBSCRIPTION SET (failover)",
    tag: "AlterSubscriptionStmt",
    recognise: (fields) => slotSetting(fields, "failover"),
    setup: [subscription],
    probe: "alter subscription confiture_probe set (failover = true)",
    cleanup: dropSubscription,
    refusal: "25001",
    since: 17,
    notRunAlone: needsPublisher,
  },
  {
    form: "ALTER SUBSCRIPTION SET (two_phase)",
    tag: "AlterSubscriptionStmt",
    recognise: (fields) => slotSetting(fields, "two_phase"),
    setup: [subscription],
    probe: "alter subscription confiture_probe set (two_phase = false)",
    cleanup: dropSubscription,
    refusal: "25001",
    since: 18,
    notRunAlone: needsPublisher,
  },
  {
    form: "ALTER TABLE DETACH PARTITION CONCURRENTLY",
    tag: "AlterTableStmt",
    recognise: (fields) => detachConcurrently(fields),
    setup: [parent, partition],
    probe: "alter table probe_parent detach partition probe_part concurrently",
    refusal: "25001",
    since: 14,
  },
  {
    form: "DISCARD ALL",
    tag: "DiscardStmt",
    recognise: (fields) => (fields.target === "DISCARD_ALL" ? { kind: "repeatable", what: "DISCARD ALL" } : undefined),
    probe: "discard all",
    refusal: "25001",
  },
  {
    form: "COMMIT PREPARED",
    tag: "TransactionStmt",
    recognise: (fields) =>
      fields.kind === "TRANS_STMT_COMMIT_PREPARED" ? { kind: "unknowable", what: "COMMIT PREPARED" } : undefined,
    setup: ["begin", table, "prepare transaction 'confiture_probe'"],
    probe: "commit prepared 'confiture_probe'",
    cleanup: ["rollback prepared 'confiture_probe'"],
    refusal: "25001",
  },
  {
    form: "ROLLBACK PREPARED",
    tag: "TransactionStmt",
    recognise: (fields) =>
      fields.kind === "TRANS_STMT_ROLLBACK_PREPARED" ? { kind: "unknowable", what: "ROLLBACK PREPARED" } : undefined,
    setup: ["begin", table, "prepare transaction 'confiture_probe'"],
    probe: "rollback prepared 'confiture_probe'",
    cleanup: ["rollback prepared 'confiture_probe'"],
    refusal: "25001",
  },
  {
    form: "DO with COMMIT or ROLLBACK",
    tag: "DoStmt",
    recognise: (_fields, facts) =>
      facts.bodyEndsTransaction ? { kind: "unknowable", what: "DO with COMMIT or ROLLBACK" } : undefined,
    probe: "do $$ begin commit; end $$",
    refusal: "2D000",
  },
];

function createIndexConcurrently(fields: TreeFields): StandaloneAction {
  const name = stringOf(fields.idxname);
  const on = relationName(fields.relation)!;
  // An index is made in the schema of its table.
  const own: QualifiedName | undefined =
    name === undefined ? undefined : on.schema === undefined ? { name } : { schema: on.schema, name };
  const ifNotExists = fields.if_not_exists === true;
  return { kind: "create-index-concurrently", ...(own === undefined ? {} : { index: own }), table: on, ifNotExists };
}

type ReindexTarget = Extract<StandaloneAction, { kind: "reindex" }>["target"];

function reindexOf(
  fields: TreeFields,
  what: string,
  target: ReindexTarget,
  only?: "concurrently",
): StandaloneAction | undefined {
  if (fields.kind !== `REINDEX_OBJECT_${what}`) return undefined;
  const concurrently = readSwitch(fields.params, "concurrently") ?? false;
  if (only === "concurrently" && !concurrently) return undefined;
  const written = stringOf(fields.name);
  const name = relationName(fields.relation) ?? (written === undefined ? undefined : { name: written });
  return { kind: "reindex", target, ...(name === undefined ? {} : { name }), concurrently };
}

function detachConcurrently(fields: TreeFields): StandaloneAction | undefined {
  for (const command of listOf(fields.cmds)) {
    const detach = fieldsOf(command, "AlterTableCmd");
    const partition = fieldsOf(detach?.def, "PartitionCmd");
    if (detach?.subtype === "AT_DetachPartition" && partition?.concurrent === true) {
      const [on, name] = [relationName(fields.relation)!, relationName(partition.name)!];
      return { kind: "detach-partition-concurrently", table: on, partition: name };
    }
  }
  return undefined;
}

function alterSubscription(fields: TreeFields): StandaloneAction {
  return { kind: "alter-subscription", name: stringOf(fields.subname)! };
}

function refreshingSubscription(fields: TreeFields, kind: string): StandaloneAction | undefined {
  const refreshes = readSwitch(fields.options, "refresh") ?? true;
  return fields.kind === kind && refreshes ? alterSubscription(fields) : undefined;
}

function slotSetting(fields: TreeFields, setting: string): StandaloneAction | undefined {
  const isSet = fields.kind === "ALTER_SUBSCRIPTION_OPTIONS" && findOption(fields.options, setting) !== undefined;
  return isSet ? alterSubscription(fields) : undefined;
}
