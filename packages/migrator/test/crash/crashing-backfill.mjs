// A backfill in a process of its own that kills itself (SIGKILL) when so many batches were begun.
import { createMigrationHooks } from "@confiture/migrator";
import { createBuiltinHook } from "@confiture/migrator/builtin-hooks";
import { connectDatabase } from "@confiture/postgres";

const [url, config, killAt] = process.argv.slice(2);
const database = connectDatabase(url);
let batches = 0;

const crashing = {
  ...database,
  async openSession() {
    const session = await database.openSession();
    return {
      ...session,
      async query(text, values) {
        if (text.startsWith("update ") && ++batches === Number(killAt)) {
          session.query(text, values).catch(() => undefined);
          setTimeout(() => process.kill(process.pid, "SIGKILL"), 2);
          return new Promise(() => undefined);
        }
        return session.query(text, values);
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  },
};

const hooks = createMigrationHooks();
hooks.register(await createBuiltinHook({ type: "backfill_read_model", on: "after_ddl", config: JSON.parse(config) }));
const session = await crashing.openSession();
const data = {
  version: "003",
  name: "add_orders",
  direction: "up",
  mode: "real",
  totalSteps: 1,
  stepsCompleted: 1,
  rowsAffected: 0,
  elapsedMs: 1,
};
const outcome = await hooks.trigger("after_ddl", data, {
  metadata: { session, database: crashing, environment: undefined, report: () => undefined },
});
process.stdout.write(JSON.stringify(outcome.hooks[0]?.value ?? String(outcome.hooks[0]?.error)));
await session[Symbol.asyncDispose]();
await database[Symbol.asyncDispose]();
