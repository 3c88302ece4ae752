// The tools that run migrations, beside which ours is measured.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installInto } from "./install-into.mjs";

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
  installInto(folder, peerVersions);
  return folder;
}

/** The JavaScript file behind a peer's command, so that every tool is started by the same Node. */
export function peerCommand(name, command = name) {
  const home = join(folder, "node_modules", name);
  const { bin } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  return join(home, typeof bin === "string" ? bin : bin[command]);
}
