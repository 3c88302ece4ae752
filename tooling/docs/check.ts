// Checks every fenced block of the documentation; ends with 1 when one is not true.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { connectDatabase, type EmbeddedServer, openEmbeddedServer } from "@confiture/postgres";
import { checkBlocks } from "./src/check-blocks.js";
import { checkShell } from "./src/check-shell.js";
import { checkSql } from "./src/check-sql.js";
import { checkTypeScript } from "./src/check-typescript.js";
import { checkYaml } from "./src/check-yaml.js";
import { findPages } from "./src/find-pages.js";
import { mergeInspections } from "./src/finding.js";
import { type Block, readBlocks } from "./src/read-blocks.js";
import { runBlocks } from "./src/run-blocks.js";
import { runProcess } from "./src/run-process.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = resolve(here, "../..");
const confiture = join(root, "apps/cli/dist/bin.js");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
const tsc = createRequire(join(root, "package.json"))
  .resolve("typescript/package.json")
  .replace("package.json", "bin/tsc");

const pages = findPages(root);
const blocks = pages.flatMap((page) => readBlocks(readFileSync(join(root, page), "utf8"), page));
let programs: ReadonlyMap<Block, string> = new Map();

const checked = await checkBlocks(blocks, {
  typescript: async (own) => {
    const compiled = await checkTypeScript(own, { folder: join(here, "dist/blocks"), tsc });
    programs = compiled.programs;
    return compiled;
  },
  shell: (own) =>
    checkShell(own, {
      confiture: (args) => runProcess(process.execPath, [confiture, ...args]),
      scripts: Object.keys(scripts),
    }),
  yaml: checkYaml,
  sql: checkSql,
});
const all = mergeInspections([checked, await runMarked(blocks.filter((block) => block.marks.includes("run")))]);

for (const { at, message } of all.findings) console.error(`${at} ${message}`);
const counts = Object.entries(all.counts).map(([what, count]) => `${count} ${what}`);
console.error(
  `${pages.length} pages, ${counts.join(", ")}; not inspected: ${all.notInspected.join(", ") || "nothing"}`,
);
console.error(all.findings.length === 0 ? "the documentation is true" : `${all.findings.length} findings`);
if (all.findings.length > 0) process.exitCode = 1;

/** The blocks to run get a server of their own, started when the first of them asks for a database. */
async function runMarked(marked: readonly Block[]) {
  const directory = mkdtempSync(join(tmpdir(), "confiture-docs-server-"));
  let server: EmbeddedServer | undefined;
  let opened = 0;
  try {
    return await runBlocks(marked, {
      root,
      programs,
      confiture,
      openDatabase: async () => {
        server ??= await openEmbeddedServer({ directory, listen: "tcp" });
        await using admin = await connectDatabase(server.url());
        await using session = await admin.openSession();
        opened += 1;
        await session.query(`create database docs_${opened}`);
        return server.url(`docs_${opened}`);
      },
    });
  } finally {
    await server?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
