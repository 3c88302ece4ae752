import { expect, test } from "vitest";
import { showProgress } from "../src/output/show-progress.js";
import { Terminal } from "../src/output/terminal.js";

/** What a person sees: each line as it is written, those that the next one replaces as well. */
function seen(verbose = false) {
  const written: string[] = [];
  const stderr = { isTTY: true, columns: 120, write: (text: string) => written.push(text) };
  const terminal = new Terminal(
    { env: {}, stdout: { isTTY: true }, stderr } as never,
    {
      format: "pretty",
      color: false,
      quiet: false,
      verbose,
    } as never,
  );
  const lines = () => written.filter((text) => !text.startsWith("\r")).map((text) => text.trimEnd());
  return { show: showProgress(terminal), lines };
}

const backfill = { event: "after_ddl", hook: "fill", version: "007" } as const;

test("hooks are seen while they run, and stay in view where they did not end well", () => {
  const { show, lines } = seen();
  show({ kind: "hook-started", ...backfill, attempt: 1 });
  show({ kind: "hook-progress", ...backfill, done: 1_200, total: 4_800, unit: "rows" });
  show({ kind: "hook-progress", ...backfill, done: 5, unit: "tables" });
  show({ kind: "hook-finished", ...backfill, status: "completed", durationMs: 12, error: null });
  const error = { code: "CONFITURE_HOOK_TIMEOUT", message: "took longer than 300 ms" };
  show({ kind: "hook-started", event: "before_execute", hook: "save", version: null, attempt: 2 });
  show({
    kind: "hook-finished",
    event: "before_execute",
    hook: "save",
    version: null,
    status: "timeout",
    durationMs: 300,
    error,
  });
  show({ kind: "hook-interrupted", ...backfill, begun: false });
  expect(lines()).toEqual([
    "  007 after_ddl hook fill",
    "  007 after_ddl hook fill: 1,200 of 4,800 rows (25 %)",
    "  007 after_ddl hook fill: 5 tables",
    "  before_execute hook save, attempt 2",
    "  before_execute hook save ran out of time: took longer than 300 ms",
    "  007 after_ddl hook fill was due in an earlier run, which ended before it began",
  ]);
});

test("who asks for more sees how long each took", () => {
  const { show, lines } = seen(true);
  show({ kind: "hook-finished", ...backfill, status: "completed", durationMs: 1_234, error: null });
  expect(lines()).toEqual(["  007 after_ddl hook fill: 1.2 s"]);
});

test("pauses and alerts stay in view", () => {
  const { show, lines } = seen();
  const measured = { measured: 6_000, threshold: 5_000, unit: "ms" } as const;
  show({
    kind: "alert",
    event: "lock_timeout_exceeded",
    version: "007",
    because: "the run waits",
    ...measured,
    action: "pause",
  });
  show({ kind: "run-paused", version: "008", because: "lunch" });
  show({ kind: "run-resumed", version: "008", pausedMs: 61_000 });
  expect(lines()).toEqual([
    "  alert: the run waits (pause)",
    "  paused before 008: lunch; `confiture migrate resume` lets it go on",
    "  resumed after 1 min 1 s",
  ]);
});
