import { fieldsOf, isFields, listOf, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";

/** A type as SQL that reads back as the same `TypeName`. */
export function spellType(typeName: TreeFields): string {
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
  return `${names.join(".")}${suffix}${listOf(typeName.arrayBounds)
    .map(() => "[]")
    .join("")}`;
}
