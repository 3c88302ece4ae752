import { gzipSync } from "node:zlib";
import { build } from "esbuild";

export interface BundleSize {
  readonly minified: number;
  readonly gzipped: number;
}

/**
 * The most a browser or a function would load of everything a package exports by its main entry, with all it imports:
 * minified and gzipped, in bytes. A package without a row may be of any size.
 */
export const bundleLimits: Readonly<Record<string, number>> = {
  "@confiture/risk": 40_000,
};

/** Bundles the main entry of a package as it is installed in a folder, for any platform: a driver or a builtin would not go in. */
export async function measureBundle(name: string, folder: string): Promise<BundleSize> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from ${JSON.stringify(name)};`, resolveDir: folder },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
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
  const { minified, gzipped } = await measureBundle(name, folder);
  if (gzipped < limit) return [];
  return [`bundles to ${gzipped} bytes gzipped (${minified} minified), not below ${limit}`];
}
