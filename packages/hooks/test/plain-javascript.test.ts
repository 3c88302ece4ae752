import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const built = new URL("../dist/index.js", import.meta.url).href;

function runScript(script: string): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(process.execPath, ["--input-type=module", "-e", script, built], { encoding: "utf8" });
}

test("works in plain JavaScript, without types and without options", () => {
  const run = runScript(`
    const { createHooks } = await import(process.argv[1]);
    const hooks = createHooks();
    hooks.register({ id: "greet", on: "opened", run: ({ data }) => "hello " + data.who });
    const { status, hooks: [greet] } = await hooks.trigger("opened", { who: "ada" });
    console.log(status, greet.value);`);
  expect(run).toMatchObject({ status: 0, stderr: "", stdout: "completed hello ada\n" });
});

test("a mistake in plain JavaScript is an error that says what to do", () => {
  const run = runScript(`
    const { createHooks } = await import(process.argv[1]);
    try {
      createHooks().register({ id: "greet", on: "opened", retry: {}, run() {} });
    } catch (error) {
      console.log(error.code, "/", error.message, "/", error.hint);
    }`);
  expect(run.stdout).toBe(
    "CONFITURE_HOOK_COMBINATION / opened: hook greet asks for `retry` and does not say that it is idempotent. / " +
      "Set `idempotent: true` if running it twice does no harm.\n",
  );
});
