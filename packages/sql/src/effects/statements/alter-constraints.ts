import type { OperationKind } from "@confiture/model";
import { fieldsOf, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { shapeOf } from "../picture/index-shape.js";
import { isPartitioned, type Relation, relationName, withPartitions } from "../picture/relation.js";
import { lockTreeOf, treeOf } from "./lock-tree.js";
import { readConstraint } from "./read-constraint.js";
import { requireProof } from "./require-proof.js";
import { namedBy, type Subcommand } from "./subcommand.js";
import { Removal } from "./take-away.js";

export function kindOfConstraint(command: TreeFields): OperationKind {
  const constraint = fieldsOf(command.def, "Constraint") ?? {};
  const takesIndex = stringOf(constraint.indexname) !== undefined;
  switch (constraint.contype) {
    case "CONSTR_CHECK":
      return "add_check";
    case "CONSTR_NOTNULL":
      return "add_not_null";
    case "CONSTR_FOREIGN":
      return "add_foreign_key";
    case "CONSTR_PRIMARY":
      return takesIndex ? "add_primary_key_using_index" : "add_primary_key";
    case "CONSTR_UNIQUE":
      return takesIndex ? "add_unique_using_index" : "add_unique";
    case "CONSTR_EXCLUSION":
      return "add_exclude";
    default:
      return "unclassified";
  }
}

export function addConstraint(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const constraint = fieldsOf(command.def, "Constraint") ?? {};
  const name = stringOf(constraint.conname);
  const draft = context.beginOn(kind, relation, name === undefined ? undefined : quoteIdentifier(name));
  draft.lock(relation, mode);
  const index = stringOf(constraint.indexname);
  for (const own of relation.indexes)
    if (index !== undefined && own.bare === quoteIdentifier(index)) shapeOf(own, context.grammar);
  // Only CHECK and NOT NULL are inherited; the others see to their partitions themselves.
  const isInherited = kind === "add_check" || kind === "add_not_null";
  // Since PostgreSQL 18 children are locked before it is known whether they get anything.
  const inherits = (isInherited && constraint.is_no_inherit !== true) || (context.version >= 18 && subcommand.recurses);
  const tree = inherits ? lockTreeOf(subcommand, draft) : treeOf(subcommand);
  readConstraint({ place: { ...subcommand, draft, tree, hasDefault: false }, constraint, attributes: [] });
  const isOnPartitioned = constraint.contype === "CONSTR_FOREIGN" && isPartitioned(relation);
  if (isOnPartitioned && constraint.skip_validation === true) draft.since = 18;
}

export function validateConstraint(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const name = namedBy(command);
  const draft = context.beginOn(kind, relation, name);
  draft.lock(relation, mode);
  const constraint = relation.constraints.get(name);
  if (constraint === undefined) {
    draft.scan(relation, "check");
    draft.assume(
      `${name} is a CHECK of ${relationName(relation)} alone: for a foreign key the table it refers to is read and locked too, ROW SHARE`,
    );
    return;
  }
  if (constraint.validated) return;
  if (constraint.references !== undefined) {
    const { references } = constraint;
    requireProof(draft, relation, constraint);
    // The query that looks the rows up goes into the partitions, of which ALTER TABLE itself knows nothing.
    for (const one of withPartitions(references)) {
      draft.lock(one, one === references ? "RowShareLock" : "AccessShareLock").scan(one, "foreign_key");
    }
    if (!references.known)
      draft.assume(`${relationName(references)} has no partitions: each would be locked ACCESS SHARE and read too`);
    for (const one of withPartitions(relation)) {
      draft.lock(one, mode).scan(one, "foreign_key");
    }
  } else {
    const why = constraint.kind === "not null" ? "not_null" : "check";
    for (const one of constraint.noInherit ? [relation] : lockTreeOf(subcommand, draft)) {
      const own = one.constraints.get(name);
      if (own?.validated === true) continue;
      draft.scan(one, why);
      if (!isPartitioned(one)) requireProof(draft, one, own ?? constraint);
      if (own !== undefined) own.validated = true;
    }
  }
  constraint.validated = true;
}

export function alterConstraint(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const change = fieldsOf(command.def, "ATAlterConstraint") ?? fieldsOf(command.def, "Constraint") ?? {};
  const name = quoteIdentifier(stringOf(change.conname) ?? "");
  const draft = context.beginOn(kind, relation, name);
  draft.lock(relation, mode);
  const constraint = relation.constraints.get(name);
  const references = constraint?.references;
  if (change.alterEnforceability === true) draft.since = 18;
  if (!relation.known)
    draft.assume(
      `${name} is not made ENFORCED, and ${relationName(relation)} has no partitions: the table it refers to would be locked and read too`,
    );
  if (isPartitioned(relation)) lockTreeOf(subcommand, draft);
  if (change.alterEnforceability === true && references !== undefined) {
    if (change.is_enforced === true) {
      draft.lock(references, "ShareRowExclusiveLock").scan(references, "foreign_key").scan(relation, "foreign_key");
    } else draft.lock(references, "AccessExclusiveLock");
  }
}

export function dropConstraint(subcommand: Subcommand): void {
  const { context, relation, command, kind, mode } = subcommand;
  const name = namedBy(command);
  const draft = context.beginOn(kind, relation, name);
  draft.lock(relation, mode);
  if (isPartitioned(relation)) lockTreeOf({ ...subcommand, recurses: true }, draft);
  const constraint = relation.constraints.get(name);
  if (constraint === undefined) {
    if (!relation.known) {
      draft.assume(
        `${name} is a CHECK of ${relationName(relation)} alone: for a foreign key, or a key that one refers to, the other table is locked ACCESS EXCLUSIVE too, and a child that inherits it like the table`,
      );
    }
    return;
  }
  const inherits = !constraint.noInherit && (constraint.kind === "check" || constraint.kind === "not null");
  if (constraint.kind === "not null")
    for (const one of inherits ? treeOf(subcommand) : [relation]) forgetNotNull(one, constraint.columns);
  if (inherits) {
    for (const child of lockTreeOf(subcommand, draft)) if (child !== relation) child.constraints.delete(name);
  }
  // The other end is opened under this lock itself, whether or not a trigger of it goes.
  if (constraint.references !== undefined) draft.lock(constraint.references, "AccessExclusiveLock");
  new Removal(context, draft, command.behavior === "DROP_CASCADE" ? {} : { without: [] }).constraint(
    relation,
    constraint,
  );
}

function forgetNotNull(relation: Relation, columns: readonly string[]): void {
  for (const name of columns) {
    const column = relation.columns.get(name);
    if (column !== undefined) column.notNull = false;
  }
}
