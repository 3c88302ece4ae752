import type { AnnotatedObject } from "@confiture/model";
import { cutLastPart, respell, spellTransform } from "../name-parts.js";

/** What COMMENT ON and SECURITY LABEL ON call it: `column shop.orders.id`, `constraint positive on domain shop.price`. */
export function annotatedWords({ kind, name }: AnnotatedObject): string {
  switch (kind) {
    case "table column":
    case "view column":
    case "materialized view column":
    case "foreign table column":
    case "composite type column":
      return `column ${name}`;
    case "table constraint":
      return `constraint ${name}`;
    case "domain constraint":
      return `constraint ${respell(name, " on ", " on domain ")}`;
    case "statistics object":
      return `statistics ${name}`;
    case "foreign-data wrapper":
      return `foreign data wrapper ${name}`;
    case "aggregate":
      // Only here the grammar wants a star for no arguments.
      return `aggregate ${name.replace(/\(\)$/, "(*)")}`;
    case "transform":
      return `transform ${spellTransform(name)}`;
    default:
      return `${kind} ${name}`;
  }
}

/** What GRANT … ON calls it. A column's privileges are granted on its table. */
export function grantedWords({ kind, name }: AnnotatedObject): string {
  switch (kind) {
    case "column":
      return `table ${cutLastPart(name)[0]}`;
    case "view":
    case "materialized view":
    case "foreign table":
      return `table ${name}`;
    case "aggregate":
      return `function ${name}`;
    case "foreign-data wrapper":
      return `foreign data wrapper ${name}`;
    default:
      return `${kind} ${name}`;
  }
}
