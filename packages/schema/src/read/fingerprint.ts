import type { ReadScope, ServerVersion } from "./catalog-query.js";

interface Watched {
  readonly catalog: string;
  readonly since?: ServerVersion;
  /** Rows that temporary objects and TOAST make, which applications do all day and which we do not read. */
  readonly unless?: string;
}

/** Rows whose relation (an oid column) is temporary or TOAST. */
const ofPassingRelation = (column: string) => `exists (
  select from pg_catalog.pg_class c
  where c.oid = w.${column} and (c.relpersistence = 't' or c.relkind = 't'))`;

const temporary = (column: string) => `w.${column} in (
  select n.oid from pg_catalog.pg_namespace n where n.nspname ~ '^pg_(toast|temp)')`;

const watched: readonly Watched[] = [
  { catalog: "pg_aggregate" },
  { catalog: "pg_am" },
  { catalog: "pg_amop" },
  { catalog: "pg_amproc" },
  { catalog: "pg_attrdef", unless: ofPassingRelation("adrelid") },
  { catalog: "pg_attribute", unless: `w.attnum < 0 or ${ofPassingRelation("attrelid")}` },
  { catalog: "pg_cast" },
  { catalog: "pg_collation" },
  { catalog: "pg_constraint", unless: temporary("connamespace") },
  { catalog: "pg_conversion" },
  { catalog: "pg_default_acl" },
  { catalog: "pg_enum" },
  { catalog: "pg_event_trigger" },
  { catalog: "pg_extension" },
  { catalog: "pg_foreign_data_wrapper" },
  { catalog: "pg_foreign_server" },
  { catalog: "pg_foreign_table" },
  { catalog: "pg_index", unless: ofPassingRelation("indrelid") },
  { catalog: "pg_inherits", unless: ofPassingRelation("inhrelid") },
  { catalog: "pg_language" },
  { catalog: "pg_namespace", unless: "w.nspname ~ '^pg_(toast|temp)'" },
  { catalog: "pg_opclass" },
  { catalog: "pg_operator" },
  { catalog: "pg_opfamily" },
  { catalog: "pg_partitioned_table" },
  { catalog: "pg_policy" },
  { catalog: "pg_proc" },
  { catalog: "pg_publication" },
  { catalog: "pg_publication_namespace", since: 15 },
  { catalog: "pg_publication_rel" },
  { catalog: "pg_range" },
  { catalog: "pg_rewrite", unless: ofPassingRelation("ev_class") },
  { catalog: "pg_sequence", unless: ofPassingRelation("seqrelid") },
  { catalog: "pg_statistic_ext" },
  { catalog: "pg_transform" },
  { catalog: "pg_trigger", unless: ofPassingRelation("tgrelid") },
  { catalog: "pg_ts_config" },
  { catalog: "pg_ts_config_map" },
  { catalog: "pg_ts_dict" },
  { catalog: "pg_ts_parser" },
  { catalog: "pg_ts_template" },
  { catalog: "pg_type", unless: temporary("typnamespace") },
];

/**
 * A cheap text that changes whenever somebody commits DDL, taken with a fresh snapshot before and after a read.
 *
 * For a catalog it is the number of rows and the sum of their `xmin`. If the number is the same, every row version that
 * went was replaced by one of a younger transaction, so the sum has grown (transaction ids would have to wrap around
 * during the read to hide it). VACUUM, ANALYZE and hint bits change no xmin. Only rows of pg_class also change when
 * nothing of the schema does (TRUNCATE, CLUSTER, REINDEX give a table a new file), so there the columns we read are
 * hashed instead.
 */
export function fingerprintQuery({ version }: ReadScope): string {
  const sums = watched
    .filter(({ since = 13 }) => version >= since)
    .map(({ catalog, unless }) => {
      const condition = unless === undefined ? "" : ` where not (${unless})`;
      return `(select count(*) || ':' || coalesce(sum(w.xmin::text::bigint), 0) from pg_catalog.${catalog} w${condition})`;
    });
  return `select concat_ws(' ', ${[...sums, relations, roles].join(",\n")}) as fingerprint`;
}

const relations = `(
  select count(*) || ':' || coalesce(sum(hashtextextended(concat_ws('|', w.oid, w.relname, w.relnamespace, w.reloftype,
      w.relowner, w.relam, w.reltablespace, w.relpersistence, w.relkind, w.relnatts, w.relchecks, w.relrowsecurity,
      w.relforcerowsecurity, w.relreplident, w.relispopulated, w.relispartition, w.relacl, w.reloptions,
      w.relpartbound is null), 0)), 0)
  from pg_catalog.pg_class w
  where w.relpersistence <> 't' and w.relkind <> 't')`;

const roles = `(select count(*) || ':' || coalesce(sum(hashtextextended(r.oid || r.rolname, 0)), 0) from pg_catalog.pg_roles r)`;
