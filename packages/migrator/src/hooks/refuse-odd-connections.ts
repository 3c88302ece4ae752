import { HookError } from "@confiture/hooks";
import { migrationEvents } from "@confiture/hooks/vocabulary";

type EventOfMigrations = keyof typeof migrationEvents;

/** What of a hook tells where it runs. */
interface ConnectedHook {
  readonly id: string;
  readonly on: EventOfMigrations;
  readonly connection: "migration" | "own" | "none";
  readonly dependsOn?: readonly string[];
}

/** Moments with two sides: hooks on the migration's connection run inside its transaction, all others outside of it. */
const twoSided: ReadonlySet<EventOfMigrations> = new Set([
  "before_validation",
  "before_ddl",
  "after_ddl",
  "after_validation",
]);

/** Moments at which no run holds a connection of a migration that a hook could be given. */
const withoutRun: ReadonlySet<EventOfMigrations> = new Set([
  "before_analyze_schema",
  "after_analyze_schema",
  "before_diff_schemas",
  "after_diff_schemas",
  "before_validate",
  "after_validate",
]);

/**
 * Refuses a hook on the migration's connection where that is at work or not there, beside others of its kind, and where it would have to
 * wait for one on the other side of BEGIN or COMMIT.
 *
 * @throws HookError CONFITURE_HOOK_COMBINATION
 */
export function refuseOddConnections(
  added: readonly ConnectedHook[],
  hooksOf: (event: EventOfMigrations) => readonly ConnectedHook[],
  strategyOf: (event: EventOfMigrations) => string,
): void {
  for (const hook of added) {
    if (hook.connection === "migration") refuseMigrations(hook, strategyOf(hook.on));
    if (twoSided.has(hook.on)) refuseOtherSide(hook, hooksOf(hook.on));
  }
}

function refuseMigrations(hook: ConnectedHook, strategy: string): void {
  if (migrationEvents[hook.on].category === "alert") {
    throw refused(
      hook,
      "asks for the migration's connection, which is at work when an alert is raised",
      "Say `connection: own`.",
    );
  }
  if (withoutRun.has(hook.on)) {
    throw refused(
      hook,
      "asks for the migration's connection, and at this moment no migration has one",
      "Say `connection: own`.",
    );
  }
  if (strategy !== "sequential") {
    throw refused(
      hook,
      `shares the migration's connection, and the event's strategy is ${strategy}: on one connection there is one savepoint after another`,
      "Leave the event's strategy sequential, or say `connection: own`.",
    );
  }
}

function refuseOtherSide(hook: ConnectedHook, beside: readonly ConnectedHook[]): void {
  const inside = hook.connection === "migration";
  const other = beside.find(
    ({ id, connection }) => hook.dependsOn?.includes(id) && (connection === "migration") !== inside,
  );
  if (other === undefined) return;
  const [inner, outer] = inside ? [hook.id, other.id] : [other.id, hook.id];
  const early = hook.on.startsWith("before");
  const where = early ? "before its BEGIN" : "behind its COMMIT";
  const why = `depends on ${other.id}, and one of them would need what is not committed: ${inner} runs inside the transaction, ${outer} ${where}`;
  throw refused(hook, why, "Give both the same connection, or leave `dependsOn` out: they run in this order anyway.");
}

function refused({ id, on }: ConnectedHook, why: string, hint: string): HookError {
  return new HookError("CONFITURE_HOOK_COMBINATION", `${on}: hook ${id} ${why}.`, { hint, event: on, hookId: id });
}
