/** The part behind the schema: `public."a.b"` is `"a.b"`. */
export function unqualified(name: string): string {
  const schema = /^(?:"(?:[^"]|"")*"|[^".]+)\./.exec(name)?.[0] ?? "";
  return name.slice(schema.length);
}
