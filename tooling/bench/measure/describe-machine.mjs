// What the numbers were measured on: without it they say nothing.
import { spawnSync } from "node:child_process";
import { cpus, totalmem } from "node:os";

/** @param {string} folder a folder on the disk that matters */
export function describeMachine(folder) {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    platform: `${process.platform} ${process.arch}`,
    cpu: `${processors.length} × ${processors[0]?.model.trim() ?? "unknown"}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    disk: describeDisk(folder),
  };
}

function describeDisk(folder) {
  const { stdout, status } = spawnSync("df", ["-P", folder], { encoding: "utf8" });
  if (status !== 0) return "unknown";
  const [device] = stdout.trim().split("\n").at(-1).split(/\s+/);
  return device;
}
