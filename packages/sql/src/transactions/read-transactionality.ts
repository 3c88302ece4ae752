import type { Transactionality } from "@confiture/model";
import { fieldsOf, isFields, listOf, stringOf, type TreeFields, type TreeValue, untag } from "../parse/parse-tree.js";
import { nameFromParts } from "../parse/read-names.js";
import { optionText } from "../parse/read-options.js";
import { bodyEndsTransaction } from "./body-ends-transaction.js";
import { standaloneStatements } from "./standalone-statements.js";

type Control = Extract<Transactionality, { kind: "transaction-control" }>["control"];

const controls: Readonly<Record<string, Control>> = {
  TRANS_STMT_BEGIN: "begin",
  TRANS_STMT_START: "begin",
  TRANS_STMT_COMMIT: "commit",
  TRANS_STMT_ROLLBACK: "rollback",
  TRANS_STMT_SAVEPOINT: "savepoint",
  TRANS_STMT_RELEASE: "release",
  TRANS_STMT_ROLLBACK_TO: "rollback-to",
  TRANS_STMT_PREPARE: "prepare",
};

/** Where a statement may run, as far as its text can tell. `text` is the statement the tree was made of. */
export async function readTransactionality(tree: TreeValue, text: string): Promise<Transactionality> {
  const node = untag(tree);
  if (node === undefined) return { kind: "transactional" };
  const { tag, fields } = node;
  const control = tag === "TransactionStmt" ? controls[stringOf(fields.kind) ?? ""] : undefined;
  if (control !== undefined) return transactionControl(control, fields);
  if (tag === "AlterEnumStmt") return addedEnumValue(fields);
  const facts = { bodyEndsTransaction: tag === "DoStmt" && (await bodyEndsTransaction(fields, text)) };
  for (const row of standaloneStatements) {
    const action = row.tag === tag ? row.recognise(fields, facts) : undefined;
    if (action !== undefined) {
      return { kind: "alone", because: `PostgreSQL refuses ${row.form} inside a transaction block`, action };
    }
  }
  return { kind: "transactional" };
}

function transactionControl(control: Control, fields: TreeFields): Transactionality {
  const options = listOf(fields.options).flatMap(transactionOption).join(", ");
  const chain = fields.chain === true;
  return {
    kind: "transaction-control",
    control,
    ...(options === "" ? {} : { options }),
    ...(chain ? { chain } : {}),
  };
}

function transactionOption(option: TreeValue): readonly string[] {
  const fields = fieldsOf(option, "DefElem");
  const value = optionText(fields?.arg) ?? "";
  switch (fields?.defname) {
    case "transaction_isolation":
      return [`isolation level ${value}`];
    case "transaction_read_only":
      return [value === "0" ? "read write" : "read only"];
    case "transaction_deferrable":
      return [value === "0" ? "not deferrable" : "deferrable"];
    default:
      return [];
  }
}

/** ALTER TYPE … RENAME VALUE is of the same tag and adds nothing. */
function addedEnumValue(fields: TreeFields): Transactionality {
  const type = nameFromParts(listOf(fields.typeName));
  if (fields.oldVal !== undefined || type === undefined || isFields(fields.newVal)) return { kind: "transactional" };
  return { kind: "adds-enum-value", type, value: stringOf(fields.newVal) ?? "" };
}
