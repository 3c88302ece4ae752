import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bundleLimits, checkBundle, measureBundle } from "../src/check-bundle.js";

const folder = mkdtempSync(join(tmpdir(), "confiture-bundle-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function install(name: string, code: string): void {
  const place = join(folder, "node_modules", name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), JSON.stringify({ name, type: "module", exports: "./index.js" }));
  writeFileSync(join(place, "index.js"), code);
}

const [limited] = Object.keys(bundleLimits);

test("a package below its limit is fine, and one above it is not", async () => {
  install(limited!, "export const small = 1;");
  expect(await checkBundle(limited!, folder)).toEqual([]);
  install(limited!, `export const noise = "${randomBytes(40_000).toString("hex")}";`);
  expect(await checkBundle(limited!, folder)).toEqual([expect.stringMatching(/bundles to \d+ bytes gzipped/)]);
});

test("what a package imports counts, and a driver cannot be bundled at all", async () => {
  install("inner", "export const inner = 'a text of some length';");
  install("outer", "export { inner } from 'inner';");
  expect((await measureBundle("outer", folder)).minified).toBeGreaterThan(30);
  install("driven", "export { connect } from 'node:net';");
  await expect(measureBundle("driven", folder)).rejects.toThrow("node:net");
  expect((await measureBundle("driven", folder, ["node:net"])).minified).toBeLessThan(100);
});
