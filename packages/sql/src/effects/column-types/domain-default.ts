import type { Grammar } from "../../parse/parse-statement.js";
import { fieldsOf, listOf, type TreeValue } from "../../parse/parse-tree.js";
import type { UserType } from "../picture/picture.js";

/** What a column of a domain without a default of its own gets; read from the catalog's text when somebody asks. */
export function domainDefault(type: UserType | undefined, grammar: Grammar): TreeValue | undefined {
  if (type?.kind !== "domain" || typeof type.default !== "string") return type?.default;
  const select = grammar.statements(`select ${type.default}`)?.[0];
  const value = fieldsOf(listOf(select?.fields.targetList)[0], "ResTarget")?.val;
  if (value !== undefined) type.default = value;
  return value;
}
