import { configReference } from "@confiture/config";
import { publishedScale } from "@confiture/risk";
import { describe, expect, test } from "vitest";
import { analyze } from "./analyze-shop.js";
import { projectFolder, runConfiture } from "./run-confiture.js";

const sql = { "x.sql": "alter table orders add column more text;" };

describe("`risk` of confiture.yaml", () => {
  test("says from which level on a plan does not pass, and --risk-level goes before it", async () => {
    using folder = projectFolder({ ...sql, "confiture.yaml": "risk:\n  level: high\n" });
    const byProject = await analyze(["x.sql"], { cwd: folder.path });
    expect([byProject.code, byProject.document]).toMatchObject([1, { limit: "high", risk: { level: "high" } }]);
    const byFlag = await analyze(["x.sql", "--risk-level", "critical"], { cwd: folder.path });
    expect([byFlag.code, byFlag.document]).toMatchObject([0, { limit: "critical" }]);
  });

  test("weighs the factors", async () => {
    using folder = projectFolder({
      ...sql,
      "confiture.yaml":
        "risk:\n  weights: { data_volume: 0, lock_time: 1, dependencies: 0, anomalies: 0, concurrent_load: 0 }\n",
    });
    const { document } = await analyze(["x.sql"], { cwd: folder.path });
    expect(document.risk).toMatchObject({
      factors: [{ name: "data_volume", weight: 0 }, { name: "lock_time", weight: 1 }, {}, {}, {}],
    });
  });

  test("names the maintenance windows: one that is open, and one that will be", async () => {
    using open = projectFolder({
      ...sql,
      "confiture.yaml": 'risk:\n  maintenance_windows:\n    - { opens: "* * * * *", lasts: 2h }\n',
    });
    const { stdout } = await runConfiture(["migrate", "analyze", "x.sql"], { cwd: open.path });
    expect(stdout).toMatch(/^Window {4}a maintenance window is open until \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m);
    using closed = projectFolder({
      ...sql,
      "confiture.yaml":
        'risk:\n  maintenance_windows:\n    - { opens: "0 2 30 2 *", lasts: 2h, time_zone: Europe/Paris }\n',
    });
    const { document } = await analyze(["x.sql"], { cwd: closed.path });
    expect(document.risk).toMatchObject({ window: { open: false, closesAt: null, nextOpensAt: null } });
  });

  test.each([
    ["weights that do not sum to 1", "risk:\n  weights: { lock_time: 0.9 }\n", "confiture.yaml", 1, "sum to 1.55"],
    ["a factor nobody knows", "risk:\n  weights: { locktime: 0.9 }\n", "confiture.yaml", 2, "lock_time"],
    ["levels out of order", "risk:\n  downtime_levels: { medium: 5s }\n", "confiture.yaml", 1, "downtimeLevels"],
    [
      "a window that no calendar has",
      'risk:\n  maintenance_windows:\n    - { opens: "61 2 * * *", lasts: 2h }\n',
      "confiture.yaml",
      3,
      "61",
    ],
    [
      "a time zone nobody knows",
      'risk:\n  maintenance_windows:\n    - opens: "0 2 * * *"\n      lasts: 2h\n      time_zone: Mars/Olympus\n',
      "confiture.yaml",
      3,
      "Mars/Olympus",
    ],
    [
      "a window without a length",
      'risk:\n  maintenance_windows:\n    - opens: "0 2 * * *"\n',
      "confiture.yaml",
      3,
      "lasts",
    ],
  ])("refuses %s, with its place", async (_, config, file, line, says) => {
    using folder = projectFolder({ ...sql, "confiture.yaml": config });
    const { code, stdout } = await runConfiture(["migrate", "analyze", "x.sql", "--format", "json"], {
      cwd: folder.path,
    });
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string; at: object } };
    expect([code, error]).toMatchObject([2, { code: "CONFITURE_CONFIG_INVALID", at: { file, line } }]);
    expect(JSON.stringify(error)).toContain(says);
  });
});

test("the reference of confiture.yaml says the published scale", () => {
  const written = new Map(configReference.map((row) => [row.path, row.default]));
  const { weights, severities, scoreLevels, downtimeLevels } = publishedScale;
  for (const [part, values] of Object.entries({ weights, severities, score_levels: scoreLevels })) {
    for (const [name, value] of Object.entries(values)) expect(written.get(`risk.${part}.${name}`)).toBe(String(value));
  }
  for (const [name, ms] of Object.entries(downtimeLevels)) {
    expect(written.get(`risk.downtime_levels.${name}`)).toBe(ms < 1_000 ? `${ms}ms` : `${ms / 1_000}s`);
  }
});
