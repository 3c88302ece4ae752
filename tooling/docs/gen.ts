// Writes the generated pages; with --check it only tells which of them are stale, and fails when one is.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { generatedPages, pageText } from "./src/generated-pages.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const check = process.argv.includes("--check");
let stale = 0;
for (const page of generatedPages) {
  const file = join(root, page.path);
  const text = await pageText(page);
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  stale += 1;
  if (check) {
    console.error(`${page.path} is stale: ${page.from} has changed. Run \`pnpm gen\`.`);
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.error(`wrote ${page.path}`);
}
console.error(`${generatedPages.length} generated pages, ${stale} ${check ? "stale" : "written"}`);
