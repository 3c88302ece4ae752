import { randomBytes } from "node:crypto";
import type { Database, OwnedSession, Queryable, ShadowProvider } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { connectDatabase } from "../connect/connect-database.js";
import type { PostgresDatabase } from "../connect/postgres-database.js";
import { dropStaleShadows, markShadow, shadowPrefix } from "./stale-shadows.js";

export type ShadowProviderOptions =
  /** The server whose shadows are made, by the URL of a database on it. */
  { readonly url: string } | { readonly database: PostgresDatabase };

/**
 * Makes empty databases `confiture_shadow_…` on a server, with the encoding and locale of the database given, and drops
 * them when disposed. Those of runs that died are dropped on the way. Throws CONFITURE_SHADOW_UNAVAILABLE where the
 * role may not create databases, or another major version is asked for than the server's.
 */
export function shadowProvider(options: ShadowProviderOptions): ShadowProvider {
  const source =
    "url" in options ? connectDatabase(options.url, { applicationName: "confiture shadow" }) : options.database;
  return { create: (version) => createShadow(source, version) };
}

async function createShadow(
  source: PostgresDatabase,
  version: number | undefined,
): Promise<Database & AsyncDisposable> {
  // This session lives as long as the shadow: the lock it holds tells other runs that the shadow is in use.
  const admin = await source.openSession();
  try {
    await checkVersion(admin, version);
    await dropStaleShadows(admin);
    const name = `${shadowPrefix}${timestamp()}_${randomBytes(4).toString("hex")}`;
    await markShadow(admin, name);
    await createDatabase(admin, name);
    return shadowDatabase(source, admin, name);
  } catch (error) {
    await admin[Symbol.asyncDispose]();
    throw error;
  }
}

function shadowDatabase(source: PostgresDatabase, admin: OwnedSession, name: string): Database & AsyncDisposable {
  const database = source.withDatabase(name);
  let disposed: Promise<void> | undefined;
  return {
    openSession: database.openSession,
    detectPooler: database.detectPooler,
    observeLocks: database.observeLocks,
    [Symbol.asyncDispose]() {
      disposed ??= drop(source, admin, database, name);
      return disposed;
    },
  };
}

async function drop(
  source: PostgresDatabase,
  admin: OwnedSession,
  shadow: PostgresDatabase,
  name: string,
): Promise<void> {
  await shadow[Symbol.asyncDispose]();
  const statement = `drop database if exists "${name}" with (force)`;
  try {
    await admin.query(statement);
  } catch (error) {
    if (codeOf(error) === objectInUse) await dropSubscriptions(source.withDatabase(name));
    else if (!(error instanceof ConfitureError)) throw error;
    // A long rehearsal may outlive an idle connection.
    await using again = await source.openSession();
    await again.query(statement);
  } finally {
    await admin[Symbol.asyncDispose]();
  }
}

const objectInUse = "55006";

/** A database with a subscription cannot be dropped. What a subscription has on its publisher is left alone. */
async function dropSubscriptions(database: PostgresDatabase): Promise<void> {
  await using shadow = database;
  await using session = await shadow.openSession();
  const { rows } = await session.query<{ name: string }>(`
    select quote_ident(s.subname) as name
    from pg_catalog.pg_subscription s
    join pg_catalog.pg_database d on d.oid = s.subdbid
    where d.datname = current_database()`);
  for (const { name } of rows) {
    await session.query(`alter subscription ${name} disable`);
    await session.query(`alter subscription ${name} set (slot_name = none)`);
    await session.query(`drop subscription ${name}`);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

async function checkVersion(admin: Queryable, version: number | undefined): Promise<void> {
  if (version === undefined) return;
  const { rows } = await admin.query<{ number: string }>("select current_setting('server_version_num') as number");
  const major = Math.floor(Number(rows[0]!.number) / 10_000);
  if (major === version) return;
  throw new ConfitureError(
    "CONFITURE_SHADOW_UNAVAILABLE",
    `A shadow on PostgreSQL ${version} was asked for, and the server for shadows is PostgreSQL ${major}.`,
    { hint: `Name a server of PostgreSQL ${version} for shadows.`, facts: { asked: version, server: major } },
  );
}

async function createDatabase(admin: Queryable, name: string): Promise<void> {
  try {
    await admin.query(`create database "${name}" template template0 ${await readLocaleClauses(admin)}`);
  } catch (error) {
    if (codeOf(error) === "25006")
      throw new ConfitureError(
        "CONFITURE_SHADOW_UNAVAILABLE",
        "The server takes no changes, so no shadow can be made.",
        {
          hint: "It is a standby, or read-only by a setting: name another server for shadows.",
          cause: error,
        },
      );
    if (codeOf(error) !== "42501") throw error;
    const { rows } = await admin.query<{ role: string }>("select quote_ident(current_user) as role");
    throw new ConfitureError(
      "CONFITURE_SHADOW_UNAVAILABLE",
      `Role ${rows[0]!.role} may not create databases, so no shadow can be made.`,
      {
        hint: `Let a superuser run: alter role ${rows[0]!.role} createdb; or name another server for shadows.`,
        cause: error,
      },
    );
  }
  const comment = "Made by Confiture to rehearse on; dropped when the run ends. Safe to drop.";
  await admin.query(`comment on database "${name}" is '${comment}'`);
}

/** The columns of pg_database that hold the locale moved between versions, so the row is read as JSON. */
async function readLocaleClauses(admin: Queryable): Promise<string> {
  const { rows } = await admin.query<{ clauses: string }>(`
    with source as (
      select to_jsonb(d) as d, pg_encoding_to_char(d.encoding) as encoding
      from pg_catalog.pg_database d
      where d.datname = current_database()
    ), locale as (
      select d, encoding, d ->> 'datlocprovider' as provider, coalesce(d ->> 'datlocale', d ->> 'daticulocale') as name
      from source
    )
    select concat_ws(' ',
      'encoding', quote_literal(encoding),
      'lc_collate', quote_literal(d ->> 'datcollate'),
      'lc_ctype', quote_literal(d ->> 'datctype'),
      case provider
        when 'i' then 'locale_provider icu icu_locale ' || quote_literal(name)
          || coalesce(' icu_rules ' || quote_literal(d ->> 'daticurules'), '')
        when 'b' then 'locale_provider builtin builtin_locale ' || quote_literal(name)
      end
    ) as clauses
    from locale`);
  return rows[0]!.clauses;
}

/** 20261120T201500 in UTC: sorts by age, and a person sees how old it is. */
function timestamp(): string {
  return new Date().toISOString().replace(/[-:]/g, "").slice(0, 15).toLowerCase();
}
