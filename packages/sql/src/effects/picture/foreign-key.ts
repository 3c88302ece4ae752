import type { Grammar } from "../../parse/parse-statement.js";
import { fieldsOf, listOf, stringNode, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { Constraint, ForeignKeyAction } from "./relation.js";

const actions: Readonly<Record<string, ForeignKeyAction>> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};

type ForeignKeyFacts = Pick<Constraint, "referencedColumns" | "onDelete" | "onUpdate">;

/** What the fields of a `Constraint` node say of a foreign key beside its tables. */
export function foreignKeyFacts(fields: TreeFields): ForeignKeyFacts {
  const referenced = listOf(fields.pk_attrs).flatMap((one) => stringNode(one) ?? []);
  const onDelete = actions[stringOf(fields.fk_del_action) ?? "a"];
  const onUpdate = actions[stringOf(fields.fk_upd_action) ?? "a"];
  return {
    ...(referenced.length === 0 ? {} : { referencedColumns: referenced.map(quoteIdentifier) }),
    ...(onDelete === undefined ? {} : { onDelete }),
    ...(onUpdate === undefined ? {} : { onUpdate }),
  };
}

/** The same from what pg_get_constraintdef prints. */
export function readForeignKey(definition: string, grammar: Grammar): ForeignKeyFacts {
  const alter = grammar.statements(`alter table t add ${definition}`)?.[0];
  const command = fieldsOf(listOf(alter?.fields.cmds)[0], "AlterTableCmd");
  const constraint = fieldsOf(command?.def, "Constraint");
  return constraint === undefined ? {} : foreignKeyFacts(constraint);
}
