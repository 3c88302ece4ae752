// Installs packages into a folder of their own, so that nobody who clones the repository downloads them unasked.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Does nothing where `folder` has every package at its version already.
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} versions
 */
export function installInto(folder, versions) {
  if (isInstalled(folder, versions)) return;
  mkdirSync(folder, { recursive: true });
  const manifest = { name: "confiture-bench-peers", private: true, type: "module", dependencies: versions };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  process.stderr.write("installing the peers with npm (once)\n");
  const { status, error } = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--no-update-notifier"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (error) throw new Error(`npm could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`npm install of the peers ended with ${status}`);
  if (!isInstalled(folder, versions)) throw new Error(`${folder} does not hold the pinned versions of the peers`);
}

function isInstalled(folder, versions) {
  return Object.entries(versions).every(([name, version]) => installedVersion(folder, name) === version);
}

function installedVersion(folder, name) {
  try {
    return JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")).version;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
