import { inRelation, ownRow } from "./observation-sets.js";
import { data, elsewhere, follows, history, names, type ObservedCatalog, printed, stored } from "./observed-catalog.js";
import { columnOrderFact } from "./observed-object.js";

const ofRelation = (column: string, number = "0") => ["'pg_class'::regclass", `x.${column}`, number] as const;

/** The kinds whose columns may be added in any order, and whose order no ALTER brings back. */
const orderless = "('r', 'p', 'f')";

/** Tables of all kinds, views, indexes and sequences, with their columns. */
export const relationCatalogs: readonly ObservedCatalog[] = [
  {
    catalog: "pg_namespace",
    where: `(x.nspname = 'public' or ${ownRow("pg_namespace")}) and x.oid not in (select a.oid from aside a)`,
    owner: "nspowner",
    acl: { column: "nspacl", kind: "'n'" },
    leftOut: { oid: names, nspname: names },
  },
  {
    catalog: "pg_class",
    where: inRelation("oid"),
    owner: "relowner",
    acl: { column: "relacl", kind: `case x.relkind when 'S' then 's' else 'r' end::"char"` },
    refers: { reloftype: "type", relam: "pg_am", reltablespace: "tablespace" },
    unordered: ["reloptions"],
    expressions: { relpartbound: "x.oid" },
    asked: {
      definition: `case when x.relkind in ('v', 'm') then pg_get_viewdef(x.oid)
        when x.relkind in ('i', 'I') then pg_get_indexdef(x.oid) end`,
      "toast options": `(
        select array_to_json(array(select o from unnest(t.reloptions) o order by o collate "C"))::text
        from pg_class t
        where t.oid = x.reltoastrelid and t.reloptions is not null)`,
      // An index that was the identity and was dropped leaves the letter behind, and nothing is told of old rows.
      "replica identity": `case when x.relreplident <> 'i' then x.relreplident
        when exists (select from pg_index i where i.indrelid = x.oid and i.indisreplident) then 'i' else 'n' end`,
      // Two kinds of column order: this one may differ, that of views and composite types is what they are.
      [columnOrderFact]: `case when x.relkind in ${orderless} then (
        select json_agg(a.attname order by a.attnum)::text
        from pg_attribute a
        where a.attrelid = x.oid and a.attnum > 0 and not a.attisdropped) end`,
    },
    leftOut: {
      oid: names,
      relname: names,
      relnamespace: names,
      reltype: names,
      relreplident: elsewhere,
      relfilenode: stored,
      relpages: stored,
      reltuples: stored,
      relallvisible: stored,
      relallfrozen: stored,
      relfrozenxid: stored,
      relminmxid: stored,
      relrewrite: stored,
      reltoastrelid: stored,
      relispopulated: data,
      relnatts: history,
      relchecks: follows,
      // True from the first on, and for a while after the last.
      relhasindex: history,
      relhasrules: history,
      relhastriggers: history,
      relhassubclass: history,
      relisshared: follows,
    },
  },
  {
    catalog: "pg_attribute",
    about: ofRelation("attrelid", "x.attnum"),
    where: `x.attnum > 0 and not x.attisdropped and x.attrelid in (
      select r.oid from relation r where r.relkind in ('r', 'p', 'f', 'v', 'm', 'c'))`,
    acl: { column: "attacl", owner: "(select r.relowner from relation r where r.oid = x.attrelid)", kind: "'c'" },
    refers: { attcollation: "collation" },
    unordered: ["attoptions"],
    options: ["attfdwoptions"],
    asked: {
      type: "format_type(x.atttypid, x.atttypmod)",
      "statistics target": "nullif(x.attstattarget, -1)::text",
      place: `case when (select r.relkind from relation r where r.oid = x.attrelid) not in ${orderless} then (
        select count(*)
        from pg_attribute a
        where a.attrelid = x.attrelid and a.attnum between 1 and x.attnum and not a.attisdropped)::text end`,
    },
    leftOut: {
      attrelid: names,
      attname: names,
      attnum: elsewhere,
      atttypid: elsewhere,
      atttypmod: elsewhere,
      attstattarget: elsewhere,
      attlen: follows,
      attbyval: follows,
      attalign: follows,
      attcacheoff: stored,
      attndims: history,
      atthasdef: follows,
      atthasmissing: stored,
      attmissingval: stored,
      attisdropped: history,
    },
  },
  {
    catalog: "pg_attrdef",
    about: ofRelation("adrelid", "x.adnum"),
    where: inRelation("adrelid"),
    asked: { "default or expression": "pg_get_expr(x.adbin, x.adrelid)" },
    leftOut: { oid: names, adrelid: names, adnum: names, adbin: printed },
  },
  {
    catalog: "pg_partitioned_table",
    about: ofRelation("partrelid"),
    where: inRelation("partrelid"),
    asked: { "partition key": "pg_get_partkeydef(x.partrelid)" },
    leftOut: {
      partrelid: names,
      partnatts: printed,
      // The partition itself says that it is the default.
      partdefid: follows,
      partattrs: printed,
      partclass: printed,
      partcollation: printed,
      partexprs: printed,
      partstrat: printed,
    },
  },
  {
    catalog: "pg_foreign_table",
    about: ofRelation("ftrelid"),
    where: inRelation("ftrelid"),
    refers: { ftserver: "pg_foreign_server" },
    options: ["ftoptions"],
    leftOut: { ftrelid: names },
  },
  {
    catalog: "pg_sequence",
    about: ofRelation("seqrelid"),
    where: inRelation("seqrelid"),
    refers: { seqtypid: "type" },
    asked: {
      "owned by": `(
        select string_agg((pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid)).identity || ' ' || d.deptype::text, ', ')
        from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = x.seqrelid and d.objsubid = 0
          and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i'))`,
    },
    leftOut: { seqrelid: names },
  },
  {
    catalog: "pg_index",
    about: ofRelation("indexrelid"),
    where: inRelation("indexrelid"),
    refers: { indrelid: "relation" },
    asked: {
      "statistics targets": `(
        select string_agg(a.attnum || ': ' || a.attstattarget, ', ' order by a.attnum)
        from pg_attribute a
        where a.attrelid = x.indexrelid and a.attstattarget >= 0)`,
    },
    leftOut: {
      indexrelid: names,
      indnatts: printed,
      indnkeyatts: printed,
      indkey: printed,
      indcollation: printed,
      indclass: printed,
      indoption: printed,
      indexprs: printed,
      indpred: printed,
      indcheckxmin: stored,
    },
  },
];
