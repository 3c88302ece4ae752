import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newestVersion } from "@confiture/testkit";
import { afterAll, expect, test } from "vitest";

const script = fileURLToPath(new URL("../run-tests.mjs", import.meta.url));
const folder = mkdtempSync(join(fileURLToPath(new URL("../node_modules/", import.meta.url)), "run-tests-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(name: string, files: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) {
  const root = join(folder, name);
  mkdirSync(root);
  for (const [file, text] of Object.entries({ "vitest.config.ts": "export default {};", ...files }))
    writeFileSync(join(root, file), text);
  const { stdout, status } = spawnSync(process.execPath, [script, "--root", root], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "", CONFITURE_TEST_URL: "", CONFITURE_TEST_DOCKER: "off", ...env },
  });
  return { last: stdout.trimEnd().split("\n").at(-1), status };
}

const newest = String(newestVersion);
const imports = 'import { expect, test } from "vitest";\n';

test("the last line counts what passed, failed and was skipped, and the exit code is vitest's", () => {
  expect(run("fine", { "a.test.ts": `${imports}test("a", () => {}); test("b", () => {});` })).toEqual({
    last: "2 passed, 0 failed",
    status: 0,
  });
  expect(
    run("mixed", {
      "a.test.ts": `${imports}test("a", () => {}); test("b", () => expect(1).toBe(2)); test.skip("c", () => {});`,
    }),
  ).toEqual({ last: "1 passed, 1 failed, 1 skipped", status: 1 });
});

test("a file that cannot be loaded, an error outside the tests and a run without tests count as failures", () => {
  expect(
    run("broken", { "a.test.ts": `${imports}test("a", () => {});`, "b.test.ts": 'import "./nowhere.js";' }),
  ).toEqual({
    last: "1 passed, 1 failed",
    status: 1,
  });
  expect(
    run("loose", {
      "a.test.ts": `${imports}test("a", () => { setTimeout(() => { throw new Error("late"); }, 0); return new Promise((r) => setTimeout(r, 50)); });`,
    }),
  ).toEqual({ last: "1 passed, 1 failed", status: 1 });
  expect(run("none", {})).toEqual({ last: "0 passed, 1 failed", status: 1 });
  expect(run("config", { "vitest.config.ts": "throw new Error('no');" })).toEqual({
    last: "0 passed, 1 failed",
    status: 1,
  });
});

test("servers a killed run left behind are stopped by the next one", () => {
  // A temporary folder of its own: other runs on this machine clean up too.
  const temporary = mkdtempSync(join(tmpdir(), "confiture-killed-"));
  chmodSync(temporary, 0o755);
  const base = join(temporary, `confiture-testkit-${process.getuid?.() ?? "user"}`);
  const kit = fileURLToPath(new URL("../src/global-setup.ts", import.meta.url));
  const config = `
    export default {
      resolve: { conditions: ["@confiture/source", "node"] },
      environments: { __vitest__: { resolve: { conditions: ["@confiture/source", "node"] } } },
      test: { globalSetup: [${JSON.stringify(kit)}] },
    };`;
  const killing = `${imports}test("a", () => { process.kill(process.ppid, "SIGKILL"); });`;
  const killed = run("killed", { "vitest.config.ts": config, "a.test.ts": killing }, { TMPDIR: temporary });
  expect(killed.last).toBe("0 passed, 1 failed");
  const [left] = readdirSync(base);
  const postmaster = Number(readFileSync(join(base, left!, newest, "data/postmaster.pid"), "utf8").split("\n")[0]);
  expect(existsSync(`/proc/${postmaster}/exe`)).toBe(existsSync("/proc/self/exe"));
  const fine = { "vitest.config.ts": config, "a.test.ts": `${imports}test("a", () => {});` };
  expect(run("next", fine, { TMPDIR: temporary })).toEqual({ last: "1 passed, 0 failed", status: 0 });
  expect(readdirSync(base)).toEqual([]);
  expect(existsSync(`/proc/${postmaster}/exe`)).toBe(false);
  rmSync(temporary, { recursive: true, force: true });
});
