import type { QualifiedName } from "@confiture/model";

/** The name that a text such as `public."Order"` is when PostgreSQL reads it as one; undefined when it is none. */
export function nameInText(text: string | undefined): QualifiedName | undefined {
  const parts = text?.match(/"(?:[^"]|"")+"|[^.\s"()]+/g)?.map(readPart) ?? [];
  const name = parts.at(-1);
  if (name === undefined) return undefined;
  const schema = parts.at(-2);
  return schema === undefined ? { name } : { schema, name };
}

function readPart(part: string): string {
  return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase();
}
