import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { acquireLockFile } from "./lock-file.js";
import { lockPath } from "./open-embedded-server.js";
import { findPostmaster, stopPostmaster } from "./postmaster.js";
import { systemHomeOf } from "./server-home.js";
import { countUsers } from "./server-users.js";
import { removeTemporarySocketFolder } from "./start-server.js";

/**
 * Stops the servers below a folder that nobody uses any more (their users were killed); returns their process ids.
 * Servers in use are left alone.
 */
export async function stopOrphanedServers(directory: string): Promise<readonly number[]> {
  const stopped: number[] = [];
  if (!existsSync(directory)) return stopped;
  for (const folder of [...clusterFolders(directory), ...clusterFolders(systemHomeOf(directory))]) {
    const lock = await acquireLockFile(lockPath(folder), 10_000);
    if (lock === undefined) continue;
    try {
      const postmaster = countUsers(folder) > 0 ? undefined : findPostmaster(join(folder, "data"));
      if (postmaster === undefined) continue;
      await stopPostmaster(postmaster.process);
      removeTemporarySocketFolder(postmaster);
      stopped.push(postmaster.process.pid);
    } finally {
      lock.release();
    }
  }
  return stopped;
}

function clusterFolders(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => /^\d+$/.test(name))
    .map((name) => join(directory, name))
    .filter((folder) => statSync(folder).isDirectory() && existsSync(join(folder, "users")));
}
