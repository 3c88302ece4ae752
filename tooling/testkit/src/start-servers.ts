import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type EmbeddedServer, openEmbeddedServer } from "@confiture/postgres";
import pg from "pg";
import { dockerAnswers, startContainer } from "./docker-server.js";
import { createRunFolder } from "./run-folder.js";
import { type ServerList, templatePrefix } from "./server-list.js";
import { requestedVersions, type ServerVersion } from "./test-versions.js";

export interface StartedServers {
  readonly servers: ServerList;
  stop(): Promise<void>;
}

/** Where `test-matrix.mjs` installs the versions that are not part of the default install. */
export const matrixFolder = fileURLToPath(new URL("../../../node_modules/.cache/confiture-postgres", import.meta.url));

/** This package brings the newest and the oldest. */
const ownFolder = fileURLToPath(new URL("..", import.meta.url));

/** Speed over durability: a test's data is worth nothing after a crash. */
const testSettings = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: 200,
  max_prepared_transactions: 10,
  wal_level: "logical",
  // The folder may be in memory.
  max_wal_size: "256MB",
} as const;

/** CONFITURE_TEST_URL if set, else containers where a Docker engine answers, else the servers shipped through npm. */
export async function startServers(versions?: readonly ServerVersion[]): Promise<StartedServers> {
  const url = process.env.CONFITURE_TEST_URL;
  if (url !== undefined && url !== "") return useGivenServer(url);
  const wanted = versions ?? requestedVersions();
  return (await dockerAnswers()) ? startContainers(wanted) : startEmbedded(wanted);
}

async function useGivenServer(url: string): Promise<StartedServers> {
  const version = "select current_setting('server_version_num')::int / 10000 as major";
  const [row] = await ask<{ major: number }>(url, version);
  return { servers: { [row!.major]: url }, stop: () => dropTemplates(url) };
}

/** A server of ours goes as a whole; on somebody else's we clean up behind us. */
async function dropTemplates(url: string): Promise<void> {
  const names = "select datname as name from pg_database where starts_with(datname, $1)";
  for (const { name } of await ask<{ name: string }>(url, names, [templatePrefix])) {
    await ask(url, `drop database if exists ${name}`);
  }
}

async function ask<Row extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

async function startContainers(versions: readonly ServerVersion[]): Promise<StartedServers> {
  const started = await Promise.all(versions.map((version) => startContainer(version, testSettings)));
  return {
    servers: Object.fromEntries(started.map(({ version, url }) => [version, url])),
    stop: async () => {
      await Promise.all(started.map((container) => container.stop()));
    },
  };
}

async function startEmbedded(versions: readonly ServerVersion[]): Promise<StartedServers> {
  const folder = await createRunFolder();
  const opened: EmbeddedServer[] = [];
  const stop = async () => {
    await Promise.all(opened.map((server) => server.close()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const servers = await Promise.all(versions.map((version) => openEmbedded(folder, version, opened)));
    // Registered behind the servers' own leaving, so that they are stopped by then.
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    return { servers: Object.fromEntries(servers), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openEmbedded(folder: string, version: ServerVersion, opened: EmbeddedServer[]) {
  const server = await openEmbeddedServer({
    directory: folder,
    version,
    listen: "tcp",
    settings: testSettings,
    resolveFrom: version === 13 || version === 18 ? ownFolder : matrixFolder,
  });
  opened.push(server);
  return [version, server.url()] as const;
}
