import type { BoundedQueries } from "../ask/bounded-queries.js";
import { readAllColumnFacts } from "./read-all-column-facts.js";
import type { ColumnFacts, IndexFacts, RelationFacts } from "./relation-facts.js";
import type { ResolvedRelations } from "./resolve-relations.js";

export interface RelationsRead {
  readonly relations: readonly RelationFacts[];
  readonly notInspected: readonly string[];
}

/** Sizes, rows, indexes and columns of all relations in three queries. */
export async function readRelationFacts(queries: BoundedQueries, resolved: ResolvedRelations): Promise<RelationsRead> {
  const { names, oidArray } = resolved;
  const sizes = await queries.ask<SizeRow>(sizesQuery(oidArray));
  if (sizes.kind === "refused") {
    return { relations: [], notInspected: [`the sizes of the relations: ${sizes.because}`] };
  }
  const indexes = await queries.ask<IndexRow>(indexesQuery(oidArray));
  const { columns, ...columnsRead } = await readAllColumnFacts(queries, resolved);
  const byTable = new Map<string, IndexFacts[]>();
  for (const { table, ...index } of indexes.kind === "answered" ? indexes.rows : []) {
    byTable.set(table, [...(byTable.get(table) ?? []), { ...index, bytes: Number(index.bytes) }]);
  }
  const within = new Map(
    sizes.rows.flatMap(({ oid, members }) => (members ?? []).map((member) => [member, names.get(oid)!] as const)),
  );
  return {
    // A size that nobody knows is left out: as 0 it would make everything about it harmless.
    relations: sizes.rows.flatMap((row) =>
      row.unsized
        ? []
        : underEachName(resolved.spellings.get(row.oid), toFacts(row, { names, byTable, within, columns })),
    ),
    notInspected: [
      ...(indexes.kind === "refused" ? [`the indexes of the relations: ${indexes.because}`] : []),
      ...columnsRead.notInspected,
      ...sizes.rows
        .filter(({ locked }) => locked)
        .map(({ oid, unsized }) =>
          unsized
            ? `the size of ${names.get(oid)}: an exclusive lock is on it, and nobody ever counted its pages`
            : `the size of ${names.get(oid)} now: an exclusive lock is on it, so its last statistics are told`,
        ),
    ],
  };
}

/** The same facts under every name that was asked for, said to be within the first: nothing is added up twice. */
function underEachName(spellings: readonly string[] = [], facts: RelationFacts): readonly RelationFacts[] {
  const others = spellings.filter((name) => name !== facts.relation);
  return [facts, ...others.map((relation) => ({ ...facts, relation, within: facts.relation }))];
}

interface Found {
  readonly names: ReadonlyMap<string, string>;
  readonly byTable: ReadonlyMap<string, readonly IndexFacts[]>;
  readonly within: ReadonlyMap<string, string>;
  readonly columns: ReadonlyMap<string, readonly ColumnFacts[]>;
}

function toFacts(row: SizeRow, { names, byTable, within, columns }: Found): RelationFacts {
  const [heapBytes, rows] = [Number(row.heapBytes), Math.round(Number(row.rows))];
  const parent = within.get(row.oid);
  const columnFacts = columns.get(row.oid);
  return {
    relation: names.get(row.oid)!,
    kind: row.kind,
    heapBytes,
    toastBytes: Number(row.toastBytes),
    rows,
    rowWidth: rows > 0 && heapBytes > 0 ? heapBytes / rows : Number(row.typeWidth),
    columns: row.columns,
    indexes: byTable.get(row.oid) ?? [],
    analyzed: row.analyzed,
    ...(columnFacts === undefined ? {} : { columnFacts }),
    ...(parent === undefined ? {} : { within: parent }),
  };
}

interface SizeRow {
  readonly oid: string;
  readonly kind: RelationFacts["kind"];
  readonly heapBytes: string;
  readonly toastBytes: string;
  readonly rows: string;
  readonly typeWidth: string;
  readonly columns: number;
  readonly analyzed: boolean;
  readonly locked: boolean;
  /** Locked, and its statistics do not tell a size either. */
  readonly unsized: boolean;
  /** Oids of the partitions below, all levels. */
  readonly members: readonly string[] | null;
}

interface IndexRow extends Omit<IndexFacts, "bytes"> {
  readonly table: string;
  readonly bytes: string;
}

/** pg_relation_size() queues for a lock, so a relation under an exclusive one is told from its statistics. */
const lockedRelations = `
  select distinct relation as oid
  from pg_locks
  where locktype = 'relation' and mode = 'AccessExclusiveLock' and pid is distinct from pg_backend_pid()
    and database = (select oid from pg_database where datname = current_database())`;

// As the planner does: the rows a page had when they were last counted, times the pages there are now. Where nobody
// counted, the server's running count of rows, and without one what fits into the pages by the types' widths.
function sizesQuery(oidArray: string): string {
  return `
with recursive tree as (
  select oid as root, oid, relkind from pg_class where oid = any (${oidArray})
  union all
  select t.root, c.oid, c.relkind
  from tree t
  join pg_inherits i on i.inhparent = t.oid
  join pg_class c on c.oid = i.inhrelid
  where t.relkind = 'p'
), locked as materialized (${lockedRelations}
), widths as materialized (
  select a.attrelid as oid, count(*)::int as columns,
    28 + sum(case when a.attlen > 0 then a.attlen else 32 end) as width
  from pg_attribute a
  where a.attnum > 0 and not a.attisdropped and a.attrelid in (select oid from tree)
  group by a.attrelid
), files as materialized (
  select c.oid, c.reltuples, c.relpages, w.width, w.columns, l.oid is not null or lt.oid is not null as locked,
    c.relkind in ('r', 'm') and l.oid is not null and c.relpages = 0 or lt.oid is not null and toast.relpages = 0 as unsized,
    current_setting('block_size')::bigint as page,
    c.relpages > 0 and c.reltuples >= 0 or c.reltuples > 0 as counted,
    case when c.relkind not in ('r', 'm', 'S') then 0
      when l.oid is null then coalesce(pg_relation_size(c.oid), 0)
      else c.relpages * current_setting('block_size')::bigint end as heap,
    case when c.reltoastrelid = 0 then 0
      when lt.oid is null then coalesce(pg_relation_size(c.reltoastrelid), 0)
      else toast.relpages * current_setting('block_size')::bigint end as toast
  from (select distinct oid from tree) t
  join pg_class c on c.oid = t.oid
  left join widths w on w.oid = c.oid
  left join locked l on l.oid = c.oid
  left join pg_class toast on toast.oid = c.reltoastrelid
  left join locked lt on lt.oid = toast.oid
), measured as (
  select f.*,
    case when heap = 0 then 0
      when counted then reltuples::float8 / greatest(relpages, 1) * (heap / page)
      else coalesce(nullif(pg_stat_get_live_tuples(oid), 0)::float8, heap::float8 / width) end as live
  from files f
)
select t.root::text as oid,
  case (select relkind from pg_class where oid = t.root)
    when 'p' then 'partitioned table' when 'm' then 'materialized view' when 'v' then 'view'
    when 'S' then 'sequence' when 'f' then 'foreign table' else 'table' end as kind,
  sum(m.heap)::text as "heapBytes", sum(m.toast)::text as "toastBytes",
  sum(m.live)::text as rows,
  coalesce(max(m.width), 0)::text as "typeWidth",
  coalesce(max(m.columns) filter (where m.oid = t.root), 0) as columns,
  bool_and(m.counted or m.heap = 0) as analyzed,
  bool_or(m.locked) as locked,
  bool_or(m.unsized) as unsized,
  to_json(array_agg(t.oid::text) filter (where t.oid <> t.root)) as members
from tree t
join measured m on m.oid = t.oid
group by t.root`;
}

function indexesQuery(oidArray: string): string {
  return `
with recursive locked as materialized (${lockedRelations}
), own as materialized (
  select i.indrelid, i.indexrelid, i.indisunique, i.indnkeyatts, i.indkey
  from pg_index i
  where i.indrelid = any (${oidArray})
), tree as (
  select indexrelid as root, indexrelid as oid from own
  union all
  select t.root, i.inhrelid from tree t join pg_inherits i on i.inhparent = t.oid
), sizes as (
  select t.root, sum(case when c.relkind = 'I' then 0
    when l.oid is null and lt.oid is null then coalesce(pg_relation_size(c.oid), 0)
    else c.relpages * current_setting('block_size')::bigint end) as bytes
  from tree t
  join pg_class c on c.oid = t.oid
  left join pg_index i on i.indexrelid = c.oid
  left join locked l on l.oid = c.oid
  left join locked lt on lt.oid = i.indrelid
  group by t.root
), keys as (
  select o.indexrelid, json_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum) as types,
    json_agg(coalesce(c.attname::text, '') order by a.attnum) as columns
  from own o
  join pg_attribute a on a.attrelid = o.indexrelid and a.attnum between 1 and o.indnkeyatts
  left join pg_attribute c on c.attrelid = o.indrelid and c.attnum = o.indkey[a.attnum - 1] and c.attnum > 0
  group by o.indexrelid
)
select o.indrelid::text as table, format('%I.%I', n.nspname, c.relname) as index, am.amname as method,
  s.bytes::text as bytes, coalesce(k.types, '[]') as "keyTypes",
  coalesce(k.columns, '[]') as "keyColumns", o.indisunique as unique
from own o
join pg_class c on c.oid = o.indexrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_am am on am.oid = c.relam
join sizes s on s.root = o.indexrelid
left join keys k on k.indexrelid = o.indexrelid
order by 1, 2`;
}
