import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "../../docs/src/run-process.js";

/** A package as the registry would get it. */
export interface PackedPackage {
  readonly name: string;
  readonly tarball: string;
  /** Paths inside, without the leading `package/`. */
  readonly files: readonly string[];
  readonly manifest: PublishedManifest;
}

export interface PublishedManifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Packs a workspace package as `pnpm publish` would, into a folder. */
export async function packPackage(folder: string, destination: string): Promise<PackedPackage> {
  const [command, ...args] = pnpm();
  const packed = await runProcess(command ?? "pnpm", [...args, "pack", "--pack-destination", destination, "--json"], {
    cwd: folder,
  });
  if (packed.exitCode !== 0) throw new Error(`pnpm pack ends with ${packed.exitCode} in ${folder}\n${packed.stderr}`);
  const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string };
  const { filename } = JSON.parse(packed.stdout) as { filename: string };
  const files = tar(["-tzf", filename]).split("\n").filter(Boolean);
  return {
    name,
    tarball: filename,
    files: files.map((path) => path.replace(/^package\//, "")),
    manifest: JSON.parse(tar(["-xzOf", filename, "package/package.json"])) as PublishedManifest,
  };
}

function tar(args: readonly string[]): string {
  return execFileSync("tar", args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
}

/** The pnpm that runs this script, so that none needs to be installed. */
function pnpm(): readonly string[] {
  const running = process.env.npm_execpath;
  if (running === undefined || !/pnpm/.test(running)) return ["pnpm"];
  return /\.[cm]?js$/.test(running) ? [process.execPath, running] : [running];
}
