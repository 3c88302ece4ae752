import type { DataRequirement } from "@confiture/model";
import type { BoundedQueries } from "../ask/bounded-queries.js";
import { quoteLiteral } from "../ask/quote-literal.js";
import { unqualified, unquoteIdentifier } from "../ask/relation-name.js";
import { foundRelations, parseNames } from "../facts/resolve-relations.js";

/** What has to be known of a relation before its rows can be asked about. */
export interface CheckedRelation {
  /** Qualified and quoted, whatever the search path. */
  readonly name: string;
  readonly partitioned: boolean;
  /** Quoted; empty without a primary key, and where nobody needs it. */
  readonly primaryKey: readonly string[];
}

/** What a change of type goes from and to, as the catalogs know it. */
export interface CheckedCast {
  readonly from: CheckedType;
  readonly to: CheckedType;
  /** Null without USING. Whether the type that stands in a plain cast there is the new one. */
  readonly sameCast: boolean | null;
  /** Whether PostgreSQL brings what it is given to the new type when it is assigned; null when nobody knows what that is. */
  readonly assignable: boolean | null;
}

export interface CheckedType {
  /** `int4`, `varchar`, …; of a domain the type under it. */
  readonly name: string;
  /** `typcategory`: S for strings, N for numbers. */
  readonly category: string;
  /** True for what PostgreSQL has itself, and without conditions of its own. */
  readonly plain: boolean;
}

export interface CheckedCatalog {
  readonly relations: ReadonlyMap<string, CheckedRelation>;
  /** By the column's place among the requirements: what it is now and what it shall be. */
  readonly types: ReadonlyMap<DataRequirement, CheckedCast>;
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
  const types = new Map<DataRequirement, CheckedCast>();
  for (const one of requirements) {
    const oid = oids.get(one.relation);
    if (one.kind !== "castable" || oid === undefined) continue;
    // One by one: a type that cannot be read refuses the whole query.
    const given = await readGivenType(queries, relations.get(one.relation)!, one);
    const cast = await queries.ask<CheckedCast>(castQuery(oid, one, given), { names: "caller" });
    if (cast.kind === "answered" && cast.rows[0] !== undefined) types.set(one, cast.rows[0]);
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

type Castable = Extract<DataRequirement, { kind: "castable" }>;

/** The type that the expression behind USING gives, asked of a row without values; undefined when that fails. */
async function readGivenType(
  queries: BoundedQueries,
  { name }: CheckedRelation,
  { using, column }: Castable,
): Promise<string | undefined> {
  const query = `select pg_catalog.pg_typeof((${using ?? column}
))::pg_catalog.oid::text as oid from (select (null::${name}).*) as ${unqualified(name)} limit 1`;
  const answer = await queries.ask<{ oid: string }>(query, { names: "caller" });
  return answer.kind === "answered" ? answer.rows[0]?.oid : undefined;
}

/** A text without a type yet becomes what it is assigned to. */
const unknownType = "705";

/**
 * Both types without their domains, and the way between them (`find_coercion_pathway` for an assignment): the same type,
 * anything to a string, a cast in `pg_cast`, or elements of arrays that have one of these.
 */
function castQuery(oid: string, { column, type, using }: Castable, given: string | undefined): string {
  const cast = using === undefined ? undefined : plainCast(using, column);
  const sameCast =
    using === undefined
      ? "null::bool"
      : cast === undefined
        ? "false"
        : `coalesce(pg_catalog.to_regtype(${quoteLiteral(cast)}) = p.next, false)`;
  const describe = (alias: string, given: string) =>
    `pg_catalog.json_build_object('name', ${alias}.typname, 'category', ${alias}.typcategory,
    'plain', ${alias}.oid = ${given} and (${alias}.typtype = 'e' or ${alias}.typtype = 'b' and ${alias}.oid < 16384))`;
  const assigned = (from: string, to: string) =>
    `${from} = ${to} or exists (
    select from pg_catalog.pg_cast c where c.castsource = ${from} and c.casttarget = ${to} and c.castcontext in ('a', 'i')
  )`;
  return `
with recursive pair as (
  select a.atttypid as old, ${given ?? "a.atttypid"}::pg_catalog.oid as given, pg_catalog.to_regtype(${quoteLiteral(type)})::pg_catalog.oid as next
  from pg_catalog.pg_attribute a
  where a.attrelid = ${oid} and not a.attisdropped and a.attname = ${quoteLiteral(unquoteIdentifier(column))}
), below as (
  select t.oid as domain, t.oid, t.typbasetype
  from pair p join pg_catalog.pg_type t on t.oid in (p.old, p.given, p.next)
  union all
  select b.domain, t.oid, t.typbasetype from below b join pg_catalog.pg_type t on t.oid = b.typbasetype
)
select ${describe("was", "p.old")} as "from", ${describe("becomes", "p.next")} as "to", ${sameCast} as "sameCast",
  ${given === undefined ? "null::bool and (" : given === unknownType ? "true or (" : "("}becomes.typcategory = 'S' or ${assigned("given.oid", "becomes.oid")} or given.typcategory = 'A' and becomes.typcategory = 'A'
    and (${assigned("given.typelem", "becomes.typelem")} or exists (
      select from pg_catalog.pg_type e where e.oid = becomes.typelem and e.typcategory = 'S'
    ))) as assignable
from pair p
join below old on old.domain = p.old and old.typbasetype = 0
join pg_catalog.pg_type was on was.oid = old.oid
join below expression on expression.domain = p.given and expression.typbasetype = 0
join pg_catalog.pg_type given on given.oid = expression.oid
join below next on next.domain = p.next and next.typbasetype = 0
join pg_catalog.pg_type becomes on becomes.oid = next.oid
limit 1`;
}

const severalWords =
  "double\\s+precision|(?:character|bit)\\s+varying|(?:timestamp|time)\\s+with(?:out)?\\s+time\\s+zone";

/** The type in `column::type` and `CAST(column AS type)`, when there is nothing else in it and no length. */
function plainCast(using: string, column: string): string | undefined {
  const text = using
    .trim()
    .replace(/^\((.*)\)$/s, "$1")
    .trim();
  const name = String.raw`\(?\s*${column.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\s*\)?`;
  const type = String.raw`((?:${severalWords}|[\p{L}_][\p{L}\p{N}_$.]*|"[^"]+")(?:\[\])?)`;
  const cast = new RegExp(`^(?:${name}\\s*::\\s*${type}|cast\\s*\\(\\s*${name}\\s+as\\s+${type}\\s*\\))$`, "iu").exec(
    text,
  );
  return cast?.[1] ?? cast?.[2];
}
