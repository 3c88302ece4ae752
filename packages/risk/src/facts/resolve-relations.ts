import type { Answer, BoundedQueries } from "../ask/bounded-queries.js";
import { quoteLiteral } from "../ask/quote-literal.js";
import { parseRelationName } from "../ask/relation-name.js";

/** Names as they were asked for, and the oids they have. */
export interface ResolvedRelations {
  readonly oids: ReadonlyMap<string, string>;
  /** The first name that was asked for each oid. */
  readonly names: ReadonlyMap<string, string>;
  /** All names that were asked for each oid: `orders` and `public.orders` may be one. */
  readonly spellings: ReadonlyMap<string, readonly string[]>;
  readonly missing: readonly string[];
  /** `'{…}'::oid[]`, to be put into a query. */
  readonly oidArray: string;
}

/**
 * Looks names up in the catalogs by joining, never through `regclass`, which locks the relation and raises an error for a
 * schema one may not use.
 */
export async function resolveRelations(
  queries: BoundedQueries,
  relations: readonly string[],
): Promise<Answer<never> | { readonly kind: "resolved"; readonly resolved: ResolvedRelations }> {
  const asked = [...new Set(relations)];
  const parsed = parseNames(asked);
  const answer = await queries.ask<{ asked: string; oid: string }>(resolveQuery(parsed, queries.searchPath));
  if (answer.kind === "refused") return answer;
  const oids = new Map(answer.rows.map((row) => [row.asked, row.oid]));
  const names = new Map([...oids].reverse().map(([name, oid]) => [oid, name]));
  const spellings = new Map([...names.keys()].map((oid) => [oid, [] as string[]]));
  for (const [name, oid] of oids) spellings.get(oid)?.push(name);
  const missing = asked.filter((name) => !oids.has(name));
  const oidArray = `'{${[...names.keys()].join(",")}}'::oid[]`;
  return { kind: "resolved", resolved: { oids, names, spellings, missing, oidArray } };
}

/** What stands for no name is left out: nothing has it. */
export function parseNames(texts: readonly string[]): readonly object[] {
  return [...new Set(texts)].flatMap((text) => {
    const name = parseRelationName(text);
    return name === undefined ? [] : [{ asked: text, ...name }];
  });
}

function resolveQuery(parsed: readonly object[], searchPath: readonly string[]): string {
  return `select a.asked, found.oid::text as oid from ${foundRelations(parsed, searchPath)}`;
}

/** A FROM item: `a.asked` and the oid that name has now, `found.oid`. */
export function foundRelations(parsed: readonly object[], searchPath: readonly string[]): string {
  return `json_to_recordset(${quoteLiteral(JSON.stringify(parsed))}) as a(asked text, schema text, name text)
cross join lateral (
  select c.oid
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  left join json_array_elements_text(${quoteLiteral(JSON.stringify(searchPath))}) with ordinality path(schema, place)
    on path.schema = n.nspname and a.schema is null
  where c.relname = a.name and (n.nspname = a.schema or path.place is not null)
  order by path.place
  limit 1
) found`;
}
