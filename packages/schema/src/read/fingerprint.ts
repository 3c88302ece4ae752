import type { ReadScope, ServerVersion } from "./catalog-query.js";
import { passingSchemas } from "./read-scope.js";
import { harmlessMappingOptions, thisDatabase } from "./sql-fragments.js";

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
  select n.oid from pg_catalog.pg_namespace n where n.nspname ~ ${passingSchemas})`;

/** The links that are schema by themselves: OWNED BY of a sequence, members of extensions, DEPENDS ON EXTENSION. */
const otherLink = `not (w.deptype in ('e', 'x')
  or w.deptype = 'a' and w.classid = 'pg_catalog.pg_class'::regclass and w.refobjsubid > 0)
  or ${ofPassingRelation("objid")}`;

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
  { catalog: "pg_db_role_setting", unless: `w.setdatabase <> ${thisDatabase}` },
  { catalog: "pg_depend", unless: otherLink },
  { catalog: "pg_description" },
  { catalog: "pg_event_trigger" },
  { catalog: "pg_extension" },
  { catalog: "pg_foreign_data_wrapper" },
  { catalog: "pg_foreign_server" },
  { catalog: "pg_foreign_table" },
  { catalog: "pg_init_privs" },
  { catalog: "pg_index", unless: ofPassingRelation("indrelid") },
  { catalog: "pg_inherits", unless: ofPassingRelation("inhrelid") },
  { catalog: "pg_language" },
  { catalog: "pg_namespace", unless: `w.nspname ~ ${passingSchemas}` },
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
  { catalog: "pg_seclabel" },
  { catalog: "pg_sequence", unless: ofPassingRelation("seqrelid") },
  { catalog: "pg_statistic_ext" },
  { catalog: "pg_tablespace", unless: "w.oid not in (select c.reltablespace from pg_catalog.pg_class c)" },
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
 * An expression: a cheap text that is another one after every DDL that was committed. Taken with the snapshot of a read
 * and again when the read is done.
 *
 * For a catalog it is the number of rows and a hash of how many have which `xmin`. A transaction that commits in between
 * gives what it writes an `xmin` that no row had before, and what it only deletes changes the number. VACUUM, ANALYZE
 * and hint bits change no xmin. Only rows of pg_class also change when nothing of the schema does (TRUNCATE, CLUSTER,
 * REINDEX give a table a new file), so there the columns we read are hashed instead.
 */
export function fingerprintText({ version }: ReadScope): string {
  const sums = watchedOn(version).map(
    (catalog) => `(
    select coalesce(sum(x.rows) || ':' || sum(hashtextextended(x.xmin::text, x.rows)), '-')
    from (select w.xmin, count(*) as rows ${rowsOf(catalog)} group by w.xmin) x)`,
  );
  return `concat_ws(' ', ${[...sums, relations, roles, subscriptions(version), userMappings].join(",\n")})`;
}

/**
 * `oneSnapshot` says that the transaction sees everything as it was at its beginning, so that its fingerprint cannot
 * change: then `outdatedQuery` has to be asked.
 */
export function fingerprintQuery(scope: ReadScope): string {
  return `
    select ${fingerprintText(scope)} as fingerprint,
           current_setting('transaction_isolation') in ('repeatable read', 'serializable') as "oneSnapshot"`;
}

/** True when a row that the transaction's snapshot shows was since replaced or deleted. */
export function outdatedQuery({ version }: ReadScope): string {
  const replaced = [...watchedOn(version), relationsThatStay].map(
    (catalog) => `exists (
    select ${rowsOf(catalog)} and w.xmax <> 0 and ${committed("w.xmax")})`,
  );
  return `select ${[...replaced, renamedRoles, renamedSubscriptions].join(" or ")} as outdated`;
}

function watchedOn(version: ServerVersion): readonly Watched[] {
  return watched.filter(({ since = 13 }) => version >= since);
}

function rowsOf({ catalog, unless = "false" }: Watched): string {
  return `from pg_catalog.${catalog} w where not (${unless})`;
}

/** A row we see with an `xmax` was replaced, deleted or locked by that transaction. 64 bits: the nearest to our own. */
function committed(xmax: string): string {
  const own = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
  const nearest = `${own} + ((${xmax}::text::bigint - ${own} + 2147483648) & 4294967295) - 2147483648`;
  return `pg_xact_status((${nearest})::text::xid8) = 'committed'`;
}

const relationsThatStay: Watched = { catalog: "pg_class", unless: "w.relpersistence = 't' or w.relkind = 't'" };

const relations = `(
  select count(*) || ':' || coalesce(sum(hashtextextended(concat_ws('|', w.oid, w.relname, w.relnamespace, w.reloftype,
      w.relowner, w.relam, w.reltablespace, w.relpersistence, w.relkind, w.relnatts, w.relchecks, w.relrowsecurity,
      w.relforcerowsecurity, w.relreplident, w.relispopulated, w.relispartition, w.relacl, w.reloptions,
      w.relpartbound is null), 0)), 0)
  from pg_catalog.pg_class w
  where w.relpersistence <> 't' and (w.relkind <> 't' or w.reloptions is not null))`;

/** The names of roles that something here refers to. What else the server has of roles comes and goes without us. */
const roles = `(
  select count(*) || ':' || coalesce(sum(hashtextextended(r.oid || r.rolname, 0)), 0)
  from pg_catalog.pg_roles r
  where r.oid < 16384 or r.oid in (
    select d.refobjid from pg_catalog.pg_shdepend d
    where d.dbid = ${thisDatabase} and d.refclassid = 'pg_catalog.pg_authid'::regclass))`;

/** Names of roles are always printed as they are now. */
const renamedRoles = `exists (select from pg_catalog.pg_roles r where quote_ident(r.rolname) <> r.oid::regrole::text)`;

/**
 * Their rows do not let everybody see `xmax`, and on PostgreSQL 13 not even the oid, which the view shows. The name a
 * comment hangs on is printed as it is now. A namesake in another database costs another attempt at most.
 */
const renamedSubscriptions = `exists (
  select from pg_catalog.pg_subscription s
  join pg_catalog.pg_stat_subscription v on v.subname = s.subname
  where s.subdbid = ${thisDatabase} and quote_ident(s.subname) is distinct from
    (pg_catalog.pg_identify_object('pg_catalog.pg_subscription'::regclass, v.subid, 0)).identity)`;

/** By the columns everybody may read: the connection string keeps the rows themselves closed. */
const subscriptions = (version: ServerVersion) => `(
  select count(*) || ':' || coalesce(sum(hashtextextended(concat_ws('|', s.subname, s.subowner, s.subenabled,
    s.subslotname, s.subpublications${version >= 14 ? ", s.subbinary, s.substream, s.subsynccommit" : ""}), 0)), 0)
  from pg_catalog.pg_subscription s
  where s.subdbid = ${thisDatabase})`;

const userMappings = `(
  select count(*) || ':' || coalesce(sum(hashtextextended(concat_ws('|', u.umid, u.umuser, u.srvid,
    ${harmlessMappingOptions("u.umoptions")}), 0)), 0)
  from pg_catalog.pg_user_mappings u)`;
