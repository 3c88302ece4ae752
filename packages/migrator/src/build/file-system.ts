import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";

/** What stands in a folder. */
export interface FolderEntry {
  /** Without the path. */
  readonly name: string;
  /** What a symbolic link leads to counts; a link that leads nowhere counts as a file, so that reading it reports it. */
  readonly kind: "file" | "folder" | "other";
  /** True for a symbolic link: a folder reached through one may be a folder above it. */
  readonly link: boolean;
}

/** The part of a file system that reading a project needs. Synchronous: its files are many, small and local. */
export interface FileSystem {
  /** What a folder holds, in any order; undefined when there is no such folder. */
  list(folder: string): readonly FolderEntry[] | undefined;
  /** Bytes. */
  size(file: string): number;
  readFile(file: string): Uint8Array;
  /** The path with every link followed. */
  realPath(path: string): string;
}

/** The computer's own file system. */
export const nodeFileSystem: FileSystem = {
  list(folder) {
    try {
      return readdirSync(folder, { withFileTypes: true }).map((entry) => ({
        name: entry.name,
        kind: entry.isSymbolicLink() ? kindBehind(join(folder, entry.name)) : kindOf(entry),
        link: entry.isSymbolicLink(),
      }));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  size: (file) => statSync(file).size,
  readFile: (file) => readFileSync(file),
  realPath: (path) => realpathSync(path),
};

function kindBehind(link: string): FolderEntry["kind"] {
  const behind = statSync(link, { throwIfNoEntry: false });
  return behind === undefined ? "file" : kindOf(behind);
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): FolderEntry["kind"] {
  if (entry.isDirectory()) return "folder";
  return entry.isFile() ? "file" : "other";
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
