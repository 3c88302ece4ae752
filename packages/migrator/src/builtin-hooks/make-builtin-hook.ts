import { closestName, type YamlPath, type YamlShape } from "@confiture/config";
import type { HookOn } from "@confiture/hooks";
import {
  type HookConnection,
  type HookedMigration,
  hookConcerns,
  type MigrationHook,
  type MigratorEvents,
} from "../hooks/migration-hooks.js";
import type { BuiltinHookType, HookSetting, MigratorEvent, MigratorHookContext } from "./builtin-hook-type.js";
import { builtinHookTypes } from "./builtin-hook-types.js";
import { type SqlProblem, sqlProblems } from "./check-sql.js";
import { type Condition, ConditionProblem, compileCondition } from "./condition.js";

type Scheduling = Partial<
  Pick<
    HookOn<MigratorEvents, "before_ddl">,
    "priority" | "dependsOn" | "triggerRule" | "timeoutMs" | "attemptTimeoutMs" | "retry" | "circuitBreaker"
  >
>;

/** A built-in hook as it is asked for. */
export interface AskedHook extends Scheduling {
  readonly type: string;
  readonly on: MigratorEvent;
  readonly config?: unknown;
  /** Default: `EVENT/TYPE`. */
  readonly id?: string;
  /** Default: the first that its type can work on. */
  readonly connection?: HookConnection;
  /** A CEL expression; where it is false the hook does nothing. */
  readonly condition?: string;
  readonly onlyFor?: HookedMigration;
  /**
   * Also in rehearsals. Without it a hook does nothing there, unless it works on the migration's connection, where what it does is rolled
   * back with the rest. Default false.
   */
  readonly inDryRun?: boolean;
}

/** Where a hook is written, and how what is wrong with it is told. Paths start at the hook. */
export interface HookPlace {
  refuse(path: YamlPath, message: string, more?: { readonly hint?: string; readonly within?: SqlProblem }): never;
  check<Config>(config: unknown, shape: YamlShape<Config>): Promise<Config>;
}

/**
 * A hook that is listed and never run: its type, moment and connection are checked, its config is not looked at, so that none of its
 * variables need be set.
 */
export function outlineBuiltinHook(asked: AskedHook, place: HookPlace): MigrationHook {
  const type = typeNamed(asked.type, place);
  refuseMoment(type, asked, place);
  const connection = connectionOf(type, asked, place);
  const {
    id = `${asked.on}/${asked.type}`,
    type: _type,
    config: _config,
    condition: _condition,
    inDryRun: _inDryRun,
    ...fields
  } = asked;
  const run = (): never => {
    throw new Error("this hook was made to be listed");
  };
  return hookOf(type, { ...fields, id, connection, run });
}

/** One hook out of what was asked for, checked whole: type, moment, connection, config, SQL, condition. */
export async function makeBuiltinHook(
  asked: AskedHook,
  setting: Omit<HookSetting, "id">,
  place: HookPlace,
): Promise<MigrationHook> {
  const type = typeNamed(asked.type, place);
  refuseMoment(type, asked, place);
  const connection = connectionOf(type, asked, place);
  const config = await place.check(asked.config ?? {}, type.config);
  for (const problem of await sqlProblems(type.sql?.(config) ?? []))
    place.refuse(["config", ...problem.path], problem.message, { within: problem });
  const condition = asked.condition === undefined ? undefined : await conditionOf(asked.condition, place);
  const {
    id = `${asked.on}/${asked.type}`,
    type: _type,
    config: _config,
    condition: _condition,
    inDryRun,
    ...fields
  } = asked;
  const run = (context: MigratorHookContext): unknown => {
    if (!hookConcerns(fields, context.data)) return undefined;
    if (condition?.(context) === false) return { skipped: "condition" };
    if (isRehearsal(context) && connection !== "migration" && inDryRun !== true) return { skipped: "dry_run" };
    return type.run(config, context, { ...setting, id });
  };
  return hookOf(type, { ...fields, id, connection, run });
}

function hookOf(type: BuiltinHookType, fields: object): MigrationHook {
  const { timeoutMs, idempotent } = type;
  return { timeoutMs, idempotent, ...defaultsOf(type), ...withoutUndefined(fields) } as MigrationHook;
}

function typeNamed(name: string, place: HookPlace): BuiltinHookType {
  const type = builtinHookTypes.find((row) => row.type === name);
  if (type !== undefined) return type;
  const names = builtinHookTypes.map((row) => row.type);
  const closest = closestName(name, names);
  return place.refuse(
    ["type"],
    `names \`${name}\`, which is no type of hook.${closest === undefined ? "" : ` Did you mean \`${closest}\`?`}`,
    {
      hint: `There are ${names.join(", ")}.`,
    },
  );
}

function refuseMoment(type: BuiltinHookType, { on }: AskedHook, place: HookPlace): void {
  if (type.on.includes(on)) return;
  place.refuse([], `puts \`${type.type}\` at \`${on}\`, where it cannot stand: ${type.onlyThere}`, {
    hint: `It may stand at ${type.on.join(", ")}.`,
  });
}

function connectionOf(type: BuiltinHookType, { connection }: AskedHook, place: HookPlace): HookConnection {
  if (connection === undefined) return type.connections[0];
  if (type.connections.includes(connection)) return connection;
  return place.refuse(["connection"], `is \`${connection}\`, on which \`${type.type}\` cannot work: ${type.onlySo}`, {
    hint: `It works on ${type.connections.map((name) => `\`${name}\``).join(" or ")}.`,
  });
}

async function conditionOf(text: string, place: HookPlace): Promise<Condition> {
  try {
    return await compileCondition(text);
  } catch (error) {
    if (!(error instanceof ConditionProblem)) throw error;
    return place.refuse(["condition"], error.message, { hint: error.hint });
  }
}

/** Behind the ROLLBACK of a rehearsal there is nothing to fill or to check, and what a hook did there would stay. */
function isRehearsal({ data }: MigratorHookContext): boolean {
  return "mode" in data && data.mode === "dry_run";
}

/** Nobody's migration fails because a chat is down: a notification that does not get through is logged. */
function defaultsOf(type: BuiltinHookType): Scheduling {
  return type.kind === "notification" ? { retry: { maxAttempts: 1, onExhausted: "fail_safe" } } : {};
}

function withoutUndefined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Value;
}
