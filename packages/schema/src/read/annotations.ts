import { defineQuery, type ReadScope } from "./catalog-query.js";

/**
 * The objects a table of annotations (comments, labels) points at, with PostgreSQL's own word for the kind and its own
 * spelling of the name. Large objects are data; what came with an extension is the extension's.
 */
const annotated = (from: string, columns: string, { includedName }: ReadScope) => `
  select i.type || ' ' || i.identity as name, json_build_object('kind', i.type, 'name', i.identity) as "on", d.*
  from (
    select ${columns}, a.classoid, a.objoid, a.objsubid
    from pg_catalog.${from} a
    where a.classoid <> 'pg_catalog.pg_largeobject'::regclass
      and (a.objoid >= 16384
        or a.classoid in ('pg_catalog.pg_namespace'::regclass, 'pg_catalog.pg_extension'::regclass))
      -- DROP SUBSCRIPTION leaves its comment and labels behind. Only the view shows everybody the oid.
      and (a.classoid <> 'pg_catalog.pg_subscription'::regclass
        or exists (select from pg_catalog.pg_stat_subscription s where s.subid = a.objoid))
      and not exists (
        select from pg_catalog.pg_depend e
        where e.classid = a.classoid and e.objid = a.objoid and e.deptype = 'e')
      -- What hangs on a relation that came with an extension came with it too.
      and not exists (
        select from pg_catalog.pg_depend part
        join pg_catalog.pg_depend e
          on e.classid = part.refclassid and e.objid = part.refobjid and e.deptype = 'e'
        where part.classid = a.classoid and part.objid = a.objoid and part.deptype in ('a', 'i')
          and part.refclassid = 'pg_catalog.pg_class'::regclass
          and a.classoid <> 'pg_catalog.pg_class'::regclass)
  ) d
  cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) i
  cross join lateral pg_identify_object_as_address(d.classoid, d.objoid, d.objsubid) p
  where ${includedName(`coalesce((parse_ident(i.schema))[1], case when i.type = 'schema' or array_length(p.object_names, 1) > 1 then p.object_names[1] end, '')`)}`;

export const comments = defineQuery({
  kind: "comments",
  alwaysThere: ["name"],
  sql: (scope) => `
    select c.name, c."on", c.text
    from (${annotated("pg_description", "a.description as text", scope)}) c
    where (c.name, c.text) not in (
      ('schema public', 'standard public schema'), ('extension plpgsql', 'PL/pgSQL procedural language'))
      or c.name is null`,
});

export const securityLabels = defineQuery({
  kind: "securityLabels",
  alwaysThere: ["name"],
  sql: (scope) => `
    select s.name || ' ' || s.provider as name, s."on", s.provider, s.label
    from (${annotated("pg_seclabel", "a.provider, a.label", scope)}) s`,
});
