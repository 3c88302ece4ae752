import { createHash } from "node:crypto";
import { isAbsolute, relative, sep } from "node:path";
import { ConfitureError } from "@confiture/model";
import { type FileSystem, nodeFileSystem } from "./file-system.js";
import { orderByDependencies } from "./order-by-dependencies.js";
import { type BuildFile, readBuildFiles } from "./read-build-files.js";
import { joinSections } from "./script-sections.js";

/** Which files make up a schema, and in which order. */
export interface BuildSchemaOptions {
  /** Absolute path of the folder of confiture.yaml. */
  readonly root: string;
  /** Files, folders and globs, in order; paths start at the root. */
  readonly loadOrder: readonly string[];
  /** `dependencies` moves what a file uses in front of it, and leaves the rest as listed. Default `listed`. */
  readonly order?: "listed" | "dependencies";
  /** Only the files below this folder, in the same order. */
  readonly schemaDirectory?: string;
  /** Default: the computer's own. */
  readonly fileSystem?: FileSystem;
}

/** A schema as one script. Equal files in equal order have equal hashes, whatever their line ends. */
export interface SchemaBuild {
  readonly files: readonly SchemaBuildFile[];
  /** All files behind each other, each below a comment with its path. */
  readonly script: string;
  /** SHA-256 (hex) over paths and contents, line ends normalised. */
  readonly hash: string;
  /** What a reader of the build should know, such as a file that holds nothing. */
  readonly notes: readonly string[];
}

/** One file of a build, without its text. */
export interface SchemaBuildFile {
  /** From the root, with `/`. */
  readonly path: string;
  /** SHA-256 (hex) of the file, byte for byte. */
  readonly rawHash: string;
  readonly bytes: number;
}

/**
 * Reads a project's DDL in its load order and joins it to one script. Nothing is parsed unless the order is `dependencies`.
 *
 * @throws CONFITURE_LOAD_ORDER for an entry that names nothing, and for files that need each other in a circle;
 * CONFITURE_FILE_NOT_FOUND, CONFITURE_FILE_UNREADABLE (binary, not UTF-8, over 256 MiB)
 */
export async function buildSchema(options: BuildSchemaOptions): Promise<SchemaBuild> {
  const { root, loadOrder, fileSystem = nodeFileSystem } = options;
  const all = readBuildFiles({ root, loadOrder, fileSystem });
  const ordered = options.order === "dependencies" ? await orderByDependencies(all) : all;
  const files = options.schemaDirectory === undefined ? ordered : below(ordered, options.schemaDirectory, root);
  return {
    files: files.map(({ path, rawHash, bytes }) => ({ path, rawHash, bytes })),
    script: joinSections(files),
    hash: hashFiles(files),
    notes: files
      .filter(({ text }) => text.trim() === "")
      .map(({ path, bytes }) => `${path} ${bytes === 0 ? "is empty" : "holds only white space"}.`),
  };
}

function below(files: readonly BuildFile[], directory: string, root: string): readonly BuildFile[] {
  const path = (isAbsolute(directory) ? relative(root, directory) : directory)
    .replaceAll(sep, "/")
    .replace(/^(\.\/)+|\/+$/g, "");
  const found = path === "" || path === "." ? files : files.filter((file) => file.path.startsWith(`${path}/`));
  if (found.length > 0) return found;
  throw new ConfitureError("CONFITURE_LOAD_ORDER", `No file of the load order is in \`${directory}\`.`, {
    hint: "Name a folder from the folder of confiture.yaml, and check that schema.load_order covers it.",
    facts: { directory },
  });
}

function hashFiles(files: readonly BuildFile[]): string {
  const hash = createHash("sha256");
  for (const { path, text } of files) {
    const content = text.replaceAll("\r\n", "\n");
    hash.update(`${path.length}:${path}${content.length}:`).update(content);
  }
  return hash.digest("hex");
}
