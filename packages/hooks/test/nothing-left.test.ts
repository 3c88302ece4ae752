import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("./process/every-way-to-end.mjs", import.meta.url));

test("no timer, no promise and no unhandled rejection is left behind, however hooks end", () => {
  // A timer that was left would keep the process for a minute.
  const run = spawnSync(process.execPath, [program], { encoding: "utf8", timeout: 20_000 });
  expect(run).toMatchObject({ status: 0, stderr: "" });
  expect(JSON.parse(run.stdout)).toEqual({
    statuses: ["completed", "completed", "cancelled", "failed", "timed_out", "timed_out"],
    unhandled: [],
    held: [],
  });
});
