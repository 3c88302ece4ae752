import type { Database, Session } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { resolveRunOptions } from "../execute/run-options.js";
import { HookMoments } from "./hook-moments.js";
import type { MigrationHooks } from "./migration-hooks.js";

/** What hooks need where nothing is run. */
export interface HookedWithoutRun {
  /** What is to be run at the moments of the call: made by `createMigrationHooks`. */
  readonly hooks?: MigrationHooks;
  /** The name of the environment, told to hooks. */
  readonly environment?: string;
  /** For hooks with a connection of their own. */
  readonly database?: Database;
}

/** Moments at which no run is under way: nobody has a migration's connection, and nothing is recorded. */
export function momentsWithoutRun({ hooks, environment, database }: HookedWithoutRun): HookMoments {
  const options = resolveRunOptions({
    ...(hooks === undefined ? {} : { hooks }),
    ...(environment === undefined ? {} : { environment }),
  });
  return new HookMoments({ database: database ?? withoutDatabase, session: withoutSession, pid: 0, options });
}

const refuse = async (): Promise<never> => {
  throw new ConfitureError("CONFITURE_USAGE", "A hook asks for a connection of its own, and no `database` was given.", {
    hint: "Pass `database`, or say `connection: none`.",
  });
};
const withoutDatabase: Database = { openSession: refuse };
const withoutSession: Session = { query: refuse };
