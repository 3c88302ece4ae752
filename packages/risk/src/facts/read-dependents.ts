import type { BoundedQueries } from "../ask/bounded-queries.js";
import { quoteLiteral } from "../ask/quote-literal.js";
import type { ResolvedRelations } from "./resolve-relations.js";
import type { DependentFacts, ForeignKeyFacts, TriggerFacts } from "./risk-facts.js";

export interface DependentsRead {
  readonly foreignKeys: readonly ForeignKeyFacts[] | null;
  readonly triggers: readonly TriggerFacts[] | null;
  readonly views: readonly DependentFacts[] | null;
  readonly functions: readonly DependentFacts[] | null;
  readonly notInspected: readonly string[];
}

/** What hangs on the relations, in one query for each kind. */
export async function readDependents(queries: BoundedQueries, resolved: ResolvedRelations): Promise<DependentsRead> {
  const { names, spellings, oidArray } = resolved;
  const notInspected: string[] = [];
  async function read<Row>(what: string, query: string): Promise<readonly Row[] | null> {
    const answer = await queries.ask<Row>(query);
    if (answer.kind === "answered") return answer.rows;
    notInspected.push(`${what} of the relations: ${answer.because}`);
    return null;
  }
  const named = <Row extends { readonly relation: string }>(rows: readonly Row[] | null) =>
    rows?.flatMap((row) => spellings.get(row.relation)!.map((relation) => ({ ...row, relation }))) ?? null;
  const foreignKeys = await read<ForeignKeyRow>("the foreign keys", foreignKeysQuery(oidArray));
  const triggers = await read<TriggerFacts>("the triggers", triggersQuery(oidArray));
  const views = await read<DependentFacts>("the views", viewsQuery(oidArray));
  const functions = await read<DependentFacts>("the functions that mention one", functionsQuery(oidArray));
  return {
    foreignKeys:
      foreignKeys?.map(({ fromOid, toOid, ...key }) => ({
        ...key,
        from: names.get(fromOid) ?? key.from,
        to: names.get(toOid) ?? key.to,
      })) ?? null,
    triggers: named(triggers),
    views: named(views),
    functions: named(functions),
    notInspected,
  };
}

interface ForeignKeyRow extends ForeignKeyFacts {
  readonly fromOid: string;
  readonly toOid: string;
}

/** to_jsonb() reads `conenforced` and `conperiod` where the server has those columns (18), and nothing where it has not. */
function foreignKeysQuery(oidArray: string): string {
  const columns = (relation: string, keys: string) => `(
    select json_agg(quote_ident(a.attname) order by k.place)
    from unnest(${keys}) with ordinality k(attnum, place)
    join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.attnum)`;
  return `
select quote_ident(con.conname) as constraint,
  con.conrelid::text as "fromOid", format('%I.%I', fn.nspname, f.relname) as from,
  ${columns("con.conrelid", "con.conkey")} as columns,
  con.confrelid::text as "toOid", format('%I.%I', tn.nspname, t.relname) as to,
  ${columns("con.confrelid", "con.confkey")} as "referencedColumns",
  case con.confmatchtype when 'f' then 'full' when 'p' then 'partial' else 'simple' end as match,
  con.convalidated as validated,
  coalesce((to_jsonb(con) ->> 'conenforced')::boolean, true) as enforced,
  coalesce((to_jsonb(con) ->> 'conperiod')::boolean, false) as period
from pg_constraint con
join pg_class f on f.oid = con.conrelid
join pg_namespace fn on fn.oid = f.relnamespace
join pg_class t on t.oid = con.confrelid
join pg_namespace tn on tn.oid = t.relnamespace
where con.contype = 'f' and con.conparentid = 0
  and (con.conrelid = any (${oidArray}) or con.confrelid = any (${oidArray}))
order by 3, 1`;
}

function triggersQuery(oidArray: string): string {
  return `
select quote_ident(tgname) as trigger, tgrelid::text as relation, tgenabled <> 'D' as enabled
from pg_trigger
where tgrelid = any (${oidArray}) and not tgisinternal and tgparentid = 0
order by 2, 1`;
}

function viewsQuery(oidArray: string): string {
  const usedBy = `
  join pg_depend d on d.refobjid = %s and d.refclassid = 'pg_class'::regclass and d.classid = 'pg_rewrite'::regclass
  join pg_rewrite r on r.oid = d.objid and r.ev_class <> d.refobjid
  join pg_class v on v.oid = r.ev_class and v.relkind in ('v', 'm')`;
  return `
with recursive uses as (
  select c.oid as relation, r.ev_class as view
  from pg_class c ${usedBy.replace("%s", "c.oid")}
  where c.oid = any (${oidArray})
  union
  select u.relation, r.ev_class
  from uses u ${usedBy.replace("%s", "u.view")}
)
select format('%I.%I', n.nspname, c.relname) as name, u.relation::text as relation
from uses u
join pg_class c on c.oid = u.view
join pg_namespace n on n.oid = c.relnamespace
order by 2, 1`;
}

/** Everything that ends a word; cheaper than a regular expression by far. */
const punctuation = "\n\r\t.,;:()[]{}'=<>+-*/%|&!?@#^~`\"\\";

/**
 * Bodies are texts to PostgreSQL, so a name that stands in one is a mention; it may mean something else. Names that need
 * quotes are looked for with them. Bodies of BEGIN ATOMIC leave dependencies, which are asked for as well.
 */
function functionsQuery(oidArray: string): string {
  const blanks = " ".repeat(punctuation.length);
  return `
with asked as materialized (
  select oid, relname::text as name, quote_ident(relname) as spelled from pg_class where oid = any (${oidArray})
), bodies as materialized (
  select p.oid, p.proname, p.pronamespace, p.prosrc
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  join pg_language l on l.oid = p.prolang
  where n.nspname not in ('pg_catalog', 'information_schema') and l.lanname not in ('c', 'internal')
    and not exists (
      select from pg_depend e
      where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e'
    )
), words as (
  select distinct b.oid, word
  from bodies b
  cross join lateral unnest(string_to_array(translate(lower(b.prosrc), ${quoteLiteral(punctuation)}, ${quoteLiteral(blanks)}), ' ')) word
), mentions as (
  select w.oid, a.oid as relation from words w join asked a on a.name = w.word and a.name = a.spelled
  union
  select b.oid, a.oid from asked a join bodies b on strpos(b.prosrc, a.spelled) > 0 where a.name <> a.spelled
  union
  select d.objid, a.oid
  from asked a
  join pg_depend d on d.refobjid = a.oid and d.refclassid = 'pg_class'::regclass and d.classid = 'pg_proc'::regclass
)
select format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as name,
  m.relation::text as relation
from mentions m
join pg_proc p on p.oid = m.oid
join pg_namespace n on n.oid = p.pronamespace
order by 2, 1`;
}
