import { ConfitureError, type Queryable } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import { isServerError, sqlState } from "../execute/statement-error.js";

/** One of our own tables, in the eyes of the role that asks. */
export interface OwnTable {
  readonly ownSchema: string;
  /** As SQL spells it. */
  readonly role: string;
  readonly there: boolean;
}

/** Looked up in the catalog: `to_regclass` refuses a role that may not use the schema, instead of an answer. */
export async function findOwnTable(session: Queryable, ownSchema: string, table: string): Promise<OwnTable> {
  const { rows } = await session.query<{ role: string; there: boolean }>(
    `select pg_catalog.quote_ident(current_user) as role, exists (
       select from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
       where n.nspname operator(pg_catalog.=) $1 and c.relname operator(pg_catalog.=) $2
     ) as there`,
    [ownSchema, table],
  );
  return { ownSchema, role: rows[0]?.role ?? "", there: rows[0]?.there === true };
}

/**
 * Reads our own tables.
 *
 * @throws CONFITURE_OWN_TABLES with the grants that are missing, when the role may not
 */
export async function readOwnTable<Answer>(
  { ownSchema, role }: OwnTable,
  read: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await read();
  } catch (cause) {
    if (!isServerError(cause) || cause.code !== sqlState.insufficientPrivilege) throw cause;
    const own = quoteIdentifier(ownSchema);
    throw new ConfitureError("CONFITURE_OWN_TABLES", `Role ${role} may not read our own tables: ${cause.message}.`, {
      hint: `Let their owner run: grant usage on schema ${own} to ${role}; grant select on all tables in schema ${own} to ${role};`,
      cause,
      facts: { sqlState: cause.code },
    });
  }
}
