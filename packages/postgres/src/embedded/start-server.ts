import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ConfitureError } from "@confiture/model";
import { type Cluster, dataFolder, identityOptions } from "./create-cluster.js";
import { leaveOnExit } from "./leave-on-exit.js";
import { findPostmaster, type Postmaster } from "./postmaster.js";
import { giveTo } from "./server-home.js";
import type { ServerUser } from "./server-user.js";

export interface StartOptions {
  readonly listen: "socket" | "tcp";
  /** Extra `name=value` settings, as `postgres -c` takes them. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** sun_path holds 108 bytes on Linux and 104 elsewhere, with its end mark. */
const longestSocketPath = process.platform === "linux" ? 107 : 103;
const socketPort = 5432;
const startTimeoutMs = 60_000;

/** Starts the server and waits until it accepts connections. Call it under the cluster's lock. */
export async function startServer(cluster: Cluster, options: StartOptions): Promise<Postmaster> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await startOnce(cluster, options);
    if (typeof outcome !== "string") return outcome;
    // A killed server's children need a moment to leave; a port may be taken between finding and using it.
    const passing = /pre-existing shared memory|Address already in use|could not bind|is still in use/i.test(outcome);
    if (!passing || attempt >= 20) throw startError(cluster, outcome);
    await delay(250);
  }
}

/** The end of the log when the server did not come up. */
async function startOnce(cluster: Cluster, options: StartOptions): Promise<Postmaster | string> {
  const place = options.listen === "tcp" ? await tcpPlace() : socketPlace(cluster);
  const settings = { cluster_name: "confiture", ...options.settings, ...place };
  const parameters = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const log = openLog(cluster);
  const logStart = statSync(logFile(cluster)).size;
  // In a session of its own: Ctrl-C in the terminal is for the command, and others may still use the server.
  const child = spawn(cluster.binaries.postgres, ["-D", dataFolder(cluster), ...parameters], {
    ...identityOptions(cluster.user),
    cwd: cluster.folder,
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  let exited: string | undefined;
  child.once("error", (error) => {
    exited = error.message;
  });
  child.once("exit", () => {
    exited ??= "the server ended while it was starting";
  });
  child.unref();
  // Until postmaster.pid is written, nobody else knows of it.
  const forget = leaveOnExit(() => child.kill("SIGQUIT"));
  try {
    return await untilReady(cluster, child, logStart, () => exited);
  } finally {
    forget();
  }
}

async function untilReady(
  cluster: Cluster,
  child: ChildProcess,
  logStart: number,
  exit: () => string | undefined,
): Promise<Postmaster | string> {
  for (const deadline = performance.now() + startTimeoutMs; performance.now() < deadline; await delay(5)) {
    const exited = exit();
    if (exited !== undefined) return `${exited}\n${readLog(cluster, logStart)}`;
    const postmaster = findPostmaster(dataFolder(cluster));
    if (postmaster?.process.pid === child.pid && postmaster?.status === "ready") return postmaster;
  }
  child.kill("SIGQUIT");
  return `it was not ready within ${startTimeoutMs / 1000} s\n${readLog(cluster, logStart)}`;
}

async function tcpPlace(): Promise<Record<string, string | number>> {
  return { listen_addresses: "127.0.0.1", port: await freePort(), unix_socket_directories: "" };
}

function socketPlace(cluster: Cluster): Record<string, string | number> {
  return {
    listen_addresses: "",
    port: socketPort,
    unix_socket_directories: socketFolder(cluster),
    unix_socket_permissions: "0700",
  };
}

/** Beside the data where the path is short enough, else in the system's temporary folder; for its owner alone. */
function socketFolder(cluster: Cluster): string {
  const near = join(cluster.folder, "run");
  const fits = Buffer.byteLength(`${near}/.s.PGSQL.${socketPort}`) <= longestSocketPath;
  // A comma would end the name of the folder in the setting.
  // What a killed server left there names a process id that may be alive again, as somebody else.
  rmSync(near, { recursive: true, force: true });
  if (fits && !/[,"]/.test(near)) return privateFolder(near, cluster.user);
  const base = tmpdir().length > 60 ? "/tmp" : tmpdir();
  return privateFolder(mkdtempSync(join(base, temporarySocketPrefix)), cluster.user);
}

const temporarySocketPrefix = "confiture-socket-";

/** Removes a socket folder that stood outside the cluster's folder. */
export function removeTemporarySocketFolder(postmaster: Postmaster): void {
  if (!postmaster.socketFolder.includes(`/${temporarySocketPrefix}`)) return;
  rmSync(postmaster.socketFolder, { recursive: true, force: true });
}

function privateFolder(folder: string, user: ServerUser | undefined): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  giveTo(user, folder);
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error()),
      );
    });
  });
}

function logFile(cluster: Cluster): string {
  return join(cluster.folder, "server.log");
}

/** The log begins anew when it has grown; nobody reads megabytes of a local server's log. */
function openLog(cluster: Cluster): number {
  const file = logFile(cluster);
  const grown = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 5_000_000;
  const descriptor = openSync(file, grown ? "w" : "a", 0o600);
  giveTo(cluster.user, file);
  return descriptor;
}

function readLog(cluster: Cluster, from: number): string {
  const lines = readFileSync(logFile(cluster)).subarray(from).toString("utf8").trim().split("\n");
  return lines.slice(-8).join("\n");
}

function startError(cluster: Cluster, said: string): ConfitureError {
  return new ConfitureError(
    "CONFITURE_EMBEDDED_UNAVAILABLE",
    `PostgreSQL ${cluster.binaries.version} did not start in ${cluster.folder}:\n${said.trim()}`,
    { hint: `Read ${logFile(cluster)}; or set database_url to a server of yours.` },
  );
}
