/** A name taken apart and folded, as it stands in the catalogs. */
export interface RelationName {
  readonly schema: string | null;
  readonly name: string;
}

const part = String.raw`(?:"(?:[^"]|"")+"|[^\s".]+)`;
const qualified = new RegExp(`^(?:(${part})\\.)?(${part})$`);

/** Takes a name as SQL spells it apart; undefined for what is no name of one or two parts. */
export function parseRelationName(text: string): RelationName | undefined {
  const match = qualified.exec(text.trim());
  if (match === null) return undefined;
  return { schema: match[1] === undefined ? null : unquoteIdentifier(match[1]), name: unquoteIdentifier(match[2]!) };
}

/** What an identifier as SQL spells it is in the catalogs. */
export function unquoteIdentifier(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
}

/** The name without its schema, as SQL spells it. */
export function unqualified(relation: string): string {
  return qualified.exec(relation.trim())?.[2] ?? relation;
}
