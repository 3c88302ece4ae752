import { aclText, usualAcl } from "./acl-text.js";
import { inRelation, ownRow } from "./observation-sets.js";
import { elsewhere, environment, history, names, type ObservedCatalog } from "./observed-catalog.js";
import { aclFact } from "./observed-object.js";

const thisDatabase = "(select d.oid from pg_database d where d.datname = current_database())";

/** An ACL without entries: columns have this one. */
const nobody = usualAcl("'c'", "x.defaclrole");

/** Within a schema they come on top of what is usual; elsewhere they stand in its place. */
const grantedByDefault = aclText(
  "x.defaclacl",
  "x.defaclrole",
  `case when x.defaclnamespace = 0
    then ${usualAcl(`case x.defaclobjtype when 'S' then 's'::"char" else x.defaclobjtype end`, "x.defaclrole")}
    else ${nobody} end`,
);

/** What stands beside the tables: text in its languages, what is sent elsewhere and fetched from there, extensions. */
export const otherCatalogs: readonly ObservedCatalog[] = [
  {
    catalog: "pg_collation",
    // Those of the operating system are imported into the server's own schema as upkeep.
    where: `${ownRow("pg_collation", "collnamespace")} and x.collnamespace <> 'pg_catalog'::regnamespace`,
    owner: "collowner",
    // The encoding is that of the database, or any, where it was copied from one of the server's: for us the same.
    leftOut: { oid: names, collname: names, collnamespace: names, collencoding: history, collversion: environment },
  },
  {
    catalog: "pg_conversion",
    where: ownRow("pg_conversion", "connamespace"),
    owner: "conowner",
    leftOut: { oid: names, conname: names, connamespace: names },
  },
  {
    catalog: "pg_ts_config",
    where: ownRow("pg_ts_config", "cfgnamespace"),
    owner: "cfgowner",
    refers: { cfgparser: "pg_ts_parser" },
    asked: {
      mappings: `(
        select json_agg(json_build_array(m.maptokentype, (pg_identify_object('pg_ts_dict'::regclass, m.mapdict, 0)).identity)
          order by m.maptokentype, m.mapseqno)::text
        from pg_ts_config_map m
        where m.mapcfg = x.oid)`,
    },
    leftOut: { oid: names, cfgname: names, cfgnamespace: names },
  },
  {
    catalog: "pg_ts_dict",
    where: ownRow("pg_ts_dict", "dictnamespace"),
    owner: "dictowner",
    refers: { dicttemplate: "pg_ts_template" },
    leftOut: { oid: names, dictname: names, dictnamespace: names },
  },
  {
    catalog: "pg_ts_parser",
    where: ownRow("pg_ts_parser", "prsnamespace"),
    leftOut: { oid: names, prsname: names, prsnamespace: names },
  },
  {
    catalog: "pg_ts_template",
    where: ownRow("pg_ts_template", "tmplnamespace"),
    leftOut: { oid: names, tmplname: names, tmplnamespace: names },
  },
  {
    catalog: "pg_event_trigger",
    where: ownRow("pg_event_trigger"),
    owner: "evtowner",
    refers: { evtfoid: "routine" },
    unordered: ["evttags"],
    leftOut: { oid: names, evtname: names },
  },
  {
    catalog: "pg_publication",
    where: ownRow("pg_publication"),
    owner: "pubowner",
    leftOut: { oid: names, pubname: names },
  },
  {
    catalog: "pg_publication_rel",
    where: inRelation("prrelid"),
    numbers: { prattrs: "x.prrelid" },
    // The server sorts them by the order of the table's columns.
    unordered: ["prattrs"],
    expressions: { prqual: "x.prrelid" },
    leftOut: { oid: names, prpubid: names, prrelid: names },
  },
  {
    catalog: "pg_publication_namespace",
    since: 15,
    where: "x.pnnspid not in (select a.oid from aside a)",
    leftOut: { oid: names, pnpubid: names, pnnspid: names },
  },
  {
    catalog: "pg_subscription",
    // PostgreSQL 13 keeps it from ordinary roles; several databases may have one of the name, and all are called alike.
    oidElsewhere: "(select min(s.subid::bigint)::oid from pg_stat_subscription s where s.subname = x.subname)",
    where: `x.subdbid = ${thisDatabase}`,
    owner: "subowner",
    unordered: ["subpublications"],
    leftOut: { oid: names, subname: names, subdbid: names, subconninfo: environment, subskiplsn: environment },
  },
  {
    catalog: "pg_foreign_data_wrapper",
    where: ownRow("pg_foreign_data_wrapper"),
    owner: "fdwowner",
    acl: { column: "fdwacl", kind: "'F'" },
    refers: { fdwhandler: "routine", fdwvalidator: "routine" },
    options: ["fdwoptions"],
    leftOut: { oid: names, fdwname: names },
  },
  {
    catalog: "pg_foreign_server",
    where: ownRow("pg_foreign_server"),
    owner: "srvowner",
    acl: { column: "srvacl", kind: "'S'" },
    refers: { srvfdw: "pg_foreign_data_wrapper" },
    options: ["srvoptions"],
    leftOut: { oid: names, srvname: names },
  },
  {
    catalog: "pg_user_mappings",
    about: ["'pg_user_mapping'::regclass", "x.umid", "0"],
    where: "('pg_foreign_server'::regclass::oid, x.srvid) not in (select m.classid, m.objid from member m)",
    // Credentials are the environment's; who somebody is over there is part of the schema.
    asked: {
      identity: `(
        select string_agg(o, ', ' order by o collate "C") from unnest(x.umoptions) o
        where split_part(o, '=', 1) in ('user', 'username', 'user_name', 'password_required', 'sslcert', 'use_scram_passthrough'))`,
    },
    leftOut: { umid: names, srvid: names, srvname: names, umuser: names, usename: names, umoptions: environment },
  },
  {
    catalog: "pg_extension",
    where: "true",
    owner: "extowner",
    refers: { extnamespace: "schema", extconfig: "relation" },
    asked: {
      members: `(
        select count(*) || ' ' || md5(string_agg(i.type || ' ' || i.identity, E'\\n' order by (i.type || ' ' || i.identity) collate "C"))
        from member m
        join pg_depend d on d.classid = m.classid and d.objid = m.objid and d.deptype = 'e'
        cross join lateral pg_identify_object(m.classid, m.objid, 0) i
        where d.refclassid = 'pg_extension'::regclass and d.refobjid = x.oid)`,
    },
    leftOut: { oid: names, extname: names },
  },
  {
    catalog: "pg_default_acl",
    where: `x.defaclnamespace not in (select a.oid from aside a) and ${grantedByDefault} is not null`,
    asked: { [aclFact]: grantedByDefault },
    leftOut: { oid: names, defaclrole: names, defaclnamespace: names, defaclobjtype: names, defaclacl: elsewhere },
  },
];
