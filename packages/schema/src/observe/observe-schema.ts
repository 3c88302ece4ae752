import { ConfitureError, type Session } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import { isChosenNotNullName } from "./chosen-names.js";
import { observationQuery, observedCatalogs, type ServerColumn } from "./observation-query.js";
import type { ObservedObject } from "./observed-object.js";

export interface ObserveSchemaOptions {
  /** Schemas to leave out with what lives in them. */
  readonly exclude?: readonly string[];
}

/**
 * Looks at a database's schema a second time, to check `readCatalog` and what is built on it: it shares no query and no
 * code with that, and goes by the server's own catalogs, column for column, so that what nobody thought of is a
 * difference too. PostgreSQL 13 to 18.
 *
 * For databases nobody else changes meanwhile (shadows): DDL of others during the look is not noticed. A transaction that
 * is open on the session is used and left as it was.
 */
export async function observeSchema(
  session: Session,
  options: ObserveSchemaOptions = {},
): Promise<readonly ObservedObject[]> {
  return leavingNoTrace(session, async () => {
    const { version, columns } = await readServerColumns(session);
    const { rows } = await session.query<ObservedRow>(
      observationQuery({ version, columns, exclude: options.exclude ?? [] }),
    );
    return rows.map(observedObject).sort(byKindAndIdentity);
  });
}

interface ObservedRow {
  readonly kind: string;
  readonly identity: string;
  readonly facts: string;
}

function observedObject({ kind, identity, facts }: ObservedRow): ObservedObject {
  const merged: Record<string, string> = Object.assign({}, ...(JSON.parse(facts) as Record<string, string>[]));
  return { kind, identity, facts: withoutChosenName(merged) };
}

/** How a NOT NULL constraint is called counts only where somebody said so. */
function withoutChosenName(facts: Record<string, string>): Record<string, string> {
  const { "not null by": constraint, ...others } = facts;
  if (constraint === undefined) return facts;
  const { name, local, of, column } = JSON.parse(constraint) as NotNullConstraint;
  const chosen = !local || isChosenNotNullName(name, of, column ?? undefined);
  return chosen ? others : { ...others, "not null by": name };
}

interface NotNullConstraint {
  readonly name: string;
  /** False: only a parent says so, and named it. */
  readonly local: boolean;
  readonly of: string;
  readonly column: string | null;
}

function byKindAndIdentity(a: ObservedObject, b: ObservedObject): number {
  const [left, right] = [`${a.kind}\0${a.identity}`, `${b.kind}\0${b.identity}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What this server's catalogs are made of. @throws CONFITURE_SERVER_VERSION */
async function readServerColumns(
  session: Session,
): Promise<{ readonly version: number; readonly columns: readonly ServerColumn[] }> {
  const catalogs = [...new Set(observedCatalogs.map(({ catalog }) => catalog))];
  const { rows } = await session.query<ServerColumn & { readonly version: number }>(`
    select current_setting('server_version_num')::integer / 10000 as version, c.relname as catalog,
           a.attname as "column", format_type(a.atttypid, null) as type,
           has_column_privilege(c.oid, a.attnum, 'select') as readable
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace = 'pg_catalog'::regnamespace
      and c.relname = any (array[${catalogs.map(quoteLiteral).join(", ")}]::name[])
    order by c.relname, a.attnum`);
  const version = rows[0]?.version ?? 0;
  if (version < 13 || version > 18) {
    throw new ConfitureError("CONFITURE_SERVER_VERSION", `PostgreSQL ${version} is not one the observer knows.`, {
      hint: "Use PostgreSQL 13 to 18.",
      facts: { version },
    });
  }
  return { version, columns: rows };
}

/** Everything that has a say in how PostgreSQL spells things, for this transaction alone. */
const plainSpelling = Object.entries({
  search_path: "pg_catalog, pg_temp",
  quote_all_identifiers: "off",
  standard_conforming_strings: "on",
  DateStyle: "ISO, YMD",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  extra_float_digits: "1",
  bytea_output: "hex",
  lc_monetary: "C",
  xmloption: "content",
  jit: "off",
})
  .map(([setting, value]) => `set local ${setting} to ${setting === "search_path" ? value : quoteLiteral(value)}`)
  .join("; ");

const noTransaction = "25P01";
const mark = "confiture_observe_schema";

/** Behind a savepoint where a transaction is open, else in one of our own: undone either way. */
async function leavingNoTrace<Answer>(session: Session, look: () => Promise<Answer>): Promise<Answer> {
  const inside = await setSavepoint(session);
  if (!inside) await session.query("begin isolation level repeatable read read only");
  try {
    await session.query(plainSpelling);
    return await look();
  } finally {
    await session.query(inside ? `rollback to savepoint ${mark}; release savepoint ${mark}` : "rollback");
  }
}

async function setSavepoint(session: Session): Promise<boolean> {
  try {
    await session.query(`savepoint ${mark}`);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === noTransaction) return false;
    throw error;
  }
}
