import { ConfitureError, type Queryable } from "@confiture/model";
import type { ServerVersion } from "./catalog-query.js";

const supported: readonly number[] = [13, 14, 15, 16, 17, 18] satisfies readonly ServerVersion[];

/** What the queries have to know about the server and the session before they can be written. */
export interface ServerFacts {
  readonly version: ServerVersion;
  /** `server_version_num`: 180004 is 18.4. */
  readonly number: number;
  readonly readsSubscriptionSettings: boolean;
  readonly transactionOpen: boolean;
}

/**
 * Asks which server this is. Above 18 it is refused too: its catalog may hold kinds of objects nobody here knows of,
 * and a catalog that leaves something out in silence is worse than none.
 *
 * @throws CONFITURE_SERVER_VERSION
 */
export async function readServer(session: Queryable): Promise<ServerFacts> {
  const { rows } = await session.query<{ number: string; reads: boolean; open: boolean }>(
    // Outside a transaction block, transaction and statement begin with the same tick of the clock.
    `select pg_catalog.current_setting('server_version_num') as number,
            pg_catalog.has_column_privilege('pg_catalog.pg_subscription', 'subsynccommit', 'select') as reads,
            pg_catalog.now() operator(pg_catalog.<>) pg_catalog.statement_timestamp() as open`,
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
  return {
    version,
    number,
    readsSubscriptionSettings: rows[0]?.reads === true,
    transactionOpen: rows[0]?.open === true,
  };
}

function isSupported(version: number): version is ServerVersion {
  return supported.includes(version);
}
