// The floor under a build: every SQL file of a folder read in order, hashed once, and written out as one script.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const [folder, out] = process.argv.slice(2);
const paths = readdirSync(folder, { recursive: true })
  .filter((path) => path.endsWith(".sql"))
  .sort();
const hash = createHash("sha256");
const pieces = [];
for (const path of paths) {
  const bytes = readFileSync(`${folder}/${path}`);
  hash.update(bytes);
  pieces.push(bytes);
}
writeFileSync(out, Buffer.concat(pieces));
process.stdout.write(`${paths.length} files, ${hash.digest("hex")}\n`);
