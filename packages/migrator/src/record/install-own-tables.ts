import type { Session } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { quoteIdentifier, quoteLiteral } from "@confiture/sql";
import { findOwnTable, readOwnTable } from "./find-own-table.js";
import { ownMigrations } from "./own-migrations.js";

/** Which of our own migrations this database has; an empty list where our schema is not there. */
export async function readOwnMigrations(session: Session, ownSchema: string): Promise<readonly string[]> {
  const table = await findOwnTable(session, ownSchema, "own_migrations");
  if (!table.there) return [];
  const { rows } = await readOwnTable(table, () =>
    session.query<{ id: string }>(`select id from ${quoteIdentifier(ownSchema)}.own_migrations order by id`),
  );
  return rows.map(({ id }) => id);
}

/**
 * Creates our tables, or brings them up to date, inside the caller's transaction.
 *
 * @throws CONFITURE_OWN_TABLES when the tables were made by a newer version, or we may not create them
 */
export async function installOwnTables(session: Session, ownSchema: string): Promise<void> {
  const installed = new Set(await readOwnMigrations(session, ownSchema));
  const unknown = [...installed].filter((id) => !ownMigrations.some((migration) => migration.id === id));
  if (unknown.length > 0) {
    throw new ConfitureError(
      "CONFITURE_OWN_TABLES",
      `Schema \`${ownSchema}\` was made by a newer version of Confiture (${unknown.join(", ")}).`,
      {
        hint: "Use that version, or a newer one.",
      },
    );
  }
  const missing = ownMigrations.filter((migration) => !installed.has(migration.id));
  if (missing.length === 0) return;
  try {
    await session.query(
      installScript(missing, ownSchema, { first: installed.size === 0, schema: await hasSchema(session, ownSchema) }),
    );
  } catch (cause) {
    throw new ConfitureError(
      "CONFITURE_OWN_TABLES",
      `Schema \`${ownSchema}\` for our own tables cannot be made: ${cause instanceof Error ? cause.message : String(cause)}.`,
      {
        cause,
        hint: `Grant CREATE on the database to this role, or let somebody who may run: create schema ${quoteIdentifier(ownSchema)} authorization <role>.`,
      },
    );
  }
}

/** Asked first: IF NOT EXISTS wants the right to create schemas also where there is nothing to create. */
async function hasSchema(session: Session, ownSchema: string): Promise<boolean> {
  const { rows } = await session.query("select from pg_catalog.pg_namespace where nspname = $1", [ownSchema]);
  return rows.length > 0;
}

function installScript(
  missing: readonly { id: string; sql: string }[],
  ownSchema: string,
  there: { readonly first: boolean; readonly schema: boolean },
): string {
  const own = quoteIdentifier(ownSchema);
  const ledger = `${there.schema ? "" : `create schema ${own};\n`}create table ${own}.own_migrations (id text primary key, applied_at timestamptz not null default pg_catalog.clock_timestamp());`;
  const steps = missing.map(
    ({ id, sql }) =>
      `${sql.replaceAll("{own}", own)}\ninsert into ${own}.own_migrations (id) values (${quoteLiteral(id)});`,
  );
  return [...(there.first ? [ledger] : []), ...steps].join("\n");
}
