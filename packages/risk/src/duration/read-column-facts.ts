import type { Queryable } from "@confiture/model";
import type { ColumnFacts } from "../facts/relation-facts.js";

/**
 * What the planner knows of a relation's columns. Statistics that the role may not see (`pg_stats` shows those of
 * columns it can read) are absent, as they are before ANALYZE. PostgreSQL 13–18.
 *
 * @param relation qualified, and quoted where needed
 */
export async function readColumnFacts(db: Queryable, relation: string): Promise<readonly ColumnFacts[]> {
  const { rows } = await db.query<ColumnRow>(
    `select a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
            coalesce(s.avg_width, nullif(greatest(t.typlen, 0), 0), 32)::int as "averageWidth",
            case when s.n_distinct >= 0 then s.n_distinct::float8
                 else -s.n_distinct::float8 * greatest(c.reltuples, 0) end as distinct,
            s.correlation::float8 as correlation
       from pg_catalog.pg_attribute a
       join pg_catalog.pg_class c on c.oid = a.attrelid
       join pg_catalog.pg_type t on t.oid = a.atttypid
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       left join pg_catalog.pg_stats s
         on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname and s.inherited = (c.relkind = 'p')
      where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped
      order by a.attnum`,
    [relation],
  );
  return rows.map(({ column, type, averageWidth, distinct, correlation }) => ({
    column,
    type,
    averageWidth,
    ...(distinct === null ? {} : { distinct }),
    ...(correlation === null ? {} : { correlation }),
  }));
}

interface ColumnRow {
  readonly column: string;
  readonly type: string;
  readonly averageWidth: number;
  readonly distinct: number | null;
  readonly correlation: number | null;
}
