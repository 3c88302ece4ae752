import type { Queryable } from "@confiture/model";

export const shadowPrefix = "confiture_shadow_";

/** First key of the advisory locks that say "this shadow is in use"; the second is a hash of its name. */
const lockSpace = 0x636f_6e73;

/** Marks a shadow as in use for as long as this session lives. */
export async function markShadow(admin: Queryable, name: string): Promise<void> {
  await admin.query("select pg_advisory_lock($1, hashtext($2))", [lockSpace, name]);
}

/**
 * Drops the shadows of runs that died. A shadow is stale when no session marks it and nobody is connected; a name
 * younger than a minute is left alone, for its maker may be between two steps.
 */
export async function dropStaleShadows(admin: Queryable): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(
    `select d.datname as name
    from pg_catalog.pg_database d
    where d.datname ~ ('^' || $1 || '[0-9]{8}t[0-9]{6}_[0-9a-f]{8}$')
      and to_timestamp(substr(d.datname, length($1) + 1, 15), 'YYYYMMDD"t"HH24MISS')::timestamp
        < (now() at time zone 'utc') - interval '1 minute'
      and pg_catalog.pg_has_role(d.datdba, 'usage')
      and not exists (select from pg_catalog.pg_stat_activity a where a.datid = d.oid)
      and not exists (
        select from pg_catalog.pg_locks l
        where l.locktype = 'advisory' and l.classid = $2::bigint::oid and l.objid = (hashtext(d.datname)::bigint & 4294967295)::oid
      )`,
    [shadowPrefix, lockSpace],
  );
  for (const { name } of rows) {
    try {
      await admin.query(`drop database if exists "${name}"`);
    } catch (error) {
      // Another run cleans up too, or somebody has just connected: then it is not stale any more.
      if (!(error instanceof Error && "code" in error && /^(55006|42501|3D000|XX000)$/.test(String(error.code))))
        throw error;
    }
  }
}
