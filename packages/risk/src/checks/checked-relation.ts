import type { DataRequirement } from "@confiture/model";
import type { BoundedQueries } from "../ask/bounded-queries.js";
import { quoteLiteral } from "../ask/quote-literal.js";
import { unquoteIdentifier } from "../ask/relation-name.js";
import { resolveRelations } from "../facts/resolve-relations.js";

/** What has to be known of a relation before its rows can be asked about. */
export interface CheckedRelation {
  /** Qualified and quoted, whatever the search path. */
  readonly name: string;
  readonly partitioned: boolean;
  /** Quoted; empty without a primary key. */
  readonly primaryKey: readonly string[];
}

/** A type as the catalogs know it. */
export interface CheckedType {
  /** `int4`, `varchar`, …. */
  readonly name: string;
  /** `typcategory`: S for strings, N for numbers. */
  readonly category: string;
}

export interface CheckedCatalog {
  readonly relations: ReadonlyMap<string, CheckedRelation>;
  /** By the column's place among the requirements: what it is now and what it shall be. */
  readonly types: ReadonlyMap<DataRequirement, { readonly from: CheckedType; readonly to: CheckedType }>;
}

/** Looks up all relations and types of the requirements; a sentence when that cannot be done. */
export async function readCheckedCatalog(
  queries: BoundedQueries,
  requirements: readonly DataRequirement[],
): Promise<CheckedCatalog | string> {
  const names = requirements.flatMap((one) =>
    one.kind === "foreign_key" ? [one.relation, one.references] : [one.relation],
  );
  const found = await resolveRelations(queries, names);
  if (found.kind !== "resolved") return found.kind === "refused" ? found.because : "no answer";
  const { oids, oidArray } = found.resolved;
  const answer = await queries.ask<CheckedRelation & { oid: string }>(relationsQuery(oidArray));
  if (answer.kind === "refused") return answer.because;
  const byOid = new Map(answer.rows.map(({ oid, ...relation }) => [oid, relation]));
  const relations = new Map([...oids].map(([name, oid]) => [name, byOid.get(oid)!]));
  const types = new Map<DataRequirement, { from: CheckedType; to: CheckedType }>();
  for (const one of requirements) {
    const oid = oids.get(one.relation);
    if (one.kind !== "castable" || oid === undefined) continue;
    // One by one: a type that cannot be read refuses the whole query.
    const pair = await queries.ask<{ from: CheckedType; to: CheckedType }>(typesQuery(oid, one.column, one.type), {
      names: "caller",
    });
    if (pair.kind === "answered" && pair.rows[0] !== undefined) types.set(one, pair.rows[0]);
  }
  return { relations, types };
}

function relationsQuery(oidArray: string): string {
  return `
select c.oid::text as oid, format('%I.%I', n.nspname, c.relname) as name, c.relkind = 'p' as partitioned,
  coalesce((
    select json_agg(quote_ident(a.attname) order by k.place)
    from pg_index i
    cross join unnest(i.indkey::int2[]) with ordinality k(attnum, place)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
    where i.indrelid = c.oid and i.indisprimary and k.place <= i.indnkeyatts
  ), '[]') as "primaryKey"
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.oid = any (${oidArray})`;
}

function typesQuery(oid: string, column: string, type: string): string {
  const describe = (alias: string) =>
    `pg_catalog.json_build_object('name', ${alias}.typname, 'category', ${alias}.typcategory)`;
  return `
select ${describe("was")} as "from", ${describe("becomes")} as "to"
from pg_catalog.pg_attribute a
join pg_catalog.pg_type was on was.oid = a.atttypid
join pg_catalog.pg_type becomes on becomes.oid = pg_catalog.to_regtype(${quoteLiteral(type)})
where a.attrelid = ${oid} and not a.attisdropped and a.attname = ${quoteLiteral(unquoteIdentifier(column))}`;
}
