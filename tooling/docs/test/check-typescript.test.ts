import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { checkTypeScript } from "../src/check-typescript.js";
import { readBlocks } from "../src/read-blocks.js";
import { runBlocks } from "../src/run-blocks.js";

const home = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(home, "test-"));
const tsc = createRequire(import.meta.url)
  .resolve("typescript/package.json")
  .replace("package.json", "bin/tsc");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const page = `
\`\`\`ts
import { formatLocation } from "@confiture/model";
const text: string = formatLocation({ file: "a.sql", line: 1, column: 2 });
\`\`\`

\`\`\`ts
import { formatLocation } from "@confiture/model";

const wrong: number = formatLocation({ file: "a.sql", line: 1, column: 2 });
\`\`\`

\`\`\`ts run
const text = "not seen by the other blocks";
if (process.env.DATABASE_URL !== "postgres://here") throw new Error(text);
\`\`\`

\`\`\`ts run
throw new Error("this page lies");
\`\`\`

\`\`\`js run
/** @type {number} */
const wrong = "text";
process.exit(0);
\`\`\`

\`\`\`sh run exit=3
exit 3
\`\`\`
`;

test("blocks are compiled each on its own and run; what is wrong is told with the line of the page", async () => {
  const blocks = readBlocks(page, "README.md");
  const compiled = await checkTypeScript(
    blocks.filter((block) => block.language !== "sh"),
    { folder, tsc },
  );
  expect(compiled.findings).toEqual([
    { at: "README.md:10", message: expect.stringContaining("TS2322") },
    { at: "README.md:24", message: expect.stringContaining("TS2322") },
  ]);

  const ran = await runBlocks(
    blocks.filter((block) => block.marks.includes("run")),
    { root: home, programs: compiled.programs, confiture: "unused", openDatabase: async () => "postgres://here" },
  );
  expect(ran.findings).toEqual([{ at: "README.md:19", message: expect.stringContaining("this page lies") }]);
});
