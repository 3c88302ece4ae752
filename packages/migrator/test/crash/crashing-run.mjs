// A run in a process of its own that kills itself (SIGKILL) at the n-th message it sends, before or behind it.
import { migrate } from "@confiture/migrator";
import { connectDatabase } from "@confiture/postgres";

const [url, folder, at, side] = process.argv.slice(2);
const database = connectDatabase(url);
let sent = 0;

const crashing = {
  ...database,
  detectPooler: undefined,
  observeLocks: undefined,
  async openSession() {
    const session = await database.openSession();
    return {
      ...session,
      async query(text, values) {
        sent += 1;
        const now = sent === Number(at);
        if (now && side === "before") process.kill(process.pid, "SIGKILL");
        if (now && side === "during") {
          session.query(text, values).catch(() => undefined);
          setTimeout(() => process.kill(process.pid, "SIGKILL"), 1);
          return new Promise(() => undefined);
        }
        const result = await session.query(text, values);
        if (now && side === "behind") process.kill(process.pid, "SIGKILL");
        return result;
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  },
};

const outcome = await migrate(crashing, { migrations: folder, lockWaitMs: 20_000 });
process.stdout.write(
  JSON.stringify({ sent, applied: outcome.applied.length, failed: outcome.failed?.error.code ?? null }),
);
await database[Symbol.asyncDispose]();
