import { createHash } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ConfitureError } from "@confiture/model";
import { canEnter, chooseServerUser, type ServerUser } from "./server-user.js";

/** Where root puts what the server's user could not reach: below a folder only root can write to. */
export const systemHome = "/var/lib/confiture";

export interface ServerHome {
  /** The folder that holds one folder for each major version. */
  readonly directory: string;
  readonly user: ServerUser | undefined;
}

/**
 * Creates the folder and makes sure that the server's user can reach it. Where he cannot (a project below /root), the
 * data goes to a system folder named after the project, and a note in `directory` says so; folders that are not ours
 * keep their modes.
 */
export function prepareHome(path: string): ServerHome {
  const directory = resolve(path);
  const user = chooseServerUser(directory);
  createOrRefuse(directory, () => createFolder(directory, user));
  if (user === undefined) return { directory, user };
  if (!canEnter(user, directory)) openToPassThrough(directory);
  if (canEnter(user, directory)) return { directory, user };
  const elsewhere = systemHomeOf(directory);
  createOrRefuse(elsewhere, () => mkdirSync(elsewhere, { recursive: true, mode: 0o755 }));
  const note = `The server's user cannot reach this folder, so its data is in ${elsewhere}\n`;
  writeFileSync(join(directory, "DATA-IS-ELSEWHERE.txt"), note);
  return { directory: elsewhere, user };
}

/** Where the data of a folder is that the server's user cannot reach. */
export function systemHomeOf(directory: string): string {
  const real = realpathSync(directory);
  const project = basename(dirname(dirname(real))).replace(/[^\w.-]/g, "_");
  return join(systemHome, `${project}-${createHash("sha256").update(real).digest("hex").slice(0, 12)}`);
}

/** One major version's folder below the home, owned by the server's user and closed to everybody else. */
export function prepareClusterFolder(home: ServerHome, major: number): string {
  const folder = join(home.directory, String(major));
  try {
    if (!existsSync(folder)) createClusterFolder(folder, home.user);
    // Fails for another user's folder here, where the message can be clear.
    mkdirSync(join(folder, "users"), { recursive: true });
    giveTo(home.user, join(folder, "users"));
    return folder;
  } catch (cause) {
    throw new ConfitureError("CONFITURE_EMBEDDED_UNAVAILABLE", `The folder ${folder} belongs to another user.`, {
      hint: "Run the command as the user who ran it first, or remove the folder to start with an empty server.",
      cause,
    });
  }
}

export function giveTo(user: ServerUser | undefined, path: string): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}

function createClusterFolder(folder: string, user: ServerUser | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  giveTo(user, folder);
}

/** What root creates in somebody's project belongs to that somebody. */
function createFolder(directory: string, user: ServerUser | undefined): void {
  const first = mkdirSync(directory, { recursive: true });
  if (first === undefined || user === undefined) return;
  const owner = statSync(dirname(first));
  for (let created = directory; created.length >= first.length; created = dirname(created)) {
    chownSync(created, owner.uid, owner.gid);
    chmodSync(created, 0o755);
  }
}

/** The last folder of the path is ours; letting others pass through it shows them nothing. */
function openToPassThrough(directory: string): void {
  chmodSync(directory, (statSync(directory).mode & 0o7777) | 0o111);
}

function createOrRefuse(directory: string, create: () => void): void {
  try {
    create();
  } catch (cause) {
    throw new ConfitureError("CONFITURE_EMBEDDED_UNAVAILABLE", `The folder ${directory} cannot be created.`, {
      hint: "It may belong to another user: run the command as that user, or remove the folder.",
      cause,
    });
  }
}
