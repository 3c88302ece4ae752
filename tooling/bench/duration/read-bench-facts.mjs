// What is known of the benchmark's relations before a statement runs: sizes, indexes, statistics of columns.
import { readColumnFacts } from "../../../packages/risk/dist/index.js";

/** @returns {Promise<readonly import("@confiture/risk").RelationFacts[]>} */
export async function readBenchFacts(session) {
  const { rows } = await session.query(
    `select format('%s.%s', n.nspname, c.relname) as relation,
            case c.relkind when 'm' then 'materialized view' else 'table' end as kind,
            pg_relation_size(c.oid)::float8 as "heapBytes",
            coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0)::float8 as "toastBytes",
            c.reltuples::float8 as rows,
            coalesce((select json_agg(json_build_object('index', format('%s.%s', n.nspname, x.relname), 'method', m.amname,
                'bytes', pg_relation_size(x.oid), 'unique', i.indisunique,
                'keyColumns', (select json_agg(coalesce(a.attname, '') order by k.position) from unnest(i.indkey) with ordinality k (attnum, position)
                                 left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum and k.attnum > 0 where k.position <= i.indnkeyatts),
                'keyTypes', (select json_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum)
                               from pg_attribute a where a.attrelid = x.oid)))
              from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
              where i.indrelid = c.oid), '[]') as indexes
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'bench' and c.relkind in ('r', 'm')`,
  );
  const facts = [];
  for (const row of rows) {
    const columnFacts = await readColumnFacts(session, row.relation);
    const rowWidth = row.rows > 0 ? row.heapBytes / row.rows : 0;
    facts.push({ ...row, rowWidth, columns: columnFacts.length, columnFacts });
  }
  return facts;
}
