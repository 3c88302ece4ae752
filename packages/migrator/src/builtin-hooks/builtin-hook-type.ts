import type { YamlPath, YamlShape } from "@confiture/config";
import type { AnyHookContext } from "@confiture/hooks";
import type { HookConnection, MigrationHookMetadata, MigratorEvents } from "../hooks/migration-hooks.js";

export type MigratorEvent = keyof MigratorEvents & string;
export type MigratorHookContext = AnyHookContext<MigratorEvents, MigrationHookMetadata>;

/** What a built-in hook knows beside its config. */
export interface HookSetting {
  /** Id of the hook that runs. */
  readonly id: string;
  /** The schema of our own tables. */
  readonly ownSchema: string;
  /** Relative paths of a config start here: the project's folder. */
  readonly root: string;
  /** The environment of the process. Holds secrets. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** SQL that somebody wrote into a config. */
export interface ConfiguredSql {
  /** Where in the config. */
  readonly path: YamlPath;
  readonly text: string;
  /** A value, one statement, or any number of them. */
  readonly form: "expression" | "statement" | "script";
}

/** One type of built-in hook. Its row is what YAML is checked against, what `hooks list` prints and what the reference page says. */
export interface BuiltinHookType<Config = unknown> {
  readonly type: string;
  readonly kind: "database" | "notification";
  /** One sentence. */
  readonly what: string;
  /** The events it may stand at. */
  readonly on: readonly MigratorEvent[];
  /** Why it may stand nowhere else. */
  readonly onlyThere: string;
  /** The first is the one it works on unless its hook says otherwise. */
  readonly connections: readonly [HookConnection, ...HookConnection[]];
  /** Why it cannot work on others. */
  readonly onlySo: string;
  /** How long it may take unless its hook says otherwise. */
  readonly timeoutMs: number;
  /** That running it twice does no harm. */
  readonly idempotent: boolean;
  /** Keys of the config that hold secrets: in YAML they must come from the environment. */
  readonly secrets: readonly string[];
  readonly config: YamlShape<Config>;
  /** The SQL in a config, read by PostgreSQL's grammar before anything runs. */
  sql?(config: Config): readonly ConfiguredSql[];
  run(config: Config, context: MigratorHookContext, setting: HookSetting): Promise<unknown>;
}

/** Types a row: the config of `run` follows from the shape. */
export function defineBuiltinHook<Config>(type: BuiltinHookType<Config>): BuiltinHookType<Config> {
  return type;
}
