import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive, type ProcessIdentity, startOf } from "./process-identity.js";
import { sleepSync } from "./sleep-sync.js";

/** A running server, as its postmaster.pid describes it. */
export interface Postmaster {
  readonly process: ProcessIdentity;
  readonly port: number;
  readonly socketFolder: string;
  readonly listenAddress: string;
  readonly status: string;
}

/** The server running on a data folder. A postmaster.pid that names no living server of this folder is removed. */
export function findPostmaster(data: string): Postmaster | undefined {
  const file = join(data, "postmaster.pid");
  const lines = readLines(file);
  if (lines === undefined) return undefined;
  const [pid, folder, , port, socketFolder = "", listenAddress = "", , status = ""] = lines;
  const started = startOf(Number(pid));
  if (started === undefined || !isPostgres(Number(pid))) {
    // The number may belong to somebody else by now, and PostgreSQL would then refuse to start.
    if (folder !== undefined && folder !== "") rmSync(file, { force: true });
    return undefined;
  }
  return {
    process: { pid: Number(pid), started },
    port: Number(port),
    socketFolder,
    listenAddress,
    status: status.trim(),
  };
}

/** Asks for a fast shutdown (open transactions are rolled back), insists when that takes too long. */
export async function stopPostmaster(process: ProcessIdentity): Promise<void> {
  for (const { signal, waitMs } of shutdownSteps) {
    send(process, signal);
    for (const deadline = performance.now() + waitMs; performance.now() < deadline; await delay(10)) {
      if (!isAlive(process)) return;
    }
  }
}

/** The same while our own process exits. */
export function stopPostmasterSync(process: ProcessIdentity): void {
  for (const { signal, waitMs } of shutdownSteps) {
    send(process, signal);
    for (const deadline = performance.now() + waitMs; performance.now() < deadline; sleepSync(10)) {
      if (!isAlive(process)) return;
    }
  }
}

// Fast, then immediate (the next start recovers from the log), then the hard way.
const shutdownSteps = [
  { signal: "SIGINT", waitMs: 15_000 },
  { signal: "SIGQUIT", waitMs: 5_000 },
  { signal: "SIGKILL", waitMs: 2_000 },
] as const;

function send(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function readLines(file: string): string[] | undefined {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Where /proc tells (Linux), the program is looked at; elsewhere the pid file is believed. */
function isPostgres(pid: number): boolean {
  if (process.platform !== "linux") return true;
  try {
    return /\/postgres( \(deleted\))?$/.test(readlinkSync(`/proc/${pid}/exe`));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // Another user's process: its command line is readable all the same.
    if (code === "EACCES" || code === "EPERM") return /postgres/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
    return false;
  }
}
