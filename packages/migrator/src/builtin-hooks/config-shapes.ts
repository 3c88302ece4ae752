import { parseDuration, type YamlSchema, type ZodNamespace } from "@confiture/config";
import type { QualifiedName } from "@confiture/model";
import { quoteQualified } from "@confiture/sql";

const part = `(?:"(?:[^"]|"")+"|[A-Za-z_\\u0080-\\uffff][A-Za-z0-9_$\\u0080-\\uffff]*)`;
const nameShape = new RegExp(`^(?:(${part})\\.)?(${part})$`);

/** A name as SQL spells it (`orders`, `shop.orders`, `"Order"`) → its parts; unquoted letters are lower case, as PostgreSQL reads them. */
export function parseName(written: string): QualifiedName | undefined {
  const [, schema, name] = nameShape.exec(written.trim()) ?? [];
  if (name === undefined) return undefined;
  return { ...(schema === undefined ? {} : { schema: unquoted(schema) }), name: unquoted(name) };
}

function unquoted(written: string): string {
  return written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toLowerCase();
}

/** A name of a relation; the value is quoted, ready to stand in SQL. */
export function relationName(z: ZodNamespace): YamlSchema<string> {
  return z.string().transform((written, context): string => {
    const name = parseName(written);
    if (name !== undefined) return quoteQualified(name);
    context.addIssue({ code: "custom", message: "must be a name as SQL spells it: `orders` or `shop.orders`" });
    return "";
  });
}

/** A name of a column; the value is quoted. */
export function columnName(z: ZodNamespace): YamlSchema<string> {
  return z.string().transform((written, context): string => {
    const name = parseName(written);
    if (name !== undefined && name.schema === undefined) return quoteQualified(name);
    context.addIssue({ code: "custom", message: "must be a name of a column as SQL spells it" });
    return "";
  });
}

/** `500ms`, `2s`, `5m`, `1h`, or milliseconds; the value is milliseconds. */
export function duration(z: ZodNamespace): YamlSchema<number> {
  return z.unknown().transform((written, context): number => {
    const ms = parseDuration(written);
    if (ms !== undefined) return ms;
    context.addIssue({ code: "custom", message: "must be a time: `500ms`, `2s`, `5m`, `1h` or milliseconds" });
    return 0;
  });
}

/** SQL; what the grammar says of it is told by the row's `sql`. */
export function sqlText(z: ZodNamespace): YamlSchema<string> {
  return z.string().refine((text) => text.trim() !== "", { error: "must hold SQL" });
}
