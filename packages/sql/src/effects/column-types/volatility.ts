import { listOf, type TreeValue, walkTree } from "../../parse/parse-tree.js";
import { nameFromParts } from "../../parse/read-names.js";
import { settledFunctions, volatileFunctions } from "../facts/builtin-names.js";
import type { Picture } from "../picture/picture.js";

export interface Volatility {
  readonly isVolatile: boolean;
  /** Functions that neither the server's own list nor the picture knows. */
  readonly unknown: readonly string[];
}

/**
 * Whether an expression gives a value of its own for each row, judged by the functions it calls. Of a function nobody
 * knows PostgreSQL's default is believed, which is VOLATILE. Operators and casts of built-in types are never volatile.
 */
export function volatilityOf(expression: TreeValue | undefined, picture: Picture): Volatility {
  let isVolatile = false;
  const unknown: string[] = [];
  for (const { tag, fields } of walkTree(expression)) {
    if (tag !== "FuncCall") continue;
    const name = nameFromParts(listOf(fields.funcname));
    if (name === undefined) continue;
    const own = picture.findFunctions(name);
    const isBuiltin = name.schema === "pg_catalog" || (name.schema === undefined && own.length === 0);
    if (isBuiltin && volatileFunctions.has(name.name)) isVolatile = true;
    else if (isBuiltin && settledFunctions.has(name.name)) continue;
    else if (own.length > 0) isVolatile ||= own.some(({ volatility }) => volatility === "volatile");
    else {
      isVolatile = true;
      unknown.push([name.schema, name.name].filter((part) => part !== undefined).join("."));
    }
  }
  return { isVolatile, unknown };
}
