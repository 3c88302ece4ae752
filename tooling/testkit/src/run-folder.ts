import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopOrphanedServers } from "@confiture/postgres";

const ownerFile = "owner-pid";

const memory = "/dev/shm";
/** What the servers of a whole run take at most, with room to spare. */
const roomNeeded = 8 * 2 ** 30;

/** A temporary folder for the servers of this run. Those of runs that died are stopped and removed first. */
export async function createRunFolder(): Promise<string> {
  // One folder a user: another user's leftovers are his to clean.
  const base = join(fastestFolder(), `confiture-testkit-${process.getuid?.() ?? "user"}`);
  mkdirSync(base, { recursive: true });
  chmodSync(base, 0o755);
  await removeDeadRuns(base);
  const folder = mkdtempSync(join(base, "run-"));
  writeFileSync(join(folder, ownerFile), String(process.pid));
  // The server's user passes through when we are root; the folders inside are closed by the server itself.
  chmodSync(folder, 0o711);
  return folder;
}

/**
 * Memory, where a folder of the system is in it and has room: a database is made there in a tenth of the time. Who sets TMPDIR has
 * said where.
 */
function fastestFolder(): string {
  if (process.env.TMPDIR !== undefined) return tmpdir();
  try {
    accessSync(memory, constants.W_OK);
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize >= roomNeeded ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

async function removeDeadRuns(base: string): Promise<void> {
  for (const name of readdirSync(base)) {
    const folder = join(base, name);
    if (isAlive(folder)) continue;
    await stopOrphanedServers(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

function isAlive(folder: string): boolean {
  try {
    process.kill(Number(readFileSync(join(folder, ownerFile), "utf8")), 0);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EPERM") return true;
    // Without its file, it is being made right now or is a leftover of one that was killed while being made.
    return code === "ENOENT" && Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0) < 60_000;
  }
}
