import { firstOwnOid, ownRow } from "./observation-sets.js";
import { elsewhere, follows, history, names, type ObservedCatalog, printed } from "./observed-catalog.js";

const ownType = (column: string) => `x.${column} in (select t.oid from own_type t)`;

/** The members of operator families that no extension brought, be it with the family or with an operator class. */
const ownFamilyMember = (catalog: string) => `x.oid >= ${firstOwnOid} and not exists (
  select from pg_depend d
  join member m on m.classid = d.refclassid and m.objid = d.refobjid
  where d.classid = '${catalog}'::regclass and d.objid = x.oid and d.refclassid <> 'pg_proc'::regclass
    and d.refclassid <> 'pg_operator'::regclass and d.refclassid <> 'pg_type'::regclass)`;

/** Some members come and go with an operator class, others are loose in their family. */
const operatorClassOf = (catalog: string) => `(
  select string_agg((pg_identify_object(d.refclassid, d.refobjid, 0)).identity, ', ')
  from pg_depend d
  where d.classid = '${catalog}'::regclass and d.objid = x.oid and d.refclassid = 'pg_opclass'::regclass)`;

const typeColumns = {
  refers: {
    typelem: "type",
    typcollation: "collation",
    typbasetype: "type",
    typsubscript: "routine",
    typinput: "routine",
  },
} as const;

/** Types of all kinds, and what works on them. */
export const typeAndRoutineCatalogs: readonly ObservedCatalog[] = [
  {
    catalog: "pg_type",
    where: ownType("oid"),
    owner: "typowner",
    acl: { column: "typacl", kind: "'T'" },
    ...typeColumns,
    asked: {
      "base type": "case when x.typbasetype <> 0 then format_type(x.typbasetype, x.typtypmod) end",
      // The text beside a domain's default is as somebody's search path spelled it once.
      default: "coalesce(pg_get_expr(x.typdefaultbin, 0), x.typdefault)",
    },
    leftOut: {
      oid: names,
      typname: names,
      typnamespace: names,
      typrelid: names,
      typarray: follows,
      typtypmod: elsewhere,
      typndims: history,
      typdefaultbin: elsewhere,
      typdefault: elsewhere,
    },
  },
  {
    catalog: "pg_range",
    about: ["'pg_type'::regclass", "x.rngtypid", "0"],
    where: ownType("rngtypid"),
    refers: {
      rngsubtype: "type",
      rngmultitypid: "type",
      rngcollation: "collation",
      rngsubopc: "pg_opclass",
    },
    leftOut: { rngtypid: names },
  },
  {
    catalog: "pg_proc",
    // The constructors of a range keep the name it had when it was made.
    where: `${ownRow("pg_proc", "pronamespace")} and not exists (
      select from pg_depend d
      where d.classid = 'pg_proc'::regclass and d.objid = x.oid and d.deptype = 'i')`,
    owner: "proowner",
    acl: { column: "proacl", kind: "'f'" },
    refers: {
      prolang: "pg_language",
      provariadic: "type",
      prorettype: "type",
      proargtypes: "type",
      proallargtypes: "type",
      protrftypes: "type",
    },
    unordered: ["proconfig"],
    asked: {
      definition: "case when x.prokind <> 'a' then pg_get_functiondef(x.oid) end",
      arguments: "pg_get_function_arguments(x.oid)",
    },
    leftOut: { oid: names, proname: names, pronamespace: names, proargdefaults: printed, prosqlbody: printed },
  },
  {
    catalog: "pg_aggregate",
    about: ["'pg_proc'::regclass", "x.aggfnoid::oid", "0"],
    where: `x.aggfnoid::oid >= ${firstOwnOid} and exists (
      select from pg_proc f
      where f.oid = x.aggfnoid::oid and f.pronamespace not in (select a.oid from aside a)
        and ('pg_proc'::regclass::oid, f.oid) not in (select m.classid, m.objid from member m))`,
    refers: { aggsortop: "operator", aggtranstype: "type", aggmtranstype: "type" },
    leftOut: { aggfnoid: names },
  },
  {
    catalog: "pg_operator",
    // One without a function was only ever named, as somebody's commutator, and is not there yet.
    where: `${ownRow("pg_operator", "oprnamespace")} and x.oprcode <> 0`,
    owner: "oprowner",
    refers: { oprleft: "type", oprright: "type", oprresult: "type", oprcom: "operator", oprnegate: "operator" },
    leftOut: { oid: names, oprname: names, oprnamespace: names },
  },
  {
    catalog: "pg_opfamily",
    where: ownRow("pg_opfamily", "opfnamespace"),
    owner: "opfowner",
    refers: { opfmethod: "pg_am" },
    leftOut: { oid: names, opfname: names, opfnamespace: names },
  },
  {
    catalog: "pg_opclass",
    where: ownRow("pg_opclass", "opcnamespace"),
    owner: "opcowner",
    refers: { opcmethod: "pg_am", opcfamily: "pg_opfamily", opcintype: "type", opckeytype: "type" },
    leftOut: { oid: names, opcname: names, opcnamespace: names },
  },
  {
    catalog: "pg_amop",
    where: ownFamilyMember("pg_amop"),
    refers: {
      amopfamily: "pg_opfamily",
      amoplefttype: "type",
      amoprighttype: "type",
      amopopr: "operator",
      amopmethod: "pg_am",
      amopsortfamily: "pg_opfamily",
    },
    asked: { "operator class": operatorClassOf("pg_amop") },
    leftOut: { oid: names },
  },
  {
    catalog: "pg_amproc",
    where: ownFamilyMember("pg_amproc"),
    refers: { amprocfamily: "pg_opfamily", amproclefttype: "type", amprocrighttype: "type" },
    asked: { "operator class": operatorClassOf("pg_amproc") },
    leftOut: { oid: names },
  },
  {
    catalog: "pg_cast",
    where: ownRow("pg_cast"),
    refers: { castsource: "type", casttarget: "type", castfunc: "routine" },
    leftOut: { oid: names },
  },
  {
    catalog: "pg_transform",
    where: ownRow("pg_transform"),
    refers: { trftype: "type", trflang: "pg_language" },
    leftOut: { oid: names },
  },
  {
    catalog: "pg_language",
    where: ownRow("pg_language"),
    owner: "lanowner",
    acl: { column: "lanacl", kind: "'l'" },
    refers: { lanplcallfoid: "routine", laninline: "routine", lanvalidator: "routine" },
    leftOut: { oid: names, lanname: names },
  },
  {
    catalog: "pg_am",
    where: ownRow("pg_am"),
    leftOut: { oid: names, amname: names },
  },
];
