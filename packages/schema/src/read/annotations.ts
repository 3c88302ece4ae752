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
      and (a.objoid >= 16384 or a.classoid = 'pg_catalog.pg_namespace'::regclass)
      and not exists (
        select from pg_catalog.pg_depend e
        where e.classid = a.classoid and e.objid = a.objoid and e.deptype = 'e')
  ) d
  cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) i
  cross join lateral pg_identify_object_as_address(d.classoid, d.objoid, d.objsubid) p
  where ${includedName(`coalesce(i.schema, case when i.type = 'schema' or array_length(p.object_names, 1) > 1 then p.object_names[1] end, '')`)}`;

export const comments = defineQuery({
  kind: "comments",
  alwaysThere: ["name"],
  sql: (scope) => `
    select c.name, c."on", c.text
    from (${annotated("pg_description", "a.description as text", scope)}) c
    where c.name is distinct from 'schema public' or c.text <> 'standard public schema'`,
});

export const securityLabels = defineQuery({
  kind: "securityLabels",
  alwaysThere: ["name"],
  sql: (scope) => `
    select s.name || ' ' || s.provider as name, s."on", s.provider, s.label
    from (${annotated("pg_seclabel", "a.provider, a.label", scope)}) s`,
});
