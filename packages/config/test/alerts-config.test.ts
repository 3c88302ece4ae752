import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type AlertsConfig, loadConfig } from "../src/index.js";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function alertsIn(text: string): Promise<AlertsConfig | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "confiture-alerts-"));
  folders.push(folder);
  await writeFile(join(folder, "confiture.yaml"), text);
  return (await loadConfig({ cwd: folder, env: {} })).alerts;
}

test("nothing is watched unless it is asked for", async () => {
  expect(await alertsIn("")).toBeUndefined();
  expect(await alertsIn("alerts: {}")).toEqual({ everyMs: 1_000 });
});

test("measures are written as people write them, and what is left out has its default", async () => {
  const yaml = `
alerts:
  every: 500ms
  lock_wait: { above: 2s, action: pause }
  long_transaction:
  connections: { above: 80% }
  memory: { above: 512MB, action: rollback }
  slow_step: { above: 2.5 }
  rows_lost: { above: 0.25, action: rollback }
  orphans: { above: 10 }
`;
  expect(await alertsIn(yaml)).toEqual({
    everyMs: 500,
    lockWait: { above: 2_000, action: "pause" },
    longTransaction: { above: 300_000, action: "notify" },
    connections: { above: 0.8, action: "notify" },
    memory: { above: 512 * 2 ** 20, action: "rollback" },
    slowStep: { above: 2.5, action: "notify" },
    rowsLost: { above: 0.25, action: "rollback" },
    orphans: { above: 10, action: "notify" },
  });
});

describe("is refused with its place:", () => {
  const wrong: Record<string, [yaml: string, message: string]> = {
    "a share above all there is": ["connections: { above: 120% }", "must be a share"],
    "a size without a unit that is one": ["memory: { above: 5XB }", "must be a size"],
    "no time at all": ["lock_wait: { above: 0 }", "must be a time"],
    "a number that is none": ["slow_step: { above: fast }", "must be a number"],
    "an action that there is not": ["lock_wait: { action: panic }", "notify"],
    "a key that there is not": ["lock_waits: {}", "lock_wait"],
  };
  test.each(Object.entries(wrong))("%s", async (_, [yaml, message]) => {
    await expect(alertsIn(`alerts:\n  ${yaml}\n`)).rejects.toMatchObject({
      code: "CONFITURE_CONFIG_INVALID",
      message: expect.stringContaining(message),
    });
  });
});
