import { defineQuery, type ReadScope } from "./catalog-query.js";
import { extensionsDependedOn, firingState, inheritance, notPartOfExtension, sorted } from "./sql-fragments.js";
import { inOrderOfName } from "./statistics-columns.js";

/** The tables, views and foreign tables whose constraints, indexes, triggers, rules and policies are read. */
const relation = ({ included }: ReadScope) => `
  relation as (
    select c.oid, c.relname, c.oid::regclass::text as name, n.nspname
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f', 'v', 'm') and ${included("n")} and ${notPartOfExtension("pg_class", "c.oid")})`;

const kindOfConstraint = `case con.contype when 'c' then 'check' when 'f' then 'foreign key' when 'p' then 'primary key'
  when 'u' then 'unique' when 'x' then 'exclude' else 'not null' end`;

/**
 * What the server begins the name of a NOT NULL constraint with, shortened to 63 bytes as it does (single-byte names).
 * Behind it come digits where names had to be kept apart.
 */
const serverChosenName = `case
  when d.oid is not null then left(d.typname, 54)
  when length(r.relname) + length(f.attname) <= 53 then r.relname || '_' || f.attname
  else left(r.relname, greatest(27, 53 - length(f.attname))) || '_' || left(f.attname, greatest(26, 53 - length(r.relname)))
  end || '_not_null'`;

const hasServerChosenName = `starts_with(con.conname, ${serverChosenName})
  and substr(con.conname, length(${serverChosenName}) + 1) ~ '^[0-9]*$'`;

/**
 * The server's own triggers behind constraints that are not as they were made (`DISABLE TRIGGER ALL`), each with the
 * constraint it shows at: those of the rows the server keeps for partitions show at the constraint somebody wrote.
 */
const oddTriggers = `
  climb as (
    select g.tgconstraint as constraint_oid,
           g.tgfoid::regproc::text || ' on ' || g.tgrelid::regclass::text || ': ' || ${firingState("g.tgenabled")} as state
    from pg_catalog.pg_trigger g
    where g.tgisinternal and g.tgconstraint <> 0 and g.tgenabled <> 'O'
    union all
    select up.oid, climb.state
    from climb
    join pg_catalog.pg_constraint con on con.oid = climb.constraint_oid
    join pg_catalog.pg_constraint up on up.oid = con.conparentid and up.conrelid = con.conrelid
  ),
  odd as (
    select constraint_oid, array_agg(state order by state collate "C") as states
    from climb
    group by constraint_oid)`;

export const constraints = defineQuery({
  kind: "constraints",
  catalog: "pg_constraint",
  alwaysThere: ["definition"],
  sql: (scope) => `
    with recursive ${relation(scope)}, ${oddTriggers},
    domain as (
      select t.oid, t.typname, format_type(t.oid, null) as name
      from pg_catalog.pg_type t
      join pg_catalog.pg_namespace n on n.oid = t.typnamespace
      where t.typtype = 'd' and ${scope.included("n")} and ${notPartOfExtension("pg_type", "t.oid")})
    select con.oid as oid, quote_ident(con.conname) || ' on ' || coalesce(r.name, 'domain ' || d.name) as name,
           ${kindOfConstraint} as kind, r.name as "table", d.name as domain, quote_ident(con.conname) as "constraint",
           pg_get_constraintdef(con.oid) as definition, con.convalidated as validated,
           ${scope.version >= 18 ? "con.conenforced" : "true"} as enforced,
           ${inheritance("con.coninhcount", "con.conislocal")} as inheritance,
           case when parent.oid is not null
             then quote_ident(parent.conname) || ' on ' || parent.conrelid::regclass::text end as parent,
           nullif(con.conindid, 0)::regclass::text as index,
           array(
             select quote_ident((
               select a.attname from pg_catalog.pg_attribute a where a.attrelid = con.conrelid and a.attnum = u.number))
             from unnest(con.conkey) with ordinality u (number, place)
             -- 0 stands for an expression of an exclusion constraint, and for a whole row in a CHECK.
             where u.number <> 0
             order by u.place) as columns,
           nullif(con.confrelid, 0)::regclass::text as "references",
           coalesce(odd.states, '{}') as "triggerStates",
           coalesce(con.contype = 'n' and con.convalidated and not con.connoinherit
             and (not con.conislocal or ${hasServerChosenName}), false) as implied
    from pg_catalog.pg_constraint con
    left join relation r on r.oid = con.conrelid
    left join domain d on d.oid = con.contypid
    left join pg_catalog.pg_constraint parent on parent.oid = con.conparentid
    left join odd on odd.constraint_oid = con.oid
    left join pg_catalog.pg_attribute f
      on con.contype = 'n' and f.attrelid = con.conrelid and f.attnum = con.conkey[1]
    where con.contype in ('c', 'f', 'p', 'u', 'x', 'n') and (r.oid is not null or d.oid is not null)
      -- For each partition of the table it refers to, a foreign key has a row that the server keeps for itself.
      and (parent.oid is null or parent.conrelid <> con.conrelid)`,
});

export const indexes = defineQuery({
  kind: "indexes",
  catalog: "pg_class",
  alwaysThere: ["definition"],
  sql: (scope) => `
    with ${relation(scope)}
    select c.oid as oid, c.oid::regclass::text as name, quote_ident(r.nspname) as schema, r.name as "table",
           pg_get_indexdef(c.oid) as definition, i.indisunique as "unique", i.indisvalid as valid,
           i.indisready as ready, h.inhparent::regclass::text as parent, quote_ident(con.conname) as "constraint",
           x.extensions as "dependsOnExtensions",
           i.indisclustered as clustered, i.indisreplident as "replicaIdentity", quote_ident(ts.spcname) as tablespace,
           coalesce(target.targets, '{}') as statistics
    from pg_catalog.pg_index i
    join relation r on r.oid = i.indrelid
    join pg_catalog.pg_class c on c.oid = i.indexrelid
    left join pg_catalog.pg_inherits h on h.inhrelid = c.oid
    left join pg_catalog.pg_constraint con on con.conindid = c.oid and con.contype in ('p', 'u', 'x')
    left join pg_catalog.pg_tablespace ts on ts.oid = c.reltablespace
    left join ${extensionsDependedOn("pg_class")} x on x.objid = c.oid
    left join (
      select a.attrelid, array_agg(a.attnum || '=' || a.attstattarget order by a.attnum) as targets
      from pg_catalog.pg_attribute a
      where a.attnum > 0 and a.attstattarget >= 0
      group by a.attrelid) target on target.attrelid = c.oid`,
});

export const triggers = defineQuery({
  kind: "triggers",
  catalog: "pg_trigger",
  alwaysThere: ["definition"],
  sql: (scope) => `
    with ${relation(scope)}
    select g.oid as oid, quote_ident(g.tgname) || ' on ' || r.name as name, r.name as "table", quote_ident(g.tgname) as trigger,
           pg_get_triggerdef(g.oid) as definition, ${firingState("g.tgenabled")} as enabled,
           g.tgfoid::regproc::text as function, x.extensions as "dependsOnExtensions",
           case when parent.oid is not null
             then quote_ident(parent.tgname) || ' on ' || parent.tgrelid::regclass::text end as parent
    from pg_catalog.pg_trigger g
    join relation r on r.oid = g.tgrelid
    left join pg_catalog.pg_trigger parent on parent.oid = g.tgparentid
    left join ${extensionsDependedOn("pg_trigger")} x on x.objid = g.oid
    where (not g.tgisinternal or g.tgparentid <> 0)
      and not exists (
        select from pg_catalog.pg_constraint con where con.oid = g.tgconstraint and con.contype <> 't')`,
});

export const rules = defineQuery({
  kind: "rules",
  catalog: "pg_rewrite",
  alwaysThere: ["definition"],
  sql: (scope) => `
    with ${relation(scope)}
    select w.oid as oid, quote_ident(w.rulename) || ' on ' || r.name as name, r.name as "table",
           pg_get_ruledef(w.oid) as definition, ${firingState("w.ev_enabled")} as enabled
    from pg_catalog.pg_rewrite w
    join relation r on r.oid = w.ev_class
    where w.rulename <> '_RETURN'`,
});

export const policies = defineQuery({
  kind: "policies",
  catalog: "pg_policy",
  sql: (scope) => `
    with ${relation(scope)}
    select p.oid as oid, quote_ident(p.polname) || ' on ' || r.name as name, r.name as "table", quote_ident(p.polname) as policy,
           case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
             else 'all' end as command,
           p.polpermissive as permissive,
           ${sorted("array(select case role when 0 then 'PUBLIC' else role::regrole::text end from unnest(p.polroles) role)")} as roles,
           case when p.polqual is not null then coalesce(pg_get_expr(p.polqual, p.polrelid), '?') end as using,
           case when p.polwithcheck is not null
             then coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '?') end as "check"
    from pg_catalog.pg_policy p
    join relation r on r.oid = p.polrelid`,
});

export const statistics = defineQuery({
  kind: "statistics",
  tidy: ({ definition, ...entry }) => ({ ...entry, definition: inOrderOfName(definition) }),
  catalog: "pg_statistic_ext",
  alwaysThere: ["definition"],
  sql: ({ included }) => `
    select s.oid as oid, quote_ident(n.nspname) || '.' || quote_ident(s.stxname) as name, quote_ident(n.nspname) as schema,
           s.stxowner::regrole::text as owner, s.stxrelid::regclass::text as "table",
           pg_get_statisticsobjdef(s.oid) as definition, nullif(s.stxstattarget, -1) as target
    from pg_catalog.pg_statistic_ext s
    join pg_catalog.pg_namespace n on n.oid = s.stxnamespace
    where ${included("n")} and ${notPartOfExtension("pg_statistic_ext", "s.oid")}`,
});

export const eventTriggers = defineQuery({
  kind: "eventTriggers",
  catalog: "pg_event_trigger",
  sql: () => `
    select e.oid as oid, quote_ident(e.evtname) as name, e.evtowner::regrole::text as owner, e.evtevent as event,
           e.evtfoid::regproc::text as function, ${sorted("e.evttags")} as tags,
           ${firingState("e.evtenabled")} as enabled
    from pg_catalog.pg_event_trigger e
    where ${notPartOfExtension("pg_event_trigger", "e.oid")}`,
});
