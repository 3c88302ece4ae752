// Installs the peers into a folder of their own, so that nobody who clones the repository downloads them unasked.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The newest versions that run on Node 20.19: kysely-ctl 0.21 and kysely 0.29 ask for Node 22. */
export const peerVersions = {
  dbmate: "2.36.0",
  "graphile-migrate": "1.4.1",
  kysely: "0.28.18",
  "kysely-ctl": "0.20.0",
  "node-pg-migrate": "9.0.0",
  pg: "8.23.1",
  postgrator: "8.0.0",
  "postgrator-cli": "9.1.1",
};

const folder = fileURLToPath(new URL("../../../node_modules/.cache/confiture-bench", import.meta.url));

/** Returns the folder whose `node_modules` has every peer at its pinned version. */
export function installPeers() {
  if (isInstalled()) return folder;
  mkdirSync(folder, { recursive: true });
  const manifest = { name: "confiture-bench-peers", private: true, type: "module", dependencies: peerVersions };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  process.stderr.write("installing the peers with npm (once)\n");
  const { status, error } = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--no-update-notifier"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (error) throw new Error(`npm could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`npm install of the peers ended with ${status}`);
  if (!isInstalled()) throw new Error(`${folder} does not hold the pinned versions of the peers`);
  return folder;
}

function isInstalled() {
  return Object.entries(peerVersions).every(([name, version]) => installedVersion(name) === version);
}

function installedVersion(name) {
  try {
    return JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")).version;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** The JavaScript file behind a peer's command, so that every tool is started by the same Node. */
export function peerCommand(name, command = name) {
  const home = join(folder, "node_modules", name);
  const { bin } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  return join(home, typeof bin === "string" ? bin : bin[command]);
}
