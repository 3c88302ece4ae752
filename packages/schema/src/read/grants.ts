import { defineQuery, type ReadScope } from "./catalog-query.js";

/** Every object that can carry an ACL and has one, the system's own too. Also `public`, which is born with one. */
const grantables = ({ notExcluded }: ReadScope) => `
  select case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view'
           when 'f' then 'foreign table' else 'table' end as kind,
         c.oid::regclass::text as name, case c.relkind when 'S' then 's' else 'r' end as code, c.relowner as owner,
         c.relacl as acl, c.tableoid as classoid, c.oid as objoid, 0 as objsubid
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relacl is not null and ${notExcluded("n")}
  union all
  select 'column', c.oid::regclass::text || '.' || quote_ident(a.attname), 'c', c.relowner, a.attacl,
         c.tableoid, c.oid, a.attnum
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_class c on c.oid = a.attrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where a.attacl is not null and not a.attisdropped and ${notExcluded("n")}
  union all
  select case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
         p.oid::regprocedure::text, 'f', p.proowner, p.proacl, p.tableoid, p.oid, 0
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where p.proacl is not null and ${notExcluded("n")}
  union all
  select 'schema', quote_ident(n.nspname), 'n', n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner)),
         n.tableoid, n.oid, 0
  from pg_catalog.pg_namespace n
  where (n.nspacl is not null or n.nspname = 'public') and ${notExcluded("n")}
  union all
  select 'type', format_type(t.oid, null), 'T', t.typowner, t.typacl, t.tableoid, t.oid, 0
  from pg_catalog.pg_type t
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where t.typacl is not null and ${notExcluded("n")}
  union all
  select 'language', quote_ident(l.lanname), 'l', l.lanowner, l.lanacl, l.tableoid, l.oid, 0
  from pg_catalog.pg_language l
  where l.lanacl is not null
  union all
  select 'foreign-data wrapper', quote_ident(w.fdwname), 'F', w.fdwowner, w.fdwacl, w.tableoid, w.oid, 0
  from pg_catalog.pg_foreign_data_wrapper w
  where w.fdwacl is not null
  union all
  select 'foreign server', quote_ident(s.srvname), 'S', s.srvowner, s.srvacl, s.tableoid, s.oid, 0
  from pg_catalog.pg_foreign_server s
  where s.srvacl is not null`;

/**
 * What an object has when nobody granted or revoked anything. The server remembers it for what initdb and extensions
 * made, but not for information_schema, and not for a `public` that was dropped and made again.
 */
const bornAcl = ({ version }: ReadScope) => `case
  when g.kind = 'schema' and g.name = 'public'
    then acldefault('n', g.owner) || makeaclitem(0, g.owner, 'USAGE', false)
      ${version < 15 ? "|| makeaclitem(0, g.owner, 'CREATE', false)" : ""}
  when i.initprivs is not null then i.initprivs
  when g.kind = 'schema' and g.name = 'information_schema'
    then acldefault('n', g.owner) || makeaclitem(0, g.owner, 'USAGE', false)
  when g.code = 'r' and g.objoid < 16384 and starts_with(g.name, 'information_schema.')
    then acldefault('r', g.owner) || makeaclitem(0, g.owner, 'SELECT', false)
  else acldefault(g.code::"char", g.owner) end`;

/**
 * Compares the entries of an ACL (`held`) with those the object would have by itself (`born`), which gives the same
 * answer for an unset ACL and for one that spells out the default, on servers with and without MAINTAIN.
 */
const differences = `
  select coalesce(h.id, b.id) as id, coalesce(h.grantee, b.grantee) as grantee, coalesce(h.grantor, b.grantor) as grantor,
         array_agg(h.privilege_type || case when h.is_grantable then ' with grant option' else '' end
           order by h.privilege_type collate "C") filter (
             where h.id is not null and (b.id is null or h.is_grantable and not b.is_grantable)) as granted,
         array_agg(b.privilege_type || case when h.id is not null then ' grant option' else '' end
           order by b.privilege_type collate "C") filter (
             where b.id is not null and (h.id is null or b.is_grantable and not h.is_grantable)) as revoked
  from held h
  full join born b on b.id = h.id and b.grantee = h.grantee and b.grantor = h.grantor
    and b.privilege_type = h.privilege_type
  group by 1, 2, 3`;

const role = (oid: string) => `case ${oid} when 0 then 'PUBLIC' else ${oid}::regrole::text end`;

export const grants = defineQuery({
  kind: "grants",
  alwaysThere: ["name"],
  sql: (scope) => `
    with grantable as (
      select row_number() over () as id, g.*
      from (${grantables(scope)}) g
    ),
    held as (
      select g.id, x.grantee, x.grantor, x.privilege_type, x.is_grantable
      from grantable g
      cross join lateral aclexplode(g.acl) x
    ),
    -- What initdb or an extension granted at first was granted by the owner of then; it counts as today's owner.
    born as (
      select g.id, case when x.grantee = x.grantor then g.owner else x.grantee end as grantee, g.owner as grantor,
             x.privilege_type, x.is_grantable
      from grantable g
      left join pg_catalog.pg_init_privs i
        on i.objoid = g.objoid and i.classoid = g.classoid and i.objsubid = g.objsubid
      cross join lateral aclexplode(${bornAcl(scope)}) x
    ),
    difference as (${differences})
    select g.kind || ' ' || g.name || ' to ' || ${role("d.grantee")}
             || case when d.grantor <> g.owner then ' by ' || ${role("d.grantor")} else '' end as name,
           json_build_object('kind', g.kind, 'name', g.name) as "on", ${role("d.grantee")} as grantee,
           case when d.grantor <> g.owner then ${role("d.grantor")} end as grantor,
           coalesce(d.granted, '{}') as granted, coalesce(d.revoked, '{}') as revoked
    from difference d
    join grantable g on g.id = d.id
    where d.granted is not null or d.revoked is not null`,
});

export const defaultPrivileges = defineQuery({
  kind: "defaultPrivileges",
  sql: (scope) => `
    with settings as (
      select a.oid as id, a.defaclrole as role, n.nspname, a.defaclacl as acl, a.defaclobjtype as code,
             case a.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
               when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end as objects
      from pg_catalog.pg_default_acl a
      left join pg_catalog.pg_namespace n on n.oid = a.defaclnamespace
      where n.oid is null or ${scope.included("n")}
    ),
    held as (
      select s.id, x.grantee, x.grantor, x.privilege_type, x.is_grantable
      from settings s
      cross join lateral aclexplode(s.acl) x
    ),
    -- Within one schema they add to the default; without a schema they replace it.
    born as (
      select s.id, x.grantee, x.grantor, x.privilege_type, x.is_grantable
      from settings s
      cross join lateral aclexplode(acldefault(case s.code when 'S' then 's' else s.code end, s.role)) x
      where s.nspname is null
    ),
    difference as (${differences})
    select s.objects || coalesce(' in schema ' || quote_ident(s.nspname), '') || ' of ' || s.role::regrole::text
             || ' to ' || ${role("d.grantee")} as name,
           s.role::regrole::text as role, quote_ident(s.nspname) as schema, s.objects,
           ${role("d.grantee")} as grantee, coalesce(d.granted, '{}') as granted, coalesce(d.revoked, '{}') as revoked
    from difference d
    join settings s on s.id = d.id
    where d.granted is not null or d.revoked is not null`,
});
