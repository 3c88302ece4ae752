import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { ConfitureError } from "@confiture/model";

/** The system user the server runs as, when it is not ourselves: PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const fallbackNames = ["postgres", "_postgres", "nobody"];

/**
 * Undefined for an ordinary user, who runs the server as himself. For root: the owner of the folder the data goes to,
 * so that he can go on alone later, else an unprivileged user every system has.
 */
export function chooseServerUser(directory: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const known = readUsers();
  const owner = statSync(nearestExisting(directory)).uid;
  const chosen =
    (owner === 0 ? undefined : known.find((user) => user.uid === owner)) ??
    fallbackNames.map((name) => known.find((user) => user.name === name)).find((user) => user !== undefined);
  if (chosen !== undefined) return chosen;
  throw new ConfitureError(
    "CONFITURE_EMBEDDED_UNAVAILABLE",
    `PostgreSQL does not run as root, and this system has none of the users ${fallbackNames.join(", ")} to run it as.`,
    { hint: "Run the command as an ordinary user, or create a user named postgres." },
  );
}

/** Whether that user can enter a folder; the kernel is asked, for modes alone do not tell (ACLs, mounts). */
export function canEnter(user: ServerUser, directory: string): boolean {
  const { status, error } = spawnSync("/bin/sh", ["-c", 'test -x "$0"', directory], {
    uid: user.uid,
    gid: user.gid,
    cwd: "/",
    stdio: "ignore",
  });
  if (error === undefined) return status === 0;
  throw new ConfitureError(
    "CONFITURE_EMBEDDED_UNAVAILABLE",
    `PostgreSQL does not run as root, and nothing can be started as user ${user.name} here.`,
    { hint: "Run the command as an ordinary user, or set database_url to a server of yours.", cause: error },
  );
}

export function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

function readUsers(): readonly ServerUser[] {
  return readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .filter((fields) => fields.length >= 4)
    .map(([name, , uid, gid]) => ({ name: name!, uid: Number(uid), gid: Number(gid) }));
}
