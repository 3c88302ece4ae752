import type { OwnedSession } from "@confiture/model";
import { observeLocks } from "../locks/observe-locks.js";
import { detectPooler } from "../pooler/detect-pooler.js";
import { clientVariables } from "./client-variables.js";
import { closeClient, connectClient } from "./connect-client.js";
import { parseDatabaseUrl, type ServerAddress } from "./parse-database-url.js";
import { pgSession } from "./pg-session.js";
import type { PostgresDatabase } from "./postgres-database.js";

export interface ConnectOptions {
  /** Shown in pg_stat_activity. Default `confiture`; an `application_name` in the URL wins. */
  readonly applicationName?: string;
  /** How long one connection attempt may take, including the wait for a server that starts up. Default 10,000 ms. */
  readonly connectTimeoutMs?: number;
}

/**
 * A database at a URL. Nothing is connected before the first session is opened; disposing closes every session still
 * open. Throws CONFITURE_URL_INVALID; opening a session throws CONFITURE_CONNECT_FAILED,
 * CONFITURE_AUTHENTICATION_FAILED, CONFITURE_DATABASE_MISSING or CONFITURE_SERVER_VERSION.
 */
export function connectDatabase(url: string, options: ConnectOptions = {}): PostgresDatabase {
  return databaseAt(parseDatabaseUrl(url), options);
}

function databaseAt(address: ServerAddress, options: ConnectOptions): PostgresDatabase {
  const sessions = new Set<OwnedSession>();
  const tls = { refused: false };

  async function openSession(): Promise<OwnedSession> {
    const { client } = await connectClient(address, {
      applicationName: options.applicationName ?? "confiture",
      connectTimeoutMs: options.connectTimeoutMs ?? address.connectTimeoutMs ?? 10_000,
      tls,
    });
    const session = pgSession(client, async ({ lost }) => {
      sessions.delete(session);
      if (!lost) await closeClient(client);
    });
    sessions.add(session);
    return session;
  }

  return {
    name: address.database,
    openSession,
    clientVariables: () => clientVariables(address),
    detectPooler: (session) => detectPooler(session, openSession),
    observeLocks: (pid, observeOptions) => observeLocks(openSession, pid, observeOptions),
    withDatabase: (name) => databaseAt({ ...address, database: name }, options),
    async [Symbol.asyncDispose]() {
      await Promise.all([...sessions].map((session) => session[Symbol.asyncDispose]()));
    },
  };
}
