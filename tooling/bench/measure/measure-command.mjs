// Wall and CPU time of a command with all its children. Node tells the CPU time of itself only, so bash's `time` does it.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

/** @typedef {{ wallMs: number, cpuMs: number }} Measured */

// `time` writes to bash's own stderr (3), apart from what the command says.
const script = 'TIMEFORMAT="%R %U %S"; { time "$@" >>"$BENCH_OUTPUT" 2>&1; } 2>&3';

/**
 * Runs a command to its end. Throws with the last lines it printed when it does not end with 0.
 * @param {readonly string[]} command
 * @param {{ cwd: string, env?: Record<string, string>, output: string }} options `output`: the file that takes what it prints
 * @returns {Promise<Measured>}
 */
export async function measureCommand(command, { cwd, env = {}, output }) {
  closeSync(openSync(output, "w"));
  const child = spawn("bash", ["-c", script, "bash", ...command], {
    cwd,
    env: { ...process.env, LC_ALL: "C", ...env, BENCH_OUTPUT: output },
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  let timing = "";
  child.stdio[3].setEncoding("utf8").on("data", (text) => {
    timing += text;
  });
  const code = await new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", done);
  });
  if (code !== 0) {
    const said = readFileSync(output, "utf8").trim().split("\n").slice(-15).join("\n");
    throw new Error(`${command.join(" ")}\nended with ${code}:\n${said}`);
  }
  const [wall, user, system] = timing.trim().split(" ").map(Number);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 };
}
