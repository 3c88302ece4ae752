import type { QualifiedName } from "@confiture/model";
import { keywords } from "./keywords.js";

/** A name as SQL: bare where PostgreSQL 13–18 would read it back as it is, in double quotes otherwise. */
export function quoteIdentifier(name: string): string {
  const isPlain = /^[a-z_][a-z0-9_$]*$/.test(name) && !keywords.has(name);
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

/** `schema.name`, or the name alone where no schema is given. */
export function quoteQualified(name: QualifiedName): string {
  const own = quoteIdentifier(name.name);
  return name.schema === undefined ? own : `${quoteIdentifier(name.schema)}.${own}`;
}
