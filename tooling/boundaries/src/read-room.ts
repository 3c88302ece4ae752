import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const workspaceRoot = resolve(fileURLToPath(new URL("../../..", import.meta.url)));

/** What the checks read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface SourceFile {
  /** Inside the package, with forward slashes: `src/plan/plan-migrations.ts`. */
  readonly path: string;
  readonly text: string;
}

/** A package as the checks see it: its manifest and its sources, without its tests. */
export interface Room {
  /** From the workspace root: `packages/sql`. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly files: readonly SourceFile[];
}

/** Every published package of the workspace. */
export function readRooms(root: string = workspaceRoot): readonly Room[] {
  return ["packages", "apps"].flatMap((kind) =>
    readdirSync(join(root, kind))
      .map((name) => `${kind}/${name}`)
      .filter((folder) => existsSync(join(root, folder, "package.json")))
      .sort()
      .map((folder) => readRoom(root, folder)),
  );
}

function readRoom(root: string, folder: string): Room {
  const home = join(root, folder);
  const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as Manifest;
  const files = readdirSync(join(home, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({
      path: relative(home, file).split(sep).join("/"),
      text: readFileSync(file, "utf8"),
    }));
  return { folder, manifest, files };
}
