import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { acquireLockFile } from "./lock-file.js";
import { lockPath } from "./open-embedded-server.js";
import { findPostmaster, stopPostmaster } from "./postmaster.js";
import { systemHomeOf } from "./server-home.js";
import { countUsers } from "./server-users.js";
import { removeTemporarySocketFolder } from "./start-server.js";

/** What was found below a folder. */
export interface OrphanedServers {
  /** Process ids of the servers that were stopped. */
  readonly stopped: readonly number[];
  /** Servers that somebody uses, or is starting or stopping right now: they were left alone. */
  readonly inUse: number;
}

/** Stops the servers below a folder that nobody uses any more: their users were killed. */
export async function stopOrphanedServers(directory: string): Promise<OrphanedServers> {
  const stopped: number[] = [];
  let inUse = 0;
  if (!existsSync(directory)) return { stopped, inUse };
  for (const folder of [...clusterFolders(directory), ...clusterFolders(systemHomeOf(directory))]) {
    const lock = await acquireLockFile(lockPath(folder), 10_000);
    if (lock === undefined) {
      inUse += 1;
      continue;
    }
    try {
      if (countUsers(folder) > 0) {
        inUse += 1;
        continue;
      }
      const postmaster = findPostmaster(join(folder, "data"));
      if (postmaster === undefined) continue;
      await stopPostmaster(postmaster.process);
      removeTemporarySocketFolder(postmaster);
      stopped.push(postmaster.process.pid);
    } finally {
      lock.release();
    }
  }
  return { stopped, inUse };
}

function clusterFolders(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => /^\d+$/.test(name))
    .map((name) => join(directory, name))
    .filter((folder) => statSync(folder).isDirectory() && existsSync(join(folder, "users")));
}
