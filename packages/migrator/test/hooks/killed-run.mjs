// A run in a process of its own that kills itself (SIGKILL) in the hook that is named.
import { createMigrationHooks, migrate } from "@confiture/migrator";
import { connectDatabase } from "@confiture/postgres";

const [url, folder, deadly] = process.argv.slice(2);
const database = connectDatabase(url);
const hooks = createMigrationHooks();
for (const on of ["before_ddl", "after_ddl", "cleanup"]) {
  for (const connection of ["migration", "own"]) {
    const run = async ({ metadata }) => {
      await metadata.session.query("insert into noted values ($1)", [`${on} ${connection}`]);
      if (deadly === `${on} ${connection}`) process.kill(process.pid, "SIGKILL");
    };
    hooks.register({ id: `${on}-${connection}`, on, connection, run });
  }
}
await migrate(database, { migrations: folder, hooks });
await database[Symbol.asyncDispose]();
