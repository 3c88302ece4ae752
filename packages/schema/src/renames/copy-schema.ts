import { type Catalog, ConfitureError, type Session } from "@confiture/model";
import type { CanonicalOptions } from "../canonical/canonical-entries.js";
import { compareCatalogs } from "../compare/compare-catalogs.js";
import { diffCatalogs } from "../diff/diff-catalogs.js";
import { readCatalog } from "../read/read-catalog.js";

/**
 * Makes an empty database hold a schema, by the difference between the two, and looks whether it does. Rows do not come
 * along. PostgreSQL 13 to 18; the server must be of the catalog's version, and have the roles the schema names.
 *
 * @returns what the database holds now
 * @throws CONFITURE_COPY_DIFFERS when it is not the same schema, CONFITURE_STATEMENT_FAILED for a statement the server
 * refuses, CONFITURE_DIFF_IMPOSSIBLE
 */
export async function copySchema(session: Session, catalog: Catalog, options: CanonicalOptions = {}): Promise<Catalog> {
  const { statements } = diffCatalogs(await readCatalog(session), catalog, options);
  await session.query("set check_function_bodies = off; set search_path = ''");
  for (const { sql } of statements) await run(session, sql);
  await session.query("reset check_function_bodies; reset search_path");
  const copy = await readCatalog(session);
  const differences = compareCatalogs(catalog, copy, options);
  if (differences.length === 0) return copy;
  const named = differences.slice(0, 5).map(({ change, kind, name }) => `  ${change}: ${kind} ${name}`);
  throw new ConfitureError(
    "CONFITURE_COPY_DIFFERS",
    `The schema cannot be copied to a shadow database: ${differences.length} objects come out otherwise.\n${named.join("\n")}`,
    {
      hint: "This is a defect of Confiture: report it with the definitions of these objects.",
      facts: { differences },
    },
  );
}

async function run(session: Session, sql: string): Promise<void> {
  try {
    await session.query(sql);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (!/^[0-9A-Z]{5}$/.test(code)) throw cause;
    throw new ConfitureError(
      "CONFITURE_STATEMENT_FAILED",
      `The schema cannot be copied to a shadow database: ${(cause as Error).message}, in \`${firstLine(sql)}\`.`,
      {
        hint: "A shadow needs the roles and extensions of the schema it stands for: name a server that has them with shadow_database_url.",
        facts: { sqlState: code },
        cause,
      },
    );
  }
}

function firstLine(sql: string): string {
  const [line = ""] = sql.split("\n", 1);
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
