import { fieldsOf, isFields, listOf, stringNode, type TreeValue } from "../../parse/parse-tree.js";
import { nameFromObject, nameFromParts } from "../../parse/read-names.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";

/** The grammar's words for kinds of objects that are not PostgreSQL's own. */
const words: Readonly<Record<string, string>> = {
  FDW: "foreign-data wrapper",
  MATVIEW: "materialized view",
  OPCLASS: "operator class",
  OPFAMILY: "operator family",
  TSPARSER: "text search parser",
  TSDICTIONARY: "text search dictionary",
  TSTEMPLATE: "text search template",
  TSCONFIGURATION: "text search configuration",
  LARGEOBJECT: "large object",
  DOMCONSTRAINT: "domain constraint",
  TABCONSTRAINT: "constraint",
  STATISTIC_EXT: "statistics object",
  PARAMETER_ACL: "parameter",
};

/** `OBJECT_FOREIGN_SERVER` → `foreign server`. */
export function objectWord(type: string): string {
  const bare = type.replace(/^OBJECT_/, "");
  return words[bare] ?? bare.toLowerCase().replaceAll("_", " ");
}

/** The name in what stands behind an object's kind, in any of the shapes the grammar gives it; undefined when there is none. */
export function objectName(object: TreeValue | undefined): string | undefined {
  const routine =
    fieldsOf(object, "ObjectWithArgs") ?? (isFields(object) && object.objname !== undefined ? object : undefined);
  if (routine !== undefined) return spelled(nameFromParts(listOf(routine.objname)));
  const typeName =
    fieldsOf(object, "TypeName") ?? (isFields(object) && object.names !== undefined ? object : undefined);
  if (typeName !== undefined) return spelled(nameFromParts(listOf(typeName.names)));
  const whole = fieldsOf(object, "Integer");
  if (whole !== undefined) return String(whole.ival ?? 0);
  const number = fieldsOf(object, "Float");
  if (number !== undefined) return String(number.fval);
  const role = fieldsOf(object, "RoleSpec") ?? (isFields(object) && object.roletype !== undefined ? object : undefined);
  if (role !== undefined) return role.rolename === undefined ? "current_user" : quoteIdentifier(String(role.rolename));
  const privilege = fieldsOf(object, "AccessPriv");
  if (privilege !== undefined) return quoteIdentifier(String(privilege.priv_name ?? ""));
  const items = isFields(object) && isFields(object.List) ? listOf(object.List.items) : [];
  // A cast is two types; a constraint of a domain is behind its type.
  const types = items.flatMap((item) => (fieldsOf(item, "TypeName") === undefined ? [] : (objectName(item) ?? [])));
  const last = items.at(-1);
  if (types.length > 0)
    return types.length === items.length ? `(${types.join(" as ")})` : quoteIdentifier(stringNode(last) ?? "");
  return spelled(nameFromObject(object));
}

function spelled(name: { readonly schema?: string; readonly name: string } | undefined): string | undefined {
  return name === undefined ? undefined : quoteQualified(name);
}
