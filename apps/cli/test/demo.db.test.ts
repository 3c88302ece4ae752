import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runConfiture } from "./run-confiture.js";

const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));

// Demos of other people on this machine are not looked at.
let temporary = "";
beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), "confiture-test-"));
});
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const env = () => ({ TMPDIR: temporary });

test("the demo shows each chapter, with numbers that fit, and leaves no process and no file", async () => {
  const { code, stdout, stderr } = await runConfiture(["demo", "--format", "json"], { cwd: temporary, env: env() });
  expect([code, stderr]).toEqual([0, expect.stringContaining("starting PostgreSQL")]);
  const demo = JSON.parse(stdout) as {
    rows: number;
    traffic: Record<"risky" | "safe", { writes: number; slowestMs: number }>;
    commands: { command: string; exitCode: number; document: Record<string, unknown> }[];
  };
  expect(demo.rows).toBeGreaterThan(200_000);
  expect([demo.traffic.risky.writes, demo.traffic.safe.writes].every((writes) => writes > 0)).toBe(true);
  expect(demo.commands.map(({ command, exitCode }) => [command, exitCode])).toEqual([
    ["confiture build --apply", 0],
    ["confiture migrate status", 0],
    ["confiture migrate up --dry-run", 0],
    ["confiture migrate up", 0],
    ["confiture migrate up", 3],
    ["confiture migrate status", 0],
    ["confiture migrate down", 0],
    ["confiture migrate history", 0],
  ]);
  const rehearsal = demo.commands[2]?.document.rehearsal as { locks: { relation: string; mode: string }[] };
  expect(rehearsal.locks).toContainEqual(
    expect.objectContaining({ relation: "public.w_order_lines", mode: "ShareLock" }),
  );
  expect(leftBehind()).toEqual({ folders: [], processes: [] });
}, 300_000);

test("what a killed demo leaves is cleared by the next command with an embedded server; what --keep left stays", async () => {
  const kept = await runConfiture(["demo", "--keep", "--quiet"], { cwd: temporary, env: env() });
  expect(kept.code).toBe(0);
  const [folder = ""] = leftBehind().folders;
  await killDemo();
  expect(leftBehind().folders).toHaveLength(2);
  const status = await runConfiture(["migrate", "status"], { cwd: join(temporary, folder), env: env() });
  expect([status.code, status.stdout]).toEqual([0, expect.stringContaining("1 migration applied")]);
  expect(leftBehind()).toEqual({ folders: [folder], processes: [] });
}, 300_000);

/** Starts a demo and kills it, with the command it has typed, once its server runs. */
async function killDemo(): Promise<void> {
  const demo = spawn(process.execPath, [bin, "demo"], {
    env: { ...process.env, ...env() },
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  await new Promise<void>((seen) => {
    demo.stdout.on("data", (data: Buffer) => {
      if (data.toString().includes("is running")) seen();
    });
  });
  process.kill(-(demo.pid ?? 0), "SIGKILL");
  await new Promise((ended) => demo.on("exit", ended));
}

function leftBehind(): { readonly folders: readonly string[]; readonly processes: readonly string[] } {
  const processes = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(`-D ${temporary}`));
  return { folders: readdirSync(temporary).filter((name) => name.startsWith("confiture-demo-")), processes };
}
