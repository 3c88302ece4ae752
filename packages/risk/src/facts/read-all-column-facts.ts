import type { BoundedQueries } from "../ask/bounded-queries.js";
import type { ColumnFacts } from "./relation-facts.js";
import type { ResolvedRelations } from "./resolve-relations.js";

interface ColumnRow {
  readonly oid: string;
  readonly column: string;
  readonly type: string;
  readonly averageWidth: number;
  readonly distinct: number | null;
  readonly correlation: number | null;
  readonly readable: boolean;
}

export interface ColumnsRead {
  /** By oid. */
  readonly columns: ReadonlyMap<string, readonly ColumnFacts[]>;
  readonly notInspected: readonly string[];
}

/** What the planner knows of the columns of all relations, in one query. */
export async function readAllColumnFacts(
  queries: BoundedQueries,
  { names, oidArray }: ResolvedRelations,
): Promise<ColumnsRead> {
  const answer = await queries.ask<ColumnRow>(columnsQuery(oidArray));
  if (answer.kind === "refused") {
    return { columns: new Map(), notInspected: [`the columns of the relations: ${answer.because}`] };
  }
  const facts = new Map<string, ColumnFacts[]>();
  const unreadable = new Set<string>();
  for (const { oid, readable, column, type, averageWidth, distinct, correlation } of answer.rows) {
    if (!readable) unreadable.add(names.get(oid)!);
    const known = { ...(distinct === null ? {} : { distinct }), ...(correlation === null ? {} : { correlation }) };
    const ofRelation = facts.get(oid);
    if (ofRelation === undefined) facts.set(oid, [{ column, type, averageWidth, ...known }]);
    else ofRelation.push({ column, type, averageWidth, ...known });
  }
  const which = unreadable.size > 3 ? `${unreadable.size} relations` : [...unreadable].join(", ");
  return {
    columns: facts,
    notInspected:
      unreadable.size === 0 ? [] : [`the statistics of columns of ${which}: this role may not read the columns`],
  };
}

/** `pg_stats` shows the columns that the role may read; of the others the width is the type's. */
function columnsQuery(oidArray: string): string {
  return `
select c.oid::text as oid, a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
  coalesce(s.avg_width, nullif(greatest(t.typlen, 0), 0), 32)::int as "averageWidth",
  case when s.n_distinct >= 0 then s.n_distinct::float8
    else -s.n_distinct::float8 * greatest(c.reltuples, 0) end as distinct,
  s.correlation::float8 as correlation,
  has_column_privilege(c.oid, a.attnum, 'SELECT') as readable
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_stats s
  on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname and s.inherited = (c.relkind = 'p')
where c.oid = any (${oidArray})
order by c.oid, a.attnum`;
}
