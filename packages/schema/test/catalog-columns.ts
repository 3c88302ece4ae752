import type { Queryable } from "@confiture/model";

/** Catalogs whose rows are no schema of this database, or are told by what they belong to. */
const otherCatalogs: Readonly<Record<string, string>> = {
  pg_auth_members: "roles belong to the server",
  pg_authid: "roles belong to the server",
  pg_database: "databases belong to the server",
  pg_db_role_setting: "listed as unsupported",
  pg_depend: "follows from the objects; what it alone knows (OWNED BY, DEPENDS ON, members) is tested by statements",
  pg_init_privs: "what objects were born with; grants are told apart from it",
  pg_largeobject: "data",
  pg_largeobject_metadata: "listed as unsupported",
  pg_parameter_acl: "listed as unsupported",
  pg_replication_origin: "belongs to the server",
  pg_shdepend: "follows from the objects",
  pg_shdescription: "comments on what belongs to the server",
  pg_shseclabel: "labels on what belongs to the server",
  pg_statistic: "data",
  pg_statistic_ext_data: "data",
  pg_subscription_rel: "how far replication is",
  pg_tablespace: "tablespaces belong to the server",
};

const physical = "how it is stored now, not what was declared";
const derived = "follows from other columns that are read";
const identity = "names the row: with another value it is another object, which comes and goes";
const environment = "belongs to the environment, or is a secret";

/** Columns of the other catalogs that are no schema. Every column that is not here is proven to be read. */
const otherColumns: Readonly<Record<string, string>> = {
  "pg_am.amname": identity,
  "pg_amop.amopfamily": identity,
  "pg_amop.amoplefttype": derived,
  "pg_amop.amopmethod": derived,
  "pg_amop.amoprighttype": derived,
  "pg_amproc.amprocfamily": identity,
  "pg_attrdef.adnum": identity,
  "pg_attrdef.adrelid": identity,
  "pg_attribute.attalign": derived,
  "pg_attribute.attbyval": derived,
  "pg_attribute.attcacheoff": physical,
  "pg_attribute.atthasdef": derived,
  "pg_attribute.atthasmissing": physical,
  "pg_attribute.attlen": derived,
  "pg_attribute.attmissingval": physical,
  "pg_attribute.attndims": "PostgreSQL itself ignores it",
  "pg_cast.castsource": identity,
  "pg_cast.casttarget": identity,
  "pg_class.relallfrozen": physical,
  "pg_class.relallvisible": physical,
  "pg_class.relchecks": derived,
  "pg_class.relfilenode": physical,
  "pg_class.relfrozenxid": physical,
  "pg_class.relhasindex": derived,
  "pg_class.relhasrules": derived,
  "pg_class.relhassubclass": derived,
  "pg_class.relhastriggers": derived,
  "pg_class.relisshared": "true for nothing a user can make",
  "pg_class.relispopulated": "read, but data: it is no difference",
  "pg_class.relkind": identity,
  "pg_class.relminmxid": physical,
  "pg_class.relpages": physical,
  "pg_class.relrewrite": physical,
  "pg_class.reltoastrelid": physical,
  "pg_class.reltuples": physical,
  "pg_class.reltype": derived,
  "pg_collation.collencoding": "the one of the database, or any",
  "pg_collation.collversion": environment,
  "pg_constraint.conffeqop": derived,
  "pg_constraint.conpfeqop": derived,
  "pg_constraint.conppeqop": derived,
  "pg_constraint.conrelid": identity,
  "pg_constraint.contypid": identity,
  "pg_default_acl.defaclnamespace": identity,
  "pg_default_acl.defaclobjtype": identity,
  "pg_description.classoid": identity,
  "pg_description.objsubid": identity,
  "pg_extension.extcondition": "set by the extension's own script",
  "pg_extension.extconfig": "set by the extension's own script",
  "pg_extension.extname": identity,
  "pg_extension.extrelocatable": "says the extension's control file",
  "pg_foreign_table.ftrelid": derived,
  "pg_index.indcheckxmin": physical,
  "pg_index.indimmediate": derived,
  "pg_index.indisexclusion": derived,
  "pg_index.indislive": "false for a moment while an index is dropped",
  "pg_index.indisprimary": derived,
  "pg_language.lanispl": "false for nothing a user can make",
  "pg_operator.oprkind": derived,
  "pg_operator.oprleft": identity,
  "pg_operator.oprname": identity,
  "pg_operator.oprright": identity,
  "pg_partitioned_table.partdefid": derived,
  "pg_policy.polrelid": derived,
  "pg_proc.prokind": identity,
  "pg_publication_namespace.pnnspid": identity,
  "pg_publication_namespace.pnpubid": identity,
  "pg_publication_rel.prpubid": identity,
  "pg_publication_rel.prrelid": identity,
  "pg_rewrite.ev_class": derived,
  "pg_seclabel.classoid": identity,
  "pg_seclabel.objoid": identity,
  "pg_sequence.seqrelid": identity,
  "pg_subscription.subconninfo": environment,
  "pg_subscription.subdbid": derived,
  "pg_subscription.subskiplsn": environment,
  "pg_transform.trflang": identity,
  "pg_transform.trftype": identity,
  "pg_trigger.tgconstraint": derived,
  "pg_trigger.tgconstrindid": derived,
  "pg_trigger.tgisinternal": derived,
  "pg_trigger.tgrelid": identity,
  "pg_ts_config_map.mapcfg": identity,
  "pg_ts_config_map.mapseqno": identity,
  "pg_ts_config_map.maptokentype": identity,
  "pg_type.typarray": derived,
  "pg_type.typndims": "PostgreSQL itself ignores it",
  "pg_type.typtype": identity,
};

/** One row of a catalog; `id` finds it again after a change, `name` after it was dropped and made again. */
interface CatalogRow {
  readonly catalog: string;
  readonly id: string;
  readonly name: string;
  readonly columns: Readonly<Record<string, unknown>>;
}

/** Rows of catalogs without oid, by what makes them unique and by what a person would call them. */
const keys: Readonly<Record<string, readonly [id: string, name: string]>> = {
  pg_aggregate: ["w.aggfnoid::oid", "w.aggfnoid"],
  pg_attribute: ["w.attrelid || '.' || w.attnum", "w.attrelid::regclass || '.' || w.attname"],
  pg_description: ["concat_ws('.', w.classoid, w.objoid, w.objsubid)", "w.description"],
  pg_foreign_table: ["w.ftrelid", "w.ftrelid::regclass"],
  pg_index: ["w.indexrelid", "w.indexrelid::regclass"],
  pg_inherits: ["w.inhrelid || '.' || w.inhseqno", "w.inhrelid::regclass || '.' || w.inhparent::regclass"],
  pg_partitioned_table: ["w.partrelid", "w.partrelid::regclass"],
  pg_range: ["w.rngtypid", "w.rngtypid::regtype"],
  pg_seclabel: ["concat_ws('.', w.classoid, w.objoid, w.objsubid, w.provider)", "w.label"],
  pg_sequence: ["w.seqrelid", "w.seqrelid::regclass"],
  pg_ts_config_map: [
    "concat_ws('.', w.mapcfg, w.maptokentype, w.mapseqno)",
    "concat_ws('.', w.mapcfg, w.maptokentype)",
  ],
};

/** Where an object with an oid has no name of its own. */
const names: Readonly<Record<string, string>> = {
  pg_am: "w.amname",
  pg_amop: "concat_ws('.', w.amopfamily, w.amopstrategy)",
  pg_amproc: "concat_ws('.', w.amprocfamily, w.amprocnum)",
  pg_attrdef: "concat_ws('.', w.adrelid, w.adnum)",
  pg_cast: "concat_ws('.', w.castsource, w.casttarget)",
  pg_constraint: "concat_ws('.', w.conname, w.conrelid, w.contypid)",
  pg_default_acl: "concat_ws('.', w.defaclnamespace, w.defaclobjtype)",
  pg_enum: "w.enumlabel",
  pg_extension: "w.extname",
  pg_operator: "w.oprname",
  pg_publication_namespace: "concat_ws('.', w.pnpubid, w.pnnspid)",
  pg_publication_rel: "concat_ws('.', w.prpubid, w.prrelid)",
  pg_transform: "concat_ws('.', w.trftype, w.trflang)",
  pg_trigger: "concat_ws('.', w.tgname, w.tgrelid)",
  pg_user_mapping: "concat_ws('.', w.umuser, w.umserver)",
};

/** Every column of this server's catalogs that holds schema: `pg_class.relname`. */
export async function readSchemaColumns(session: Queryable): Promise<readonly string[]> {
  const { rows } = await session.query<{ catalog: string; column: string }>(`
    select c.relname as catalog, a.attname as "column"
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'r' and a.attnum > 0 and a.attname <> 'oid'
    order by c.relname, a.attnum`);
  return rows
    .filter(({ catalog }) => otherCatalogs[catalog] === undefined)
    .map(({ catalog, column }) => `${catalog}.${column}`)
    .filter((column) => otherColumns[column] === undefined);
}

/** The rows of all catalogs that came after initdb. */
export async function readCatalogRows(session: Queryable, columns: readonly string[]): Promise<readonly CatalogRow[]> {
  const catalogs = [...new Set(columns.map((column) => column.split(".")[0] as string))];
  const queries = catalogs.map((catalog) => {
    const firstName = columns.find((column) => column.startsWith(`${catalog}.`) && column.endsWith("name"));
    const [id, name] = keys[catalog] ?? ["w.oid", names[catalog] ?? `w.${firstName?.split(".")[1]}`];
    const owner =
      keys[catalog] === undefined ? "w.oid" : (/w\.\w*(?:relid|typid|objoid|fnoid|mapcfg)/.exec(id)?.[0] ?? id);
    return `
      select '${catalog}' as catalog, (${id})::text as id, (${name})::text as name, to_jsonb(w) as columns
      from pg_catalog.${catalog} w
      where (${owner})::oid >= 16384`;
  });
  const { rows } = await session.query<CatalogRow>(queries.join("\nunion all\n"));
  return rows;
}

/** The columns in which rows differ that are there before and after. */
export function changedColumns(before: readonly CatalogRow[], after: readonly CatalogRow[]): ReadonlySet<string> {
  const byId = new Map(before.map((row) => [`${row.catalog} ${row.id}`, row]));
  const byName = new Map(before.map((row) => [`${row.catalog} ${row.name}`, row]));
  const changed = new Set<string>();
  for (const { catalog, id, name, columns } of after) {
    const old = byId.get(`${catalog} ${id}`) ?? byName.get(`${catalog} ${name}`);
    if (old === undefined) continue;
    for (const [column, value] of Object.entries(columns)) {
      if (JSON.stringify(value) !== JSON.stringify(old.columns[column])) changed.add(`${catalog}.${column}`);
    }
  }
  return changed;
}
