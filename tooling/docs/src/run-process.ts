import { spawn } from "node:child_process";

export interface ProcessResult {
  /** Null when it was killed, by a signal or by the time limit. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds; then the process and everything it started is killed. Default 120 000. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end, without a terminal and without input. */
export function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.stderr += text;
    });
    const timer = setTimeout(() => {
      // Negative: the whole process group, which `detached` has made the child's own.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, options.timeoutMs ?? 120_000);
    child.on("error", failed);
    child.on("close", (exitCode) => {
      clearTimeout(timer);
      done({ exitCode, ...output });
    });
  });
}
