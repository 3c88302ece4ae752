// One backfill_read_model hook in a process of its own, so that it can be killed. Prints its progress and its outcome as lines of JSON.
import { connectDatabase } from "@confiture/postgres";
import { createBuiltinHook } from "../../../packages/migrator/dist/builtin-hooks/index.js";
import { createMigrationHooks } from "../../../packages/migrator/dist/index.js";

const [url, config] = process.argv.slice(2);
const database = connectDatabase(url);
const hook = await createBuiltinHook({ type: "backfill_read_model", on: "after_ddl", config: JSON.parse(config) });
const hooks = createMigrationHooks({ defaults: { timeoutPerPhaseMs: 3_600_000 } });
hooks.register(hook);
const session = await database.openSession();
const data = {
  version: "001",
  name: "bench",
  direction: "up",
  mode: "real",
  totalSteps: 1,
  stepsCompleted: 1,
  rowsAffected: 0,
  elapsedMs: 1,
};
const started = performance.now();
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const outcome = await hooks.trigger("after_ddl", data, {
  metadata: { session, database, environment: undefined, report: ({ done }) => say({ done }) },
});
const [result] = outcome.hooks;
if (result?.status !== "completed") throw result?.error ?? new Error("the hook did not run");
say({ ms: performance.now() - started, ...result.value });
await database[Symbol.asyncDispose]();
