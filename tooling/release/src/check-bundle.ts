import { gzipSync } from "node:zlib";
import { build } from "esbuild";

export interface BundleSize {
  readonly minified: number;
  readonly gzipped: number;
}

interface BundleRow {
  /** The most a browser or a function would load, minified and gzipped, in bytes. */
  readonly gzipped: number;
  /** What Node brings along, and only Node: every builtin besides these would be refused. */
  readonly builtins?: readonly string[];
}

/**
 * What everything that a package exports by its main entry may come to, with all it imports. A package without a row may be of
 * any size.
 */
export const bundleLimits: Readonly<Record<string, BundleRow>> = {
  "@confiture/risk": { gzipped: 40_000 },
  "@confiture/hooks": { gzipped: 12_000, builtins: ["node:diagnostics_channel"] },
};

/** Bundles the main entry of a package as it is installed in a folder, for any platform: a driver or a builtin would not go in. */
export async function measureBundle(
  name: string,
  folder: string,
  builtins: readonly string[] = [],
): Promise<BundleSize> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from ${JSON.stringify(name)};`, resolveDir: folder },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    // The build leaves the prefix out.
    external: builtins.flatMap((builtin) => [builtin, builtin.replace(/^node:/, "")]),
    write: false,
    logLevel: "silent",
  });
  const code = outputFiles[0]!.contents;
  return { minified: code.byteLength, gzipped: gzipSync(code, { level: 9 }).byteLength };
}

/** One sentence when the bundle is larger than its row allows. */
export async function checkBundle(name: string, folder: string): Promise<readonly string[]> {
  const limit = bundleLimits[name];
  if (limit === undefined) return [];
  const { minified, gzipped } = await measureBundle(name, folder, limit.builtins);
  if (gzipped < limit.gzipped) return [];
  return [`bundles to ${gzipped} bytes gzipped (${minified} minified), not below ${limit.gzipped}`];
}
