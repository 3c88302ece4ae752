import { randomBytes } from "node:crypto";
import { ConfitureError, type Session } from "@confiture/model";

/** Scratch schemas are told by their name, and those in use by a session lock on it. */
const prefix = "confiture_calibration_";
/** Keeps our advisory locks apart from those of applications. */
const lockClass = 0x636f_6e66;

export interface ScratchSchema {
  readonly name: string;
  /** Drops the schema with all in it, and lets go of its lock. */
  drop(): Promise<void>;
}

/**
 * A schema to measure in. What a calibration left that lost its connection is dropped first: its lock went with its
 * session. Needs the right to create schemas in the database.
 */
export async function openScratchSchema(session: Session): Promise<ScratchSchema> {
  await dropAbandoned(session);
  const name = `${prefix}${randomBytes(6).toString("hex")}`;
  await session.query("select pg_advisory_lock($1, hashtext($2))", [lockClass, name]);
  try {
    await session.query(`create schema ${name}`);
  } catch (error) {
    await unlock(session, name);
    throw isForbidden(error) ? await mayNotCreate(session, error) : error;
  }
  return {
    name,
    async drop() {
      // The session may be under the limit of a measurement.
      await session.query("set statement_timeout = 0");
      await session.query(`drop schema if exists ${name} cascade`);
      await unlock(session, name);
    },
  };
}

async function dropAbandoned(session: Session): Promise<void> {
  const { rows } = await session.query<{ name: string; free: boolean }>(
    `select nspname as name, pg_try_advisory_lock($1, hashtext(nspname)) as free
       from pg_catalog.pg_namespace where nspname ~ $2 and pg_has_role(nspowner, 'usage')`,
    [lockClass, `^${prefix}[0-9a-f]{12}$`],
  );
  for (const { name } of rows.filter(({ free }) => free)) {
    try {
      await session.query(`drop schema if exists ${name} cascade`);
    } finally {
      await unlock(session, name);
    }
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "42501";
}

/** The grant that is wanting, as it is to be written. */
async function mayNotCreate(session: Session, cause: unknown): Promise<ConfitureError> {
  const { rows } = await session.query<{ database: string; role: string }>(
    "select quote_ident(current_database()) as database, quote_ident(current_user) as role",
  );
  const { database, role } = rows[0]!;
  return new ConfitureError(
    "CONFITURE_STATEMENT_FAILED",
    `The role ${role} may not create schemas in the database ${database}, and rates are measured in one.`,
    { hint: `Allow it: grant create on database ${database} to ${role}`, facts: { database, role }, cause },
  );
}

async function unlock(session: Session, name: string): Promise<void> {
  await session.query("select pg_advisory_unlock($1, hashtext($2))", [lockClass, name]);
}
