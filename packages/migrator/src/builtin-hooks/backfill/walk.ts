import { ConfitureError, type Session } from "@confiture/model";
import type { FoundRelation } from "../database/find-relations.js";

/** Where a walk has come: the key of a row, each part as the server prints it; or the number of a page. */
export type Place = readonly string[];

/** A part of a relation: behind `lower`, up to and with `upper`. */
export interface Range {
  readonly lower: Place | null;
  readonly upper: Place;
}

/** How a relation is walked in pieces that each hold about as many rows as one asks for, however sparse its keys are. */
export interface Walk {
  /** Quoted names of the columns that must not change under it. */
  readonly key: readonly string[];
  /** Where it ends: as far as there are rows when it begins. Undefined where there are none. */
  end(session: Session): Promise<Place | undefined>;
  /** The end of a piece of about `rows` rows behind `lower`. */
  pieceEnd(session: Session, within: Range, rows: number): Promise<Place>;
  /** SQL that holds for rows of a range; `$1` is `lower` (or null) and `$2` is `upper`, both JSON. `alias` names the relation. */
  condition(alias: string): string;
  /** SQL that puts places, which stand as JSON in a column, in the order of the walk. */
  order(column: string): string;
  /** Rows may move behind a walk over pages, so it is walked until it finds nothing. */
  readonly repeats: boolean;
}

interface KeyColumn {
  readonly name: string;
  readonly type: string;
  readonly collation: string | null;
}

/** Over the primary key, or another unique index without null; undefined for a relation that has neither. */
export async function keyWalk(session: Session, relation: FoundRelation): Promise<Walk | undefined> {
  const columns = await readKey(session, relation);
  if (columns === undefined) return undefined;
  const list = columns.map(({ name }) => name).join(", ");
  const shown = `pg_catalog.jsonb_build_array(${columns.map(({ name }) => `${name}::text`).join(", ")})`;
  const behind = (alias: string) => compare(alias, columns, { operator: ">", parameter: "$1" });
  const upTo = (alias: string) => compare(alias, columns, { operator: "<=", parameter: "$2" });
  return {
    key: columns.map(({ name }) => name),
    repeats: false,
    async end(asking) {
      const { rows } = await asking.query<{ place: Place }>(
        `select ${shown} as place from (select ${list} from ${relation.name} order by ${columns.map(({ name }) => `${name} desc`).join(", ")} limit 1) r`,
      );
      return rows[0]?.place;
    },
    async pieceEnd(asking, { lower, upper }, count) {
      const { rows } = await asking.query<{ place: Place }>(
        `select ${shown} as place from (
           select ${list} from ${relation.name} r where ${lower === null ? "" : `${behind("r")} and `}${upTo("r")}
           order by ${list} offset $3::bigint limit 1
         ) r${lower === null ? " where $1::jsonb is null" : ""}`,
        [json(lower), json(upper), count - 1],
      );
      return rows[0]?.place ?? upper;
    },
    condition: (alias) => `($1::jsonb is null or ${behind(alias)}) and ${upTo(alias)}`,
    order: (column) =>
      columns
        .map(({ type, collation }, index) => {
          const collate = collation === null ? "" : ` collate ${collation}`;
          return `(${column} ->> ${index})::${type}${collate}`;
        })
        .join(", "),
  };
}

function compare(
  alias: string,
  columns: readonly KeyColumn[],
  { operator, parameter }: { readonly operator: ">" | "<="; readonly parameter: "$1" | "$2" },
): string {
  const names = columns.map(({ name }) => `${alias}.${name}`);
  const values = columns.map(({ type }, index) => `(${parameter}::jsonb ->> ${index})::${type}`);
  return `(${names.join(", ")}) ${operator} (${values.join(", ")})`;
}

/** Of an index that can be read in order for a comparison of rows: all its columns run the same way, in the collation of the column. */
async function readKey(session: Session, { oid }: FoundRelation): Promise<readonly KeyColumn[] | undefined> {
  const { rows } = await session.query<{ columns: readonly KeyColumn[] }>(
    `select k.columns
     from pg_catalog.pg_index i
     cross join lateral (
       select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', pg_catalog.quote_ident(a.attname),
           'type', pg_catalog.format('%I.%I', n.nspname, t.typname),
           'collation', case when a.attcollation <> 0 then pg_catalog.format('%I.%I', cn.nspname, co.collname) end) order by p.position) as columns,
         pg_catalog.bool_and(a.attnotnull and i.indcollation[p.position - 1] = a.attcollation) as fits,
         pg_catalog.count(distinct i.indoption[p.position - 1]) as ways
       from pg_catalog.generate_series(1, i.indnkeyatts) as p (position)
       join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[p.position - 1]
       join pg_catalog.pg_type t on t.oid = a.atttypid
       join pg_catalog.pg_namespace n on n.oid = t.typnamespace
       left join pg_catalog.pg_collation co on co.oid = a.attcollation
       left join pg_catalog.pg_namespace cn on cn.oid = co.collnamespace
     ) k
     where i.indrelid = $1 and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null
       and k.fits and k.ways = 1
     order by i.indisprimary desc, i.indnkeyatts, i.indexrelid
     limit 1`,
    [oid],
  );
  return rows[0]?.columns;
}

/**
 * Over pages, for a table without a key. An update writes a row anew, often on a page further on, and a row of the application may move
 * to one that was passed: so this is for work whose condition no longer holds where it was done.
 */
export function pageWalk(relation: FoundRelation): Walk {
  return {
    key: [],
    repeats: true,
    async end(session) {
      const { rows } = await session.query<{ pages: string }>(
        "select (pg_catalog.pg_relation_size($1::oid) / pg_catalog.current_setting('block_size')::int)::text as pages",
        [relation.oid],
      );
      const pages = Number(rows[0]?.pages ?? 0);
      return pages === 0 ? undefined : [String(pages - 1)];
    },
    async pieceEnd(session, { lower, upper }, count) {
      const { rows } = await session.query<{ density: number }>(
        "select greatest(reltuples, 1) / greatest(relpages, 1) as density from pg_catalog.pg_class where oid = $1",
        [relation.oid],
      );
      const pages = Math.max(1, Math.floor(count / Math.max(1, Number(rows[0]?.density ?? 1))));
      return [String(Math.min(Number(upper[0]), Number(lower?.[0] ?? -1) + Math.min(pages, 1_000)))];
    },
    order: (column) => `(${column} ->> 0)::bigint`,
    // A range of ctids is a scan of the whole table before PostgreSQL 14; a list of them is none on any version.
    condition: (alias) =>
      `${alias}.ctid = any (array(
         select pg_catalog.format('(%s,%s)', p, i)::pg_catalog.tid
         from pg_catalog.generate_series(coalesce(($1::jsonb ->> 0)::bigint, -1) + 1, ($2::jsonb ->> 0)::bigint) p,
           pg_catalog.generate_series(1, pg_catalog.current_setting('block_size')::int / 28) i))`,
  };
}

export function json(place: Place | null): string | null {
  return place === null ? null : JSON.stringify(place);
}

/** @throws CONFITURE_BACKFILL */
export function refuseBackfill(message: string, hint: string): never {
  throw new ConfitureError("CONFITURE_BACKFILL", message, { hint });
}
