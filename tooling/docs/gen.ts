// Writes the generated pages; with --check it only tells which of them are stale, and fails when one is.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { generatedPages, pageText } from "./src/generated-pages.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const check = process.argv.includes("--check");
const stale = generatedPages.filter((page) => {
  const file = join(root, page.path);
  return !existsSync(file) || readFileSync(file, "utf8") !== pageText(page);
});

for (const page of stale) {
  if (check) {
    console.error(`${page.path} is stale: ${page.from} has changed. Run \`pnpm gen\`.`);
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(join(root, page.path)), { recursive: true });
  writeFileSync(join(root, page.path), pageText(page));
  console.error(`wrote ${page.path}`);
}
console.error(`${generatedPages.length} generated pages, ${stale.length} ${check ? "stale" : "written"}`);
