import type { AnomalyName } from "@confiture/model";

/**
 * Anomalies that the catalogs and the server's statistics show, for all relations at once. Each query answers `object`,
 * `severity` and `evidence`; a severity of null says that the object could not be judged, and `evidence.because` why.
 */
export interface CatalogSearch {
  readonly name: AnomalyName;
  /** As in "could not look for …". */
  readonly what: string;
  query(oidArray: string): string;
}

const tableName = "format('%I.%I', n.nspname, c.relname)";

const tables = (oidArray: string) => `
  select c.*, ${tableName} as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.oid = any (${oidArray})`;

/** The planner may ask it of a relation before the join has told that it is a sequence. */
const mayRead =
  "case when c.relkind = 'S' then has_sequence_privilege(c.oid, 'USAGE') or has_sequence_privilege(c.oid, 'SELECT') else false end";

/** Sequences that fill a column of the relations, or are among them; what a role may not read has no last value. */
const sequences = (oidArray: string) => `
  select s.*, format('%I.%I', n.nspname, c.relname) as name, format('%I.%I', tn.nspname, t.relname) as table_name,
    quote_ident(a.attname) as column_name, t.reltuples, t.relpages,
    ${mayRead} as readable,
    case when ${mayRead} then pg_sequence_last_value(c.oid) end as last_value,
    case when s.seqincrement > 0
      then least(s.seqmax, case a.atttypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647 else s.seqmax end)
      else greatest(s.seqmin, case a.atttypid when 'int2'::regtype then -32768 when 'int4'::regtype then -2147483648 else s.seqmin end)
      end as last_possible
  from pg_sequence s
  join pg_class c on c.oid = s.seqrelid
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.seqrelid and d.deptype in ('a', 'i')
    and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
  left join pg_class t on t.oid = d.refobjid
  left join pg_namespace tn on tn.oid = t.relnamespace
  left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  where d.refobjid = any (${oidArray}) or s.seqrelid = any (${oidArray})`;

export const catalogSearches: readonly CatalogSearch[] = [
  {
    name: "invalid_index",
    what: "invalid indexes",
    query: (oidArray) => `
select ${tableName} as object,
  case when i.indisunique then 'high' else 'medium' end as severity,
  json_build_object('table', t.name, 'unique', i.indisunique, 'maintained', i.indisready,
    'maybeBeingBuilt', exists (
      select from pg_locks l
      where l.relation = i.indrelid and l.mode = 'ShareUpdateExclusiveLock' and l.granted and l.pid <> pg_backend_pid()
    )) as evidence
from (${tables(oidArray)}) t
join pg_index i on i.indrelid = t.oid
join pg_class c on c.oid = i.indexrelid
join pg_namespace n on n.oid = c.relnamespace
where not i.indisvalid
order by 1`,
  },
  {
    name: "not_valid_constraint",
    what: "constraints that are not valid",
    // A constraint that is not enforced (18) never is valid, and is meant so.
    query: (oidArray) => `
select t.name as object, 'medium' as severity,
  json_build_object('constraint', quote_ident(con.conname), 'type',
    case con.contype when 'f' then 'foreign key' when 'n' then 'not null' else 'check' end) as evidence
from (${tables(oidArray)}) t
join pg_constraint con on con.conrelid = t.oid
where not con.convalidated and con.conparentid = 0 and coalesce((to_jsonb(con) ->> 'conenforced')::boolean, true)
order by 1, con.conname`,
  },
  {
    name: "disabled_trigger",
    what: "disabled triggers",
    query: (oidArray) => `
select t.name as object, case when bool_or(g.tgisinternal) then 'high' else 'medium' end as severity,
  json_build_object('trigger', case when bool_or(g.tgisinternal) then 'all' else quote_ident(min(g.tgname)) end,
    'guardsForeignKeys', bool_or(g.tgisinternal)) as evidence
from (${tables(oidArray)}) t
join pg_trigger g on g.tgrelid = t.oid and g.tgenabled = 'D' and g.tgparentid = 0
group by t.name, case when g.tgisinternal then '' else g.tgname end
order by 1`,
  },
  {
    name: "sequence_exhaustion",
    what: "sequences that run out",
    query: (oidArray) => `
with used as (
  select s.*, abs(last_value::numeric - (case when seqincrement > 0 then least(seqmin, seqstart) else greatest(seqmax, seqstart) end))
    / nullif(abs(last_possible::numeric - (case when seqincrement > 0 then least(seqmin, seqstart) else greatest(seqmax, seqstart) end)), 0) as share
  from (${sequences(oidArray)}) s
  where not seqcycle
)
select name as object,
  case when not readable then null when share >= 0.95 then 'critical' when share >= 0.85 then 'high' else 'medium' end as severity,
  case when not readable then json_build_object('because', 'this role may not read it')
    else json_build_object('used', round(share, 4), 'table', table_name, 'column', column_name,
      'remaining', trunc(abs(last_possible::numeric - last_value) / abs(seqincrement))) end as evidence
from used
where not readable or share >= 0.7
order by 1`,
  },
  {
    name: "sequence_gaps",
    what: "gaps in sequences",
    query: (oidArray) => `
with consumed as (
  select s.*, trunc(abs(last_value::numeric - seqstart) / abs(seqincrement)) + 1 as numbers
  from (${sequences(oidArray)}) s
  where readable and relpages > 0 and reltuples > 0
)
select name as object, 'low' as severity,
  json_build_object('numbersUsed', numbers, 'rows', reltuples::bigint, 'table', table_name, 'column', column_name) as evidence
from consumed
where numbers > 10000 and numbers > 10 * reltuples
order by 1`,
  },
  {
    name: "bloat",
    what: "bloat",
    // Rows times their width as the statistics know it, against the pages there were when they were counted. Where this role
    // may not see the widths, the share of dead rows stands in. Line pointers, alignment and fill factor are in the sum.
    query: (oidArray) => `
with widths as (
  select t.oid, t.name, t.relpages::numeric as pages, greatest(t.reltuples, 0)::numeric as rows,
    current_setting('block_size')::numeric as page,
    coalesce((select split_part(o, '=', 2)::numeric from unnest(t.reloptions) o where o like 'fillfactor=%'), 100) as fill,
    pg_stat_get_live_tuples(t.oid) as live, pg_stat_get_dead_tuples(t.oid) as dead,
    (select count(*) from pg_attribute a where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped) as columns,
    s.known, s.width
  from (${tables(oidArray)}) t
  join pg_namespace n on n.oid = t.relnamespace
  left join lateral (
    select count(*) as known, sum((1 - null_frac) * avg_width)::numeric as width
    from pg_stats st where st.schemaname = n.nspname and st.tablename = t.relname and not st.inherited
  ) s on true
  where t.relkind in ('r', 'm') and t.relpages > 128
), expected as (
  select *, case when known = columns then 'widths of pg_stats' else 'dead rows as the server counts them' end as method,
    case when known = columns then ceil(rows * (28 + ceil((width + 4) / 8) * 8) / ((page - 24) * fill / 100))
      when live + dead > 0 then ceil(pages * live / (live + dead)) end as needed
  from widths
), wasted as (
  select *, pages - needed as spare, (pages - needed) / pages as share from expected
)
select name as object,
  case when needed is null then null when spare * page > 10 * 2 ^ 30 then 'high' when spare * page > 100 * 2 ^ 20 then 'medium' else 'low' end as severity,
  case when needed is null then json_build_object('because', 'there are no statistics of it')
    else json_build_object('heapBytes', pages * page, 'spareBytes', spare * page, 'share', round(share, 3), 'deadRows', dead, 'method', method) end as evidence
from wasted
where needed is null or share > 0.5
order by 1`,
  },
  {
    name: "stale_statistics",
    what: "old statistics",
    query: (oidArray) => `
select t.name as object, 'low' as severity,
  json_build_object('modifiedRows', pg_stat_get_mod_since_analyze(t.oid), 'rowsThen', greatest(t.reltuples, 0)::bigint,
    'analyzed', coalesce(pg_stat_get_last_analyze_time(t.oid), pg_stat_get_last_autoanalyze_time(t.oid)) is not null) as evidence
from (${tables(oidArray)}) t
where t.relkind in ('r', 'm')
  and pg_stat_get_mod_since_analyze(t.oid) > 1000 + 0.5 * greatest(t.reltuples, 0)
order by 1`,
  },
  {
    name: "transaction_id_age",
    what: "tables near transaction id wraparound",
    query: (oidArray) => `
with ages as (
  select t.name, greatest(age(t.relfrozenxid), coalesce(age(toast.relfrozenxid), 0)) as age,
    least(current_setting('autovacuum_freeze_max_age')::numeric,
      (select split_part(o, '=', 2)::numeric from unnest(t.reloptions) o where o like 'autovacuum_freeze_max_age=%')) as due
  from (${tables(oidArray)}) t
  left join pg_class toast on toast.oid = t.reltoastrelid
  where t.relkind in ('r', 'm')
)
select name as object,
  case when age > 1900000000 then 'critical' when age > 1000000000 then 'high' else 'medium' end as severity,
  json_build_object('age', age, 'dueAt', due) as evidence
from ages
where age > due
order by 1`,
  },
];
