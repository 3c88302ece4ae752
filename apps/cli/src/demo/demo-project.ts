import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfitureError } from "@confiture/model";
import { stopOrphanedServers } from "@confiture/postgres";

/** A copy of the example project that may be changed. */
export interface DemoProject {
  readonly directory: string;
  /** Puts the migrations of a chapter (`safe`, `failing`) into the project. */
  addChapter(name: "safe" | "failing"): void;
  /** The text of a migration, as it is now. */
  readMigration(file: string): string;
  /** The demo is over: the project stays for a closer look, or goes. */
  end(keep: boolean): void;
}

const migrations = join("db", "migrations");
const prefix = "confiture-demo-";
/** Is there while a demo plays, with its process id. Where that process is gone, the demo was killed. */
const playing = join(".confiture", "demo-is-playing");

export function serverFolderOf(directory: string): string {
  return join(directory, ".confiture", "postgres");
}

/** Copies the project that is published with the command to a new temporary folder. */
export function copyDemoProject(): DemoProject {
  const source = findSource();
  const directory = mkdtempSync(join(tmpdir(), prefix));
  // A server started by root runs as another user, who has to pass through.
  chmodSync(directory, 0o755);
  cpSync(join(source, "project"), directory, { recursive: true });
  cpSync(join(source, "chapters", "migrations"), join(directory, migrations), { recursive: true });
  writeFileSync(join(directory, ".gitignore"), ".confiture/\n");
  mkdirSync(join(directory, ".confiture"));
  writeFileSync(join(directory, playing), String(process.pid));
  return {
    directory,
    addChapter: (name) => cpSync(join(source, "chapters", name), join(directory, migrations), { recursive: true }),
    readMigration: (file) => readFileSync(join(directory, migrations, file), "utf8"),
    end(keep) {
      rmSync(join(directory, playing), { force: true });
      if (!keep) removeFolder(directory);
    },
  };
}

/** Stops the servers of demos that were killed, and removes their projects. */
export async function clearKilledDemos(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const directory = join(tmpdir(), name);
    if (!existsSync(join(directory, playing)) || !isOurs(directory)) continue;
    if (isAlive(Number(readFileSync(join(directory, playing), "utf8")))) continue;
    const { inUse } = await stopOrphanedServers(serverFolderOf(directory));
    if (inUse === 0) removeFolder(directory);
  }
}

/** Another user's demo is theirs to clear. */
function isOurs(directory: string): boolean {
  return process.getuid === undefined || statSync(directory).uid === process.getuid();
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is alive too.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function removeFolder(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

function findSource(): string {
  const folder = join(dirname(fileURLToPath(import.meta.url)), "demo-project");
  if (existsSync(folder)) return folder;
  throw new ConfitureError("CONFITURE_FILE_NOT_FOUND", `The demo's project is not where it should be: ${folder}`, {
    hint: "It is part of the published package and of a build: run `pnpm build`, or install again.",
  });
}
