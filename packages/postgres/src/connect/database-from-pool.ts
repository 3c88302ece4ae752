import { ConfitureError, type OwnedSession } from "@confiture/model";
import type pg from "pg";
import { observeLocks } from "../locks/observe-locks.js";
import { detectPooler } from "../pooler/detect-pooler.js";
import { clientVariables } from "./client-variables.js";
import { closeClient, versionError } from "./connect-client.js";
import { connectError } from "./connect-errors.js";
import { pgSession } from "./pg-session.js";
import type { PostgresDatabase } from "./postgres-database.js";

/**
 * A database over a `pg` pool the program already has. A session takes one of the pool's clients and gives it back
 * when disposed; a client that was lost or left inside a transaction is destroyed. Disposing ends nothing of yours.
 */
export function databaseFromPool(pool: pg.Pool): PostgresDatabase {
  // In JavaScript a pg.Client is easily taken for one.
  if (typeof pool?.connect !== "function" || pool.options === undefined) {
    throw new ConfitureError("CONFITURE_USAGE", "This is not a `pg` pool.", {
      hint: "Hand in `new pg.Pool({ connectionString })`; a client alone has no second connection.",
    });
  }
  let versionChecked = false;

  async function openSession(): Promise<OwnedSession> {
    const client = await pool.connect().catch((error: unknown) => throwConnectError(pool, error));
    let spoiled = false;
    const session: OwnedSession = {
      ...pgSession(client, async ({ lost, inTransaction }) => client.release(lost || inTransaction || spoiled)),
      discard: () => {
        spoiled = true;
      },
    };
    if (versionChecked) return session;
    try {
      await checkVersion(session);
      versionChecked = true;
      return session;
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
  }

  // Beside the pool: a pool of one client would wait for itself while we watch or probe it.
  async function openBeside(): Promise<OwnedSession> {
    const Client = clientClass(pool);
    const client = new Client(pool.options);
    client.on("error", () => undefined);
    await client.connect().catch((error: unknown) => throwConnectError(pool, error));
    return pgSession(client, async ({ lost }) => {
      if (!lost) await closeClient(client);
    });
  }

  return {
    name: pool.options.database ?? "",
    openSession,
    openBeside,
    clientVariables: () => variablesOf(pool),
    detectPooler: (session) => detectPooler(session, openBeside),
    observeLocks: (pid, options) => observeLocks(openBeside, pid, options),
    withDatabase: (name) => ownPool(pool, name),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** What a client that never connects says of itself; TLS is left to the child's own settings, which read files and no buffers. */
function variablesOf(pool: pg.Pool): Readonly<Record<string, string>> {
  const Client = clientClass(pool);
  const { host, port, user, database, password } = new Client(pool.options);
  return clientVariables({
    host,
    port,
    user: user ?? "",
    database: database ?? "",
    sslMode: "prefer",
    ...(typeof password === "string" ? { password } : {}),
  });
}

/** A pool of ours with the settings of theirs: it ends with the database. */
function ownPool(pool: pg.Pool, database: string): PostgresDatabase {
  const PoolClass = pool.constructor as typeof pg.Pool;
  // connectionString would win over `database`, so the database is changed inside it.
  const { connectionString, ...options } = pool.options;
  const replaced = connectionString?.replace(/^([a-z]+:\/\/[^/?#]*)(\/[^?#]*)?/i, `$1/${encodeURIComponent(database)}`);
  const own = new PoolClass({
    ...options,
    ...(replaced === undefined ? { database } : { connectionString: replaced }),
  });
  own.on("error", () => undefined);
  return { ...databaseFromPool(own), name: database, [Symbol.asyncDispose]: () => own.end() };
}

/** Where the pool leads is known to its clients only; one that never connects tells. */
function throwConnectError(pool: pg.Pool, error: unknown): never {
  const { host, port, user = "", database = "" } = new (clientClass(pool))(pool.options);
  throw connectError({ host, port, user, database, sslMode: "prefer" }, error);
}

function clientClass(pool: pg.Pool): typeof pg.Client {
  return (pool as unknown as { readonly Client: typeof pg.Client }).Client;
}

async function checkVersion(session: OwnedSession): Promise<void> {
  const { rows } = await session.query<{ version: string }>("select current_setting('server_version_num') as version");
  const error = versionError(Math.floor(Number(rows[0]!.version) / 10_000), "the pool's address");
  if (error !== undefined) throw error;
}
