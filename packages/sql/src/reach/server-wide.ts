import {
  fieldsOf,
  listOf,
  stringNode,
  stringOf,
  type TreeFields,
  type TreeValue,
  untag,
  walkTree,
} from "../parse/parse-tree.js";

/** Statements that act on the whole server (or another one), whichever database they are sent to. */
const always: Readonly<Record<string, string>> = {
  CreatedbStmt: "CREATE DATABASE",
  DropdbStmt: "DROP DATABASE",
  AlterDatabaseStmt: "ALTER DATABASE",
  AlterDatabaseRefreshCollStmt: "ALTER DATABASE",
  AlterDatabaseSetStmt: "ALTER DATABASE … SET",
  CreateTableSpaceStmt: "CREATE TABLESPACE",
  DropTableSpaceStmt: "DROP TABLESPACE",
  AlterTableSpaceOptionsStmt: "ALTER TABLESPACE",
  CreateRoleStmt: "CREATE ROLE",
  AlterRoleStmt: "ALTER ROLE",
  AlterRoleSetStmt: "ALTER ROLE … SET",
  DropRoleStmt: "DROP ROLE",
  GrantRoleStmt: "GRANT or REVOKE of a role",
  AlterSystemStmt: "ALTER SYSTEM",
  // The slot is made, and dropped, at the publisher.
  CreateSubscriptionStmt: "CREATE SUBSCRIPTION",
  AlterSubscriptionStmt: "ALTER SUBSCRIPTION",
  DropSubscriptionStmt: "DROP SUBSCRIPTION",
  DropOwnedStmt: "DROP OWNED",
  ReassignOwnedStmt: "REASSIGN OWNED",
};

/** Statements that do so for some kinds of objects: the field that names the kind. */
const byObject: Readonly<Record<string, { readonly field: string; readonly words: string }>> = {
  RenameStmt: { field: "renameType", words: "RENAME of" },
  AlterOwnerStmt: { field: "objectType", words: "OWNER of" },
  CommentStmt: { field: "objtype", words: "COMMENT ON" },
  SecLabelStmt: { field: "objtype", words: "SECURITY LABEL ON" },
  GrantStmt: { field: "objtype", words: "GRANT or REVOKE on" },
};

const serverObjects: Readonly<Record<string, string>> = {
  OBJECT_DATABASE: "a database",
  OBJECT_ROLE: "a role",
  OBJECT_TABLESPACE: "a tablespace",
  OBJECT_SUBSCRIPTION: "a subscription",
  OBJECT_PARAMETER_ACL: "a parameter",
};

const serverFunctions =
  /^(pg_(create|drop|copy|replication)_\w*slot\w*|pg_(create_logical|create_physical)_replication_slot|pg_logical_slot_\w+|pg_replication_(slot|origin)_\w+|pg_reload_conf|pg_rotate_logfile|pg_promote|pg_switch_wal|pg_create_restore_point|pg_(terminate|cancel)_backend|dblink_?\w*)$/;

/**
 * What a statement, of which `text` is the source, does to the whole server, as words for a message; undefined for one that stays in its database. A
 * DO block is judged by its words, but for CREATE ROLE, which does nothing where the role is there. Functions that are
 * called are not looked into.
 */
export function serverWide(tree: TreeValue, text: string): string | undefined {
  const node = untag(tree);
  if (node === undefined) return undefined;
  const { tag, fields } = node;
  return always[tag] ?? onServerObject(tag, fields) ?? (tag === "DoStmt" ? inBody(fields) : calledFunction(tree, text));
}

function onServerObject(tag: string, fields: TreeFields): string | undefined {
  const row = byObject[tag];
  const object = row === undefined ? undefined : serverObjects[stringOf(fields[row.field]) ?? ""];
  return object === undefined ? undefined : `${row?.words} ${object}`;
}

const wordsOfBody =
  /\b(?:(?:alter|drop)\s+(?:role|user|group)|(?:create|alter|drop)\s+(?:database|tablespace|subscription)|alter\s+system|(?:drop|reassign)\s+owned)\b/i;

function inBody(fields: TreeFields): string | undefined {
  for (const argument of listOf(fields.args)) {
    const option = fieldsOf(argument, "DefElem");
    const body = option?.defname === "as" ? stringNode(option.arg) : undefined;
    const words = wordsOfBody.exec(body ?? "")?.[0];
    if (words !== undefined) return `DO with ${words.toUpperCase().replace(/\s+/g, " ")}`;
  }
  return undefined;
}

// A walk through every tree would be felt in a long chain of migrations.
const wordsOfFunctions = /slot|reload|rotate|promote|wal|restore_point|origin|backend|dblink/i;

function calledFunction(tree: TreeValue, text: string): string | undefined {
  if (!wordsOfFunctions.test(text)) return undefined;
  for (const { tag, fields } of walkTree(tree)) {
    if (tag !== "FuncCall") continue;
    const name = stringNode(listOf(fields.funcname).at(-1)) ?? "";
    if (serverFunctions.test(name)) return `${name}()`;
  }
  return undefined;
}
