import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, ownIdentity, type ProcessIdentity } from "./process-identity.js";

/** Writes down that this process uses the server; returns the file. */
export function registerUser(clusterFolder: string): string {
  const file = join(clusterFolder, "users", `${process.pid}-${randomBytes(4).toString("hex")}`);
  writeFileSync(file, JSON.stringify(ownIdentity()));
  return file;
}

/** How many living users are written down; entries of dead processes are removed. Call it under the cluster's lock. */
export function countUsers(clusterFolder: string): number {
  const folder = join(clusterFolder, "users");
  return readdirSync(folder).filter((name) => isUser(join(folder, name))).length;
}

function isUser(file: string): boolean {
  const content = readFileSync(file, "utf8");
  // Entries are written under the lock, so an unfinished one was left by a process that died writing it.
  if (content.endsWith("}") && isAlive(JSON.parse(content) as ProcessIdentity)) return true;
  rmSync(file, { force: true });
  return false;
}
