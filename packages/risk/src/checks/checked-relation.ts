import type { DataRequirement } from "@confiture/model";
import type { BoundedQueries } from "../ask/bounded-queries.js";
import { quoteLiteral } from "../ask/quote-literal.js";
import { unquoteIdentifier } from "../ask/relation-name.js";
import { foundRelations, parseNames } from "../facts/resolve-relations.js";

/** What has to be known of a relation before its rows can be asked about. */
export interface CheckedRelation {
  /** Qualified and quoted, whatever the search path. */
  readonly name: string;
  readonly partitioned: boolean;
  /** Quoted; empty without a primary key, and where nobody needs it. */
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
  keys: "ctid" | "primary_key",
): Promise<CheckedCatalog | string> {
  const names = requirements.flatMap((one) =>
    one.kind === "foreign_key" ? [one.relation, one.references] : [one.relation],
  );
  const needsKeys = keys === "primary_key" || requirements.some(refersToPrimaryKey);
  const answer = await queries.ask<CheckedRelation & { asked: string; oid: string }>(
    relationsQuery(foundRelations(parseNames(names), queries.searchPath), needsKeys),
  );
  if (answer.kind === "refused") return answer.because;
  const oids = new Map(answer.rows.map(({ asked, oid }) => [asked, oid]));
  const relations = new Map(answer.rows.map(({ asked, oid, ...relation }) => [asked, relation]));
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

function refersToPrimaryKey(requirement: DataRequirement): boolean {
  return requirement.kind === "foreign_key" && requirement.referencedColumns === undefined;
}

function relationsQuery(found: string, needsKeys: boolean): string {
  const keys = `coalesce((
    select json_agg(quote_ident(a.attname) order by k.place)
    from pg_index i
    cross join unnest(i.indkey::int2[]) with ordinality k(attnum, place)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
    where i.indrelid = c.oid and i.indisprimary and k.place <= i.indnkeyatts
  ), '[]')`;
  return `
select a.asked, c.oid::text as oid, format('%I.%I', n.nspname, c.relname) as name, c.relkind = 'p' as partitioned,
  ${needsKeys ? keys : "json_build_array()"} as "primaryKey"
from ${found}
join pg_class c on c.oid = found.oid
join pg_namespace n on n.oid = c.relnamespace`;
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
