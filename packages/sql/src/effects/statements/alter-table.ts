import { type LockMode, lockModes, type OperationKind, type QualifiedName } from "@confiture/model";
import { fieldsIn, fieldsOf, isFields, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { relationName as nameOfRangeVar } from "../../parse/read-names.js";
import { operationFacts } from "../facts/operation-facts.js";
import type { OperationFacts } from "../facts/operation-row.js";
import { storageParameterLock } from "../facts/storage-parameter-locks.js";
import type { StatementContext } from "../statement-context.js";
import { alterColumnType } from "./alter-column-type.js";
import * as columns from "./alter-columns.js";
import * as constraints from "./alter-constraints.js";
import { alterIndex } from "./alter-index.js";
import * as keeping from "./alter-keeping.js";
import * as partitions from "./alter-partitions.js";
import { namedBy, type SubcommandReader } from "./subcommand.js";

interface Row {
  readonly kind: OperationKind;
  readonly read: SubcommandReader;
}

/** Which operation a subcommand is, by its tag in the tree. */
const subcommands: Readonly<Record<string, Row>> = {
  AT_AddColumn: { kind: "add_column", read: columns.addColumn },
  AT_DropColumn: { kind: "drop_column", read: columns.dropColumn },
  AT_AlterColumnType: { kind: "alter_column_type", read: alterColumnType },
  AT_SetNotNull: { kind: "set_not_null", read: columns.setNotNull },
  AT_DropNotNull: { kind: "drop_not_null", read: columns.dropNotNull },
  AT_SetExpression: { kind: "set_expression", read: columns.setExpression },
  AT_DropExpression: { kind: "drop_expression", read: columns.dropExpression },
  AT_AddIdentity: { kind: "add_identity", read: columns.addIdentity },
  AT_SetIdentity: { kind: "set_identity", read: columns.setIdentity },
  AT_DropIdentity: { kind: "drop_identity", read: columns.dropIdentity },
  AT_SetStatistics: { kind: "set_statistics", read: keeping.ofTree },
  AT_SetOptions: { kind: "set_column_options", read: keeping.ofOneRelation },
  AT_ResetOptions: { kind: "reset_column_options", read: keeping.ofOneRelation },
  AT_SetStorage: { kind: "set_storage", read: keeping.setStorage },
  AT_SetCompression: { kind: "set_compression", read: keeping.ofOneRelation },
  AT_AlterColumnGenericOptions: { kind: "set_foreign_column_options", read: keeping.ofOneRelation },
  AT_ValidateConstraint: { kind: "validate_constraint", read: constraints.validateConstraint },
  AT_AlterConstraint: { kind: "alter_constraint", read: constraints.alterConstraint },
  AT_DropConstraint: { kind: "drop_constraint", read: constraints.dropConstraint },
  AT_ChangeOwner: { kind: "set_table_owner", read: keeping.changeOwner },
  AT_ClusterOn: { kind: "cluster_on", read: keeping.clusterOn },
  AT_DropCluster: { kind: "set_without_cluster", read: keeping.ofOneRelation },
  AT_SetLogged: { kind: "set_logged", read: keeping.setPersistence },
  AT_SetUnLogged: { kind: "set_unlogged", read: keeping.setPersistence },
  AT_DropOids: { kind: "set_without_oids", read: keeping.ofOneRelation },
  AT_SetAccessMethod: { kind: "set_access_method", read: keeping.setAccessMethod },
  AT_SetTableSpace: { kind: "set_tablespace", read: keeping.setTablespace },
  AT_SetRelOptions: { kind: "set_storage_parameters", read: keeping.ofOneRelation },
  AT_ResetRelOptions: { kind: "reset_storage_parameters", read: keeping.ofOneRelation },
  AT_ReplaceRelOptions: { kind: "set_storage_parameters", read: keeping.ofOneRelation },
  AT_EnableTrig: { kind: "enable_trigger", read: keeping.fireTriggers },
  AT_EnableAlwaysTrig: { kind: "enable_trigger", read: keeping.fireTriggers },
  AT_EnableReplicaTrig: { kind: "enable_trigger", read: keeping.fireTriggers },
  AT_EnableTrigAll: { kind: "enable_trigger", read: keeping.fireTriggers },
  AT_EnableTrigUser: { kind: "enable_trigger", read: keeping.fireTriggers },
  AT_DisableTrig: { kind: "disable_trigger", read: keeping.fireTriggers },
  AT_DisableTrigAll: { kind: "disable_trigger", read: keeping.fireTriggers },
  AT_DisableTrigUser: { kind: "disable_trigger", read: keeping.fireTriggers },
  AT_EnableRule: { kind: "enable_rule", read: keeping.ofOneRelation },
  AT_EnableAlwaysRule: { kind: "enable_rule", read: keeping.ofOneRelation },
  AT_EnableReplicaRule: { kind: "enable_rule", read: keeping.ofOneRelation },
  AT_DisableRule: { kind: "disable_rule", read: keeping.ofOneRelation },
  AT_AddInherit: { kind: "inherit", read: partitions.inherit },
  AT_DropInherit: { kind: "no_inherit", read: partitions.noInherit },
  AT_AddOf: { kind: "of_type", read: keeping.ofType },
  AT_DropOf: { kind: "not_of_type", read: keeping.notOfType },
  AT_ReplicaIdentity: { kind: "replica_identity", read: keeping.replicaIdentity },
  AT_EnableRowSecurity: { kind: "enable_row_security", read: keeping.ofOneRelation },
  AT_DisableRowSecurity: { kind: "disable_row_security", read: keeping.ofOneRelation },
  AT_ForceRowSecurity: { kind: "force_row_security", read: keeping.ofOneRelation },
  AT_NoForceRowSecurity: { kind: "no_force_row_security", read: keeping.ofOneRelation },
  AT_GenericOptions: { kind: "set_foreign_options", read: keeping.ofOneRelation },
  AT_AttachPartition: { kind: "attach_partition", read: partitions.attachPartition },
  AT_DetachPartition: { kind: "detach_partition", read: partitions.detachPartition },
  AT_DetachPartitionFinalize: { kind: "detach_partition_finalize", read: partitions.detachPartition },
  AT_AddConstraint: { kind: "add_check", read: constraints.addConstraint },
  AT_ColumnDefault: { kind: "set_default", read: columns.changeDefault },
};

/** ALTER TABLE, INDEX, VIEW, SEQUENCE, MATERIALIZED VIEW, FOREIGN TABLE and TYPE (of a composite type). */
export function alterTable(fields: TreeFields, context: StatementContext): void {
  const { picture } = context;
  const name = nameOfRangeVar(fields.relation) ?? { name: "" };
  const commands = fieldsIn(fields.cmds, "AlterTableCmd");
  const index = picture.find(name) === undefined ? picture.findIndex(name) : undefined;
  if (index !== undefined || fields.objtype === "OBJECT_INDEX") alterIndex(name, index, commands, context);
  else if (fields.objtype === "OBJECT_TYPE") keeping.alterCompositeType(name, commands, context);
  else alterRelation(fields, name, commands, context);
}

function alterRelation(
  fields: TreeFields,
  name: QualifiedName,
  commands: readonly TreeFields[],
  context: StatementContext,
): void {
  const { picture } = context;
  if (picture.complete && fields.missing_ok === true && picture.find(name) === undefined) {
    for (const command of commands) {
      context.begin(kindOf(command)).assume(`${name.name} is not there, so that IF EXISTS passes over it`);
    }
    return;
  }
  const relation = context.relationOf(fields.relation, keeping.kindOfTarget(fields));
  const mode = strongest(commands.map(lockOf));
  const recurses = !(isFields(fields.relation) && fields.relation.inh !== true);
  const dropped = new Set(commands.filter(isDrop).map(namedBy));
  for (const command of commands) {
    const row = subcommands[stringOf(command.subtype) ?? ""];
    if (row === undefined) context.begin("unclassified").isUnknown = true;
    else row.read({ context, relation, command, kind: kindOf(command), mode, recurses, dropped });
  }
  for (const index of relation.indexes) delete index.formerName;
}

function isDrop({ subtype }: TreeFields): boolean {
  return subtype === "AT_DropConstraint" || subtype === "AT_DropColumn";
}

function kindOf(command: TreeFields): OperationKind {
  const subtype = stringOf(command.subtype) ?? "";
  if (subtype === "AT_AddConstraint") return constraints.kindOfConstraint(command);
  if (subtype === "AT_ColumnDefault") return command.def === undefined ? "drop_default" : "set_default";
  const isConcurrent = fieldsOf(command.def, "PartitionCmd")?.concurrent === true;
  if (subtype === "AT_DetachPartition" && isConcurrent) return "detach_partition_concurrently";
  return subcommands[subtype]?.kind ?? "unclassified";
}

/** AlterTableGetLockLevel of tablecmds.c. */
function lockOf(command: TreeFields): LockMode {
  const kind = kindOf(command);
  if (kind === "set_storage_parameters" || kind === "reset_storage_parameters")
    return storageParameterLock(command.def);
  const facts: OperationFacts = operationFacts[kind];
  return facts.lock ?? "AccessExclusiveLock";
}

function strongest(modes: readonly LockMode[]): LockMode {
  return lockModes[Math.max(...modes.map((mode) => lockModes.indexOf(mode)), 0)]!;
}
