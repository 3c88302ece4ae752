import { ConfitureError, type Queryable } from "@confiture/model";
import type { ServerVersion } from "./catalog-query.js";

const supported: readonly number[] = [13, 14, 15, 16, 17, 18] satisfies readonly ServerVersion[];

/**
 * Asks which server this is. Above 18 it is refused too: its catalog may hold kinds of objects nobody here knows of,
 * and a catalog that leaves something out in silence is worse than none.
 *
 * @throws CONFITURE_SERVER_VERSION
 */
export async function readServerVersion(session: Queryable): Promise<{ version: ServerVersion; number: number }> {
  const { rows } = await session.query<{ number: string }>(
    "select pg_catalog.current_setting('server_version_num') as number",
  );
  const number = Number(rows[0]?.number);
  const version = Math.floor(number / 10_000);
  if (!isSupported(version)) {
    throw new ConfitureError(
      "CONFITURE_SERVER_VERSION",
      `The schema of a PostgreSQL ${version} server cannot be read.`,
      {
        hint: version > 18 ? "Use a newer Confiture, or a server up to 18." : "Use PostgreSQL 13 to 18.",
        facts: { serverVersion: number },
      },
    );
  }
  return { version, number };
}

function isSupported(version: number): version is ServerVersion {
  return supported.includes(version);
}
