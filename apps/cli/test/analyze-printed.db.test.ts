import { openTestDatabase } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { project, shop } from "./analyze-shop.js";
import { projectFolder, runConfiture } from "./run-confiture.js";

describe("what a person reads", () => {
  const print = async (args: readonly string[], cwd: string, url: string, more: Record<string, string> = {}) => {
    const env = { DATABASE_URL: url, ...more };
    return (await runConfiture(["migrate", "analyze", ...args], { cwd, env })).stdout;
  };

  test("one screen, in words", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder(project);
    const screen = await print(["--env", "local", "--risk-level", "high"], folder.path, db.url);
    expect(screen.split("\n").length).toBeLessThanOrEqual(40);
    expect(screen.split("\n").filter((line) => line.length > 80)).toEqual([]);
    await expect(steady(screen)).toMatchFileSnapshot("snapshots/analyze-pretty.txt");
  });

  test("colour only where it is wanted", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder(project);
    expect(await print(["--env", "local"], folder.path, db.url, { FORCE_COLOR: "1" })).toContain("\u001b[");
    const plain = await print(["--env", "local"], folder.path, db.url, { FORCE_COLOR: "1", NO_COLOR: "1" });
    expect(plain).not.toContain("\u001b");
  });

  test("Markdown for a pull request", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder(project);
    const text = await print(["--env", "local", "--format", "markdown", "--rewrite"], folder.path, db.url);
    await expect(steady(text)).toMatchFileSnapshot("snapshots/analyze-markdown.txt");
  });

  test("a side that is critical stands beside a verdict that is not", async () => {
    await using db = await openTestDatabase({ sql: shop });
    using folder = projectFolder({ ...project, "x.sql": "drop table customers cascade;" });
    const screen = await print(["x.sql", "--env", "local"], folder.path, db.url);
    expect(screen).toContain("Risk LOW: score");
    expect(screen).toContain("But data loss is critical\n");
    expect(screen.replaceAll("\n", " ")).toMatch(/Passed \(exit 0\): .*\. But data loss is critical, which the score/);
    expect(await print(["x.sql", "--env", "local", "--format", "markdown"], folder.path, db.url)).toContain(
      "**But data loss is critical**",
    );
  });

  test("what a file says is no markup of the comment", async () => {
    using folder = projectFolder({ "x.sql": 'drop table "<img src=x>|`@all`";' });
    const { stdout } = await runConfiture(["migrate", "analyze", "x.sql", "--format", "markdown"], {
      cwd: folder.path,
    });
    expect(stdout).not.toMatch(/<img|[^;]\|`|@all/);
  });
});

/** What depends on the machine: times and with them the ends of lines, and shares of what it has. */
function steady(text: string): string {
  return (
    text
      .replaceAll(/(?:under\s+)?\d[\d.]*\s+(ms|s)\b/g, "<time>")
      .replaceAll(/\d[\d.]* %/g, "<share>")
      // Both rest on the time.
      .replace(/\d\.\d\d of 0\.35/, "<part> of 0.35")
      .replace(/\d\.\d\d × 0\.35 = \d\.\d\d/, "<value> × 0.35 = <part>")
      .replaceAll(/\b(score|risk score) \d\.\d\d/gi, "$1 <score>")
      .replaceAll(/\s+about\s+<time>\s+\(<time>\s+to\s+<time>\)/g, " about <time> (<time> to <time>)")
  );
}
