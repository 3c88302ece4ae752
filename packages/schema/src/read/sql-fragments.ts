/** A condition: this object came with an extension, or was made by the server as a part of another one. */
export function notPartOfExtension(catalog: string, oid: string): string {
  return `not exists (
    select from pg_catalog.pg_depend member
    where member.classid = 'pg_catalog.${catalog}'::regclass and member.objid = ${oid} and member.deptype = 'e')`;
}

/** Firing states of triggers, rules and event triggers, in the words of ALTER … ENABLE. */
export function firingState(column: string): string {
  return `case ${column} when 'O' then 'origin' when 'A' then 'always' when 'R' then 'replica' else 'disabled' end`;
}

/** A function column as `schema.function`, null where it holds none. */
export function functionName(column: string): string {
  return `nullif(${column}::oid, 0::oid)::regproc::text`;
}

/** Where an inheritable thing comes from; null when it was declared here alone. */
export function inheritance(count: string, local: string): string {
  return `case when ${count} > 0 then case when ${local} then 'merged' else 'inherited' end end`;
}

// An option counts as a secret by its name, or when its value is a URL with a password in it. Compared without a locale:
// in Turkish, API_KEY is not the upper case of api_key.
const secret = (option: string) =>
  `(split_part(${option}, '=', 1) collate "C" ~* '(pass|pwd|secret|token|credential|auth|private|(api|access|ssl)_?key)' or ${option} ~ '://[^/@ ]*:[^/@ ]*@')`;

/** Options without those that may hold a secret, sorted. */
export function harmlessOptions(column: string): string {
  return unlessEmpty(column, `select o from unnest(${column}) o where not ${secret("o")} order by o collate "C"`);
}

// What a user mapping says beside these is a credential, whatever its name is.
const harmlessInMappings = ["password_required", "sslcert", "use_scram_passthrough", "user", "user_name", "username"];

/** The options of a user mapping that are known to be no credentials, sorted. */
export function harmlessMappingOptions(column: string): string {
  const names = harmlessInMappings.map((name) => `'${name}'`).join(", ");
  return unlessEmpty(
    column,
    `select o from unnest(${column}) o
     where split_part(o, '=', 1) in (${names}) and o !~ '://[^/@ ]*:[^/@ ]*@' order by o collate "C"`,
  );
}

/**
 * A condition on a row of pg_user_mappings, the one by which the server shows its options: to a superuser, to the role
 * itself where it may use the server and, of the mapping for everybody, to the server's owner.
 */
export function showsMappingOptions(mapping: string): string {
  const usesAsOwner = `exists (
    select from pg_catalog.pg_foreign_server o where o.oid = ${mapping}.srvid and pg_has_role(o.srvowner, 'USAGE'))`;
  return `(
    (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user)
    or ${mapping}.umuser = 0 and ${usesAsOwner}
    or ${mapping}.umuser <> 0 and ${mapping}.usename = current_user
      and (${usesAsOwner} or has_server_privilege(${mapping}.srvid, 'USAGE')))`;
}

/** As the catalog names a row of pg_user_mappings. */
export function mappingName(mapping: string): string {
  return `case ${mapping}.umuser when 0 then 'PUBLIC' else ${mapping}.umuser::regrole::text end || ' on ' || quote_ident(${mapping}.srvname)`;
}

/** The names of the options left out. */
export function secretOptions(column: string): string {
  return unlessEmpty(
    column,
    `select split_part(o, '=', 1) from unnest(${column}) o where ${secret("o")} order by o collate "C"`,
  );
}

export function sorted(array: string): string {
  return unlessEmpty(array, `select o from unnest(${array}) o order by o collate "C"`);
}

/** Most objects have no options at all, and a subquery for each of them costs more than everything else. */
function unlessEmpty(array: string, query: string): string {
  const isColumn = /^[a-z]+\.[a-z]+$/.test(array);
  return isColumn ? `case when ${array} is null then '{}'::text[] else array(${query}) end` : `array(${query})`;
}

export const replicaIdentity = `case c.relreplident when 'n' then 'nothing' when 'f' then 'full' when 'i' then 'index' else 'default' end`;

export const persistence = `case c.relpersistence when 'u' then 'unlogged' else 'permanent' end`;

/**
 * The extensions behind `ALTER … DEPENDS ON EXTENSION`, as a table to join by `objid`: an object goes when its extension
 * goes. Almost none has any, so they are gathered once rather than looked for at each object.
 */
export function extensionsDependedOn(catalog: string): string {
  return `(
    select auto.objid, array_agg(quote_ident(x.extname) order by x.extname) as extensions
    from pg_catalog.pg_depend auto
    join pg_catalog.pg_extension x on x.oid = auto.refobjid
    where auto.classid = 'pg_catalog.${catalog}'::regclass and auto.deptype = 'x'
      and auto.refclassid = 'pg_catalog.pg_extension'::regclass
    group by auto.objid)`;
}

/** The oid of the database we are in, for the catalogs that all databases of a server share. */
export const thisDatabase = "(select b.oid from pg_catalog.pg_database b where b.datname = current_database())";
