import { fieldsOf, isFields, listOf, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { nameFromParts } from "../../parse/read-names.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { Picture } from "../picture/picture.js";

/** A type as SQL that reads back as the same type wherever the search path leads later. */
export function spellType(typeName: TreeFields, picture: Picture): string {
  const names = listOf(typeName.names).flatMap((part) => {
    const text = isFields(part) && isFields(part.String) ? stringOf(part.String.sval) : undefined;
    return text === undefined ? [] : quoteIdentifier(text);
  });
  const modifier = listOf(typeName.typmods).flatMap((one) => {
    const constant = fieldsOf(one, "A_Const");
    return isFields(constant?.ival) ? [String(constant.ival.ival ?? 0)] : [];
  });
  const isInterval = names.at(-1) === "interval";
  const suffix = modifier.length === 0 || isInterval ? "" : `(${modifier.join(",")})`;
  const user = picture.findType(nameFromParts(listOf(typeName.names)) ?? { name: "" });
  const bare = nameFromParts(listOf(typeName.names))?.name ?? "";
  // `char` and `"char"` are two types; no other built-in name needs quotes.
  const builtin = names.length === 2 && names[0] === "pg_catalog" && bare !== "char" ? bare : undefined;
  return `${user?.key ?? builtin ?? names.join(".")}${suffix}${listOf(typeName.arrayBounds)
    .map(() => "[]")
    .join("")}`;
}
