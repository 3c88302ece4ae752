import { createHash, randomBytes } from "node:crypto";
import type { OwnedSession, QueryResult } from "@confiture/model";
import { connectDatabase, type PostgresDatabase } from "@confiture/postgres";
import pg from "pg";
import { readServers, templatePrefix } from "./server-list.js";
import { newestVersion, type ServerVersion } from "./test-versions.js";

export interface OpenTestDatabaseOptions {
  /** Major version of the server. Default: the newest of this run. */
  readonly version?: ServerVersion;
  /** Run once to make a template; every database asked for with the same text is a copy of it. */
  readonly sql?: string;
}

/** A database for one test, dropped when disposed. */
export interface TestDatabase extends PostgresDatabase {
  readonly url: string;
  readonly version: ServerVersion;
  /** Runs on a session of its own that stays open until the database is disposed. */
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>>;
}

/** Opens a fresh copy of a template on the run's server; `await using db = await openTestDatabase()`. */
export async function openTestDatabase(options: OpenTestDatabaseOptions = {}): Promise<TestDatabase> {
  const version = options.version ?? newestVersion;
  const serverUrl = await urlOfServer(version);
  const template = options.sql === undefined ? "template0" : await ensureTemplate(serverUrl, options.sql, version);
  const name = `confiture_test_${randomBytes(6).toString("hex")}`;
  await onServer(serverUrl, (client) =>
    client.query(`create database ${name} template ${template}${byFiles(version)}`),
  );
  return testDatabase(serverUrl, name, version);
}

function testDatabase(serverUrl: string, name: string, version: ServerVersion): TestDatabase {
  const url = withDatabase(serverUrl, name);
  const database = connectDatabase(url, { applicationName: "confiture test" });
  let session: Promise<OwnedSession> | undefined;
  let disposed: Promise<void> | undefined;
  return {
    ...database,
    url,
    version,
    async query<Row>(text: string, values?: readonly unknown[]) {
      session ??= database.openSession();
      return (await session).query<Row>(text, values);
    },
    [Symbol.asyncDispose]() {
      disposed ??= (async () => {
        await database[Symbol.asyncDispose]();
        await onServer(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
      })();
      return disposed;
    },
  };
}

/** A third of the time that a copy by way of the log takes where nothing waits for the disk; before 15 there was no other. */
function byFiles(version: ServerVersion): string {
  return version < 15 ? "" : " strategy file_copy";
}

/** Made under a lock on the server, so that several test processes make it once. */
async function ensureTemplate(serverUrl: string, sql: string, version: ServerVersion): Promise<string> {
  const name = `${templatePrefix}${createHash("sha256").update(sql).digest("hex").slice(0, 16)}`;
  await onServer(serverUrl, async (client) => {
    await client.query("select pg_advisory_lock(hashtext($1))", [name]);
    const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
    if (rowCount !== 0) return;
    const draft = `confiture_draft_${randomBytes(6).toString("hex")}`;
    await client.query(`create database ${draft} template template0${byFiles(version)}`);
    try {
      await onServer(withDatabase(serverUrl, draft), (inside) => inside.query(sql));
    } catch (error) {
      await client.query(`drop database ${draft} with (force)`);
      throw error;
    }
    await renameWhenLeft(client, draft, name);
  });
  return name;
}

/** The session that filled it takes a moment to leave the server after it was closed here. */
async function renameWhenLeft(client: pg.Client, draft: string, name: string): Promise<void> {
  await client.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [draft]);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query(`alter database ${draft} rename to ${name}`);
      return;
    } catch (error) {
      const inUse = error instanceof Error && "code" in error && error.code === "55006";
      if (!inUse || attempt >= 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** One server a version and process, for programs that use the testkit outside the tests (benchmarks). */
const ownServers = new Map<ServerVersion, Promise<string>>();

async function urlOfServer(version: ServerVersion): Promise<string> {
  const servers = readServers();
  if (servers === undefined) {
    const started = ownServers.get(version) ?? startOwn(version);
    ownServers.set(version, started);
    return started;
  }
  const url = servers[String(version)];
  if (url !== undefined) return url;
  throw new Error(`This run has no PostgreSQL ${version}; it has ${Object.keys(servers).join(", ")}.`);
}

async function startOwn(version: ServerVersion): Promise<string> {
  const { startServers } = await import("./start-servers.js");
  const { servers } = await startServers([version]);
  const url = servers[String(version)];
  if (url === undefined)
    throw new Error(`CONFITURE_TEST_URL is PostgreSQL ${Object.keys(servers)[0]}, not ${version}.`);
  return url;
}

async function onServer<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url, application_name: "confiture testkit" });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Replaces the database in a URL, keeping its parameters. */
export function withDatabase(url: string, name: string): string {
  return url.replace(/^([a-z]+:\/\/[^/?#]*)(\/[^?#]*)?/i, `$1/${name}`);
}
