import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfitureError } from "@confiture/model";
import type { PostgresBinaries } from "./find-binaries.js";
import { leaveOnExit } from "./leave-on-exit.js";
import { giveTo } from "./server-home.js";
import type { ServerUser } from "./server-user.js";

/** The folder of one server: its data, its users, its log. */
export interface Cluster {
  readonly folder: string;
  readonly binaries: PostgresBinaries;
  readonly user: ServerUser | undefined;
}

export const superuser = "postgres";

export function dataFolder(cluster: Cluster): string {
  return join(cluster.folder, "data");
}

/** The superuser's password over TCP; connections over the socket need none, for only the owner can reach it. */
export function readPassword(cluster: Cluster): string {
  return readFileSync(join(cluster.folder, "password"), "utf8").trim();
}

/**
 * Runs initdb unless there is a data folder. It works under another name and is renamed when complete, so a data folder
 * is always a whole one; what a killed initdb left is removed. Call it under the cluster's lock.
 */
export async function ensureCluster(cluster: Cluster, durable: boolean): Promise<boolean> {
  for (const name of readdirSync(cluster.folder)) {
    if (name.startsWith("data.draft")) removeDraft(join(cluster.folder, name));
  }
  if (existsSync(dataFolder(cluster))) return false;
  const draft = join(cluster.folder, `data.draft-${randomBytes(4).toString("hex")}`);
  writePassword(cluster);
  const failure = await runInitdb(cluster, draft, "C.UTF-8", durable);
  // Some systems (macOS before 15, musl) have no C.UTF-8; C sorts the same way.
  const second = failure === undefined ? undefined : await retryWithC(cluster, draft, failure, durable);
  if (second !== undefined) throw initdbError(cluster, second);
  renameSync(draft, dataFolder(cluster));
  return true;
}

/** A child of a killed initdb may go on writing for a moment. */
function removeDraft(draft: string): void {
  rmSync(draft, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

async function retryWithC(
  cluster: Cluster,
  draft: string,
  failure: string,
  durable: boolean,
): Promise<string | undefined> {
  removeDraft(draft);
  return /locale/i.test(failure) ? runInitdb(cluster, draft, "C", durable) : failure;
}

function writePassword(cluster: Cluster): void {
  const file = join(cluster.folder, "password");
  writeFileSync(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  giveTo(cluster.user, file);
}

/** What initdb said when it failed, else undefined. */
function runInitdb(cluster: Cluster, target: string, locale: string, durable: boolean): Promise<string | undefined> {
  const options = [
    ["-D", target],
    ["-U", superuser],
    ["--encoding=UTF8", `--locale=${locale}`],
    ["--auth-local=trust", "--auth-host=scram-sha-256", `--pwfile=${join(cluster.folder, "password")}`],
    durable ? [] : ["--no-sync"],
  ].flat();
  return new Promise((resolve) => {
    const child = execFile(
      cluster.binaries.initdb,
      options,
      { ...identityOptions(cluster.user), cwd: cluster.folder, encoding: "utf8" },
      (error, stdout, stderr) => {
        forget();
        resolve(error === null ? undefined : `${stderr}${stdout}` || error.message);
      },
    );
    const forget = leaveOnExit(() => child.kill("SIGTERM"));
  });
}

/** A clean environment: PGDATA, PGPORT and LC_* of the caller must not change the server. */
export function identityOptions(user: ServerUser | undefined) {
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C" };
  if (process.env.TZ !== undefined) env.TZ = process.env.TZ;
  return user === undefined ? { env } : { env, uid: user.uid, gid: user.gid };
}

function initdbError(cluster: Cluster, said: string): ConfitureError {
  const lines = said.trim().split("\n").slice(-5).join("\n");
  return new ConfitureError(
    "CONFITURE_EMBEDDED_UNAVAILABLE",
    `initdb of PostgreSQL ${cluster.binaries.version} failed in ${cluster.folder}:\n${lines}`,
    {
      hint: "Free disk space and a user the system knows are what it needs; or set database_url to a server of yours.",
    },
  );
}
