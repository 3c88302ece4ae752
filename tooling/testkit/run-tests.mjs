// Runs every vitest project and ends with one line a program can read: `N passed, N failed`, with `, N skipped` when
// there are any. A run that broke outside a test counts as a failure, so that the line never claims more than was seen.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const vitest = createRequire(join(root, "package.json"))
  .resolve("vitest/package.json")
  .replace("package.json", "vitest.mjs");

function runVitest(report) {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const given = process.argv.slice(2).filter((argument) => argument !== "--long");
  const child = spawn(process.execPath, [vitest, "run", ...reporters, ...given], {
    cwd: root,
    env: process.argv.includes("--long") ? { ...process.env, CONFITURE_LONG: "1" } : process.env,
    stdio: "inherit",
  });
  // Ctrl-C reaches vitest too; we stay to print what it had seen.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  return new Promise((done) => {
    child.on("error", (error) => done(error.message));
    child.on("exit", (code, signal) => done(signal ?? code));
  });
}

function countTests(report) {
  let results;
  try {
    results = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    return undefined;
  }
  // A file that could not be loaded has no tests to fail, and is a failure all the same.
  const broken = results.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

const folder = mkdtempSync(join(tmpdir(), "confiture-tests-"));
const outcome = await runVitest(join(folder, "report.json"));
const counts = countTests(join(folder, "report.json")) ?? { passed: 0, failed: 0, skipped: 0 };
rmSync(folder, { recursive: true, force: true });
if (outcome !== 0 && counts.failed === 0) {
  process.stdout.write(`vitest ended with ${outcome} outside any test: counted as a failure\n`);
  counts.failed = 1;
} else if (counts.passed + counts.failed + counts.skipped === 0) {
  process.stdout.write("no test was run: counted as a failure\n");
  counts.failed = 1;
}
const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
process.exitCode = typeof outcome === "number" && outcome !== 0 ? outcome : counts.failed === 0 ? 0 : 1;
