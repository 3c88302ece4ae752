import { describeYamlProblems, problemsError, type YamlPart } from "@confiture/config";
import { type EventOptions, HookError } from "@confiture/hooks";
import { ConfitureError } from "@confiture/model";
import type {
  HookedMigration,
  MigrationHook,
  MigrationHooks,
  MigrationHooksOptions,
} from "../hooks/migration-hooks.js";
import { createMigrationHooks } from "../hooks/migration-hooks.js";
import type { Migration } from "../sources/migration.js";
import type { HookSetting, MigratorEvent } from "./builtin-hook-type.js";
import { loadHookModules } from "./yaml/load-hook-modules.js";
import { makeWrittenHook, outlineWrittenHook } from "./yaml/make-hook.js";
import { readHooksOfMigration, readHooksOfProject, type WrittenHook, type WrittenHooks } from "./yaml/written-hooks.js";

export interface ProjectHooksOptions extends Omit<HookSetting, "id"> {
  /** `hooks:` of confiture.yaml. */
  readonly project?: YamlPart | undefined;
  /** `hooks:` of the environment, and its name. */
  readonly environment?: { readonly name: string; readonly part: YamlPart } | undefined;
  /** Migrations whose own hooks count: those that may be run. */
  readonly migrations: readonly Migration[];
  /** What hooks are created with besides; what the YAML says of events goes over it. */
  readonly options?: MigrationHooksOptions;
  /** The hooks are listed and never run: configs are not looked at, and no variable need be set. Default false. */
  readonly toList?: boolean;
}

/** Where a hook was written. */
export interface HookSource {
  /** `confiture.yaml:12`, `db/hooks/announce.ts`, or a package. */
  readonly source: string;
  /** The type of a built-in hook. */
  readonly type?: string;
  readonly description?: string;
}

export interface ProjectHooks {
  readonly hooks: MigrationHooks;
  /** By the id of a hook. */
  readonly sources: ReadonlyMap<string, HookSource>;
}

const defaultDirectory = "db/hooks";
const engineHookMs = 30_000;
const enginePhaseMs = 300_000;
const longestMs = 2_147_483_647;

/**
 * All hooks of a project: of confiture.yaml, of the environment, of `db/hooks`, of packages and of its migrations. Ready to be handed to
 * `migrate` as `hooks`.
 *
 * @throws CONFITURE_HOOK_CONFIG with every place that is wrong, CONFITURE_VARIABLE_MISSING
 */
export async function projectHooks(options: ProjectHooksOptions): Promise<ProjectHooks> {
  const { root, ownSchema, env } = options;
  const parts = await readParts(options);
  const written = [...parts.flatMap(({ hooks }) => hooks), ...(await hooksOfMigrations(options.migrations))];
  const make = async (hook: WrittenHook) =>
    options.toList === true ? outlineWrittenHook(hook) : makeWrittenHook(hook, { root, ownSchema, env });
  const made = await makeAll(written, make);
  const modules = await loadHookModules(root, {
    directory:
      parts.map(({ directory }) => directory).findLast((directory) => directory !== undefined) ?? defaultDirectory,
    packages: parts.flatMap(({ packages }) => packages),
  });
  const hooks = asConfigProblem(written, () =>
    createMigrationHooks(withPhaseTimes(made, mergedOptions(parts, options.options))),
  );
  const sources = new Map<string, HookSource>();
  // Together: one may depend on another of a later place.
  asConfigProblem(written, () => hooks.register(...made));
  for (const hook of written) sources.set(hook.id, sourceOf(hook));
  for (const module of modules) {
    const before = new Set(hooks.list().map(({ id }) => id));
    await module.register(hooks);
    for (const { id } of hooks.list()) if (!before.has(id)) sources.set(id, { source: module.source });
  }
  return { hooks, sources };
}

/** What the engine refuses (an unknown dependency, options that exclude each other) was written by a person. */
function asConfigProblem<Result>(written: readonly WrittenHook[], work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof HookError)) throw error;
    const { message, hint, code, hookId } = error;
    const hook = written.find(({ id }) => id === hookId);
    throw new ConfitureError("CONFITURE_HOOK_CONFIG", message, {
      ...(hint === undefined ? {} : { hint }),
      ...(hook === undefined ? {} : { at: hook.yaml.at([...hook.path, "type"]) }),
      facts: { code },
      cause: error,
    });
  }
}

async function readParts({ project, environment }: ProjectHooksOptions): Promise<readonly WrittenHooks[]> {
  return Promise.all([
    ...(project === undefined ? [] : [readHooksOfProject(project, "")]),
    ...(environment === undefined ? [] : [readHooksOfProject(environment.part, `${environment.name}: `)]),
  ]);
}

async function hooksOfMigrations(migrations: readonly Migration[]): Promise<readonly WrittenHook[]> {
  const parts = migrations.flatMap((migration) =>
    migration.source === "typescript"
      ? []
      : (migration.hooks ?? []).map((part) => ({ part, version: migration.version })),
  );
  const written = parts.map(({ part, version }) => {
    const onlyFor: HookedMigration = { version, direction: part.direction };
    return readHooksOfMigration(part, onlyFor);
  });
  return (await Promise.all(written)).flat();
}

/** Every hook is tried, so that all that is wrong is told at once. */
async function makeAll(
  written: readonly WrittenHook[],
  make: (hook: WrittenHook) => Promise<MigrationHook>,
): Promise<readonly MigrationHook[]> {
  const made: MigrationHook[] = [];
  const errors: unknown[] = [];
  for (const hook of written)
    await make(hook).then(
      (hookMade) => made.push(hookMade),
      (error: unknown) => errors.push(error),
    );
  if (errors.length === 0) return made;
  const problems = errors.flatMap((error) => describeYamlProblems(error));
  const other = errors.find((error) => describeYamlProblems(error).length === 0);
  if (problems.length === 0) throw other;
  throw problemsError(problems, "CONFITURE_HOOK_CONFIG");
}

function mergedOptions(parts: readonly WrittenHooks[], given: MigrationHooksOptions = {}): MigrationHooksOptions {
  const { defaults = {}, events = {} } = given;
  const all = parts.map(({ options }) => options);
  const names = new Set([...Object.keys(events), ...all.flatMap((options) => Object.keys(options))]);
  names.delete("defaults");
  const own = (name: string) =>
    Object.assign(
      {},
      (events as Record<string, EventOptions>)[name],
      ...all.map((options) => options[name as MigratorEvent]),
    );
  return {
    ...given,
    defaults: Object.assign({}, defaults, ...all.map((options) => options.defaults)) as EventOptions,
    events: Object.fromEntries([...names].map((name) => [name, own(name) as EventOptions])),
  };
}

/** A phase lasts as long as its hooks may, one after another, where nobody said otherwise: a backfill is not cut off after five minutes. */
function withPhaseTimes(hooks: readonly MigrationHook[], options: MigrationHooksOptions): MigrationHooksOptions {
  const { defaults = {}, events = {} } = options;
  const needed = new Map<string, number>();
  for (const { on, timeoutMs } of hooks) needed.set(on, (needed.get(on) ?? 0) + (timeoutMs ?? engineHookMs));
  const timed = [...needed].map(([event, ms]): [string, EventOptions] => {
    const own = (events as Record<string, EventOptions>)[event] ?? {};
    const timeoutPerPhaseMs =
      own.timeoutPerPhaseMs ?? defaults.timeoutPerPhaseMs ?? Math.min(longestMs, Math.max(enginePhaseMs, ms));
    return [event, { ...own, timeoutPerPhaseMs }];
  });
  return { ...options, events: { ...events, ...Object.fromEntries(timed) } };
}

function sourceOf({ type, description, yaml, path }: WrittenHook): HookSource {
  const { file, line } = yaml.at([...path, "type"]);
  return { source: `${file}:${line}`, type, ...(description === undefined ? {} : { description }) };
}
