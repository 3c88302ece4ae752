import { inRelation, ownRow } from "./observation-sets.js";
import { elsewhere, follows, names, type ObservedCatalog, printed } from "./observed-catalog.js";

/** A trigger that a constraint of the server's is made of; constraint triggers are their users' own. */
const enforces = "(select con.contype <> 't' from pg_constraint con where con.oid = x.tgconstraint)";

const constraintColumns = {
  refers: {
    conindid: "relation",
    confrelid: "relation",
    conparentid: "pg_constraint",
    conpfeqop: "operator",
    conppeqop: "operator",
    conffeqop: "operator",
    conexclop: "operator",
  },
  numbers: { conkey: "x.conrelid", confkey: "x.confrelid", confdelsetcols: "x.conrelid" },
} as const;

/** Constraints, triggers, rules, policies and extended statistics. */
export const tablePartCatalogs: readonly ObservedCatalog[] = [
  {
    catalog: "pg_constraint",
    where: `x.contype not in ('n', 't') and (${inRelation("conrelid")} or x.contypid in (select t.oid from own_type t))
      and x.oid not in (select k.oid from kept_key k)`,
    ...constraintColumns,
    asked: {
      definition: "pg_get_constraintdef(x.oid)",
      // Of keys it says whether their table was a partition when they were made, which means nothing to anybody.
      "no inherit": "case when x.contype = 'c' and x.connoinherit then 'true' end",
      // Those of a CHECK stand in no order but that of the table.
      columns: `(
        select json_agg(a.attname order by case when x.contype <> 'c' then u.place end, a.attname collate "C")::text
        from unnest(x.conkey) with ordinality u (number, place)
        join pg_attribute a on a.attrelid = x.conrelid and a.attnum = u.number)`,
      "kept for partitions": `(
        select json_agg(k.confrelid::regclass || ' ' || k.convalidated || ' ' || k.condeferrable || ' ' || k.condeferred
          order by k.confrelid::regclass::text collate "C")::text
        from key_of_kept f
        join pg_constraint k on k.oid = f.oid
        where f.key = x.oid)`,
      // As its users left them: DISABLE TRIGGER ALL takes these along.
      "triggers not as usual": `(
        select json_agg(t.tgfoid::regproc || ' on ' || t.tgrelid::regclass || ' ' || t.tgenabled::text
          order by (t.tgfoid::regproc || ' on ' || t.tgrelid::regclass) collate "C")::text
        from pg_trigger t
        where t.tgenabled <> 'O' and t.tgconstraint in (select x.oid union all select f.oid from key_of_kept f where f.key = x.oid))`,
    },
    leftOut: {
      oid: names,
      conname: names,
      connamespace: names,
      conrelid: names,
      contypid: names,
      conkey: elsewhere,
      connoinherit: elsewhere,
      conbin: printed,
    },
  },
  {
    // Facts of the column, or the domain: older servers know no more, and the name is often the server's.
    catalog: "pg_constraint",
    about: [
      "case when x.conrelid <> 0 then 'pg_class' else 'pg_type' end::regclass",
      "case when x.conrelid <> 0 then x.conrelid else x.contypid end",
      "case when x.conrelid <> 0 then x.conkey[1] else 0 end",
    ],
    where: `x.contype = 'n' and (${inRelation("conrelid")} or x.contypid in (select t.oid from own_type t))`,
    ...constraintColumns,
    asked: {
      "not null by": `json_build_object(
        'name', x.conname, 'local', x.conislocal,
        'of', coalesce((select c.relname from pg_class c where c.oid = x.conrelid), (select t.typname from pg_type t where t.oid = x.contypid)),
        'column', (select a.attname from pg_attribute a where a.attrelid = x.conrelid and a.attnum = x.conkey[1]))::text`,
      "not null comment": `obj_description(x.oid, 'pg_constraint')`,
      // Where parent and key both ask for it, which of them came first decides, and no statement that changes a table.
      "not null is local": `(x.conislocal and not (x.coninhcount > 0 and exists (
        select from pg_constraint k where k.conrelid = x.conrelid and k.contype = 'p' and x.conkey[1] = any (k.conkey))))::text`,
    },
    leftOut: {
      oid: names,
      conname: elsewhere,
      conislocal: elsewhere,
      connamespace: names,
      conrelid: names,
      contypid: names,
      conkey: names,
      conbin: printed,
    },
  },
  {
    catalog: "pg_trigger",
    where: `${inRelation("tgrelid")} and ${enforces} is not true`,
    refers: { tgparentid: "pg_trigger", tgconstrrelid: "relation", tgconstrindid: "relation", tgfoid: "routine" },
    numbers: { tgattr: "x.tgrelid" },
    asked: { definition: "pg_get_triggerdef(x.oid)" },
    // Whether a partition's trigger counts as internal depends on the server's version alone.
    leftOut: {
      oid: names,
      tgname: names,
      tgrelid: names,
      tgconstraint: follows,
      tgisinternal: follows,
      tgqual: printed,
    },
  },
  {
    catalog: "pg_rewrite",
    where: `${inRelation("ev_class")} and x.rulename <> '_RETURN'`,
    asked: { definition: "pg_get_ruledef(x.oid)" },
    leftOut: { oid: names, rulename: names, ev_class: names, ev_qual: printed, ev_action: printed },
  },
  {
    catalog: "pg_policy",
    where: inRelation("polrelid"),
    refers: { polroles: "role" },
    unordered: ["polroles"],
    expressions: { polqual: "x.polrelid", polwithcheck: "x.polrelid" },
    leftOut: { oid: names, polname: names, polrelid: names },
  },
  {
    catalog: "pg_statistic_ext",
    where: `${ownRow("pg_statistic_ext", "stxnamespace")} and ${inRelation("stxrelid")}`,
    owner: "stxowner",
    refers: { stxrelid: "relation" },
    numbers: { stxkeys: "x.stxrelid" },
    // The server sorts them by the order of the table's columns.
    unordered: ["stxkeys", "stxkind"],
    asked: {
      "statistics target": "nullif(x.stxstattarget, -1)::text",
      expressions: { since: 14, sql: "array_to_json(pg_get_statisticsobjdef_expressions(x.oid))::text" },
    },
    leftOut: { oid: names, stxname: names, stxnamespace: names, stxstattarget: elsewhere, stxexprs: printed },
  },
];
