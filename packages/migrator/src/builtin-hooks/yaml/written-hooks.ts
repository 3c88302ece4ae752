import {
  problemsError,
  readYaml,
  type YamlPart,
  type YamlPath,
  type YamlValue,
  type ZodNamespace,
} from "@confiture/config";
import type { EventOptions } from "@confiture/hooks";
import type { HookedMigration } from "../../hooks/migration-hooks.js";
import { type HookEntry, hookShape, retryShape } from "../../sources/hook-yaml.js";
import type { MigratorEvent } from "../builtin-hook-type.js";
import { everyEvent } from "../hook-events.js";

/** Names that stand for an event. */
export const eventAliases: Readonly<Record<string, MigratorEvent>> = { after_migration: "on_success" };

/** One hook as a YAML file has it. */
export interface WrittenHook {
  readonly id: string;
  readonly type: string;
  readonly on: MigratorEvent;
  readonly description?: string;
  /** What stands under `config`, variables not expanded; a top-level `action` is part of it. */
  readonly config: unknown;
  /** The other keys, as `createBuiltinHook` names them. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly onlyFor?: HookedMigration;
  readonly yaml: YamlValue<unknown>;
  readonly path: YamlPath;
}

/** What the hooks of a file say. */
export interface WrittenHooks {
  readonly hooks: readonly WrittenHook[];
  readonly options: Readonly<Partial<Record<MigratorEvent | "defaults", EventOptions>>>;
  readonly packages: readonly string[];
  readonly directory: string | undefined;
}

/** Reads `hooks:` of confiture.yaml, or of an environment. @throws CONFITURE_HOOK_CONFIG with every place that is wrong */
export async function readHooksOfProject(part: YamlPart, prefix: string): Promise<WrittenHooks> {
  const { yaml, here } = await readPart(part);
  const { directory, packages = [], options = {}, ...moments } = await yaml.check(part.path, here, projectShape);
  const hooks = Object.entries(moments as Moments).flatMap(([moment, entries]) =>
    (entries ?? []).map((entry, index) =>
      written(entry, { yaml, path: [...part.path, moment, index], on: eventOf(moment) }),
    ),
  );
  return { hooks: withIds(hooks, prefix), options: eventOptions(options), packages, directory };
}

/** Reads the hooks that a migration names. @throws CONFITURE_HOOK_CONFIG with every place that is wrong */
export async function readHooksOfMigration(part: YamlPart, onlyFor: HookedMigration): Promise<readonly WrittenHook[]> {
  const { yaml, here } = await readPart(part);
  if (onlyFor.direction === "down") {
    const entries = await yaml.check(part.path, here, (z) => z.array(hookShape(z)));
    // On the way back there is one list: its hooks run when everything is undone.
    const hooks = entries.map((entry, index) => written(entry, { yaml, path: [...part.path, index], on: "after_ddl" }));
    return withIds(hooks, `${onlyFor.version} down: `).map((hook) => ({ ...hook, onlyFor }));
  }
  const moments = await yaml.check(part.path, here, (z) => z.record(z.string(), z.array(hookShape(z)).optional()));
  const hooks = Object.entries(moments).flatMap(([moment, entries]) =>
    (entries ?? []).map((entry, index) =>
      written(entry, { yaml, path: [...part.path, moment, index], on: eventOf(moment) }),
    ),
  );
  return withIds(hooks, `${onlyFor.version}: `).map((hook) => ({ ...hook, onlyFor }));
}

type Moments = Readonly<Record<string, readonly HookEntry[] | null | undefined>>;

async function readPart(part: YamlPart): Promise<{ readonly yaml: YamlValue<unknown>; readonly here: unknown }> {
  const code = "CONFITURE_HOOK_CONFIG";
  const yaml = await readYaml<unknown>(part.text, { file: part.file, schema: (z) => z.unknown(), code });
  const into = (value: unknown, key: string | number) =>
    (value as Record<string | number, unknown> | null | undefined)?.[key];
  return { yaml, here: part.path.reduce<unknown>(into, yaml.value) };
}

function eventOf(moment: string): MigratorEvent {
  return eventAliases[moment] ?? (moment as MigratorEvent);
}

function projectShape(z: ZodNamespace) {
  const entries = z.array(hookShape(z)).nullable().optional();
  const moments = Object.fromEntries([...everyEvent, ...Object.keys(eventAliases)].map((event) => [event, entries]));
  const event = z.strictObject({
    strategy: z.enum(["sequential", "parallel", "parallel_with_deps"]).optional(),
    max_parallel_hooks: z.number().int().min(1).optional(),
    errors: z.enum(["fail_fast", "fail_safe", "retry", "alert_only"]).optional(),
    mutation: z.enum(["immutable", "mutable", "copy_on_write"]).optional(),
    timeout_per_hook_ms: z.number().min(1).optional(),
    timeout_per_phase_ms: z.number().min(1).optional(),
    retry: retryShape(z).optional(),
  });
  const options = Object.fromEntries(["defaults", ...everyEvent].map((name) => [name, event.optional()]));
  return z.strictObject({
    ...moments,
    directory: z.string().min(1).optional(),
    packages: z.array(z.string().min(1)).optional(),
    options: z.strictObject(options).optional(),
  });
}

type WithoutId = Omit<WrittenHook, "id"> & { readonly id?: string | undefined };

function written(
  entry: HookEntry,
  { yaml, path, on }: { readonly yaml: YamlValue<unknown>; readonly path: YamlPath; readonly on: MigratorEvent },
): WithoutId {
  const { type, id, description, action, config, ...rest } = entry;
  // The strategy's shape has `action` beside `type`; its place is in the config.
  const whole = action === undefined ? (config ?? {}) : { ...config, action };
  const fields = {
    condition: rest.condition,
    connection: rest.connection,
    priority: rest.priority,
    dependsOn: rest.depends_on,
    triggerRule: rest.trigger_rule,
    timeoutMs: rest.timeout,
    attemptTimeoutMs: rest.attempt_timeout,
    retry: camelKeys(rest.retry),
    circuitBreaker: camelKeys(rest.circuit_breaker),
    inDryRun: rest.in_dry_run,
  };
  return { type, on, id, config: whole, fields, yaml, path, ...(description === undefined ? {} : { description }) };
}

/** `EVENT/TYPE`, numbered where several are alike; one that has a name keeps it. */
function withIds(hooks: readonly WithoutId[], prefix: string): readonly WrittenHook[] {
  const seen = new Map<string, number>();
  const own = new Set(hooks.map(({ id }) => id));
  return hooks.map((hook) => {
    const plain = `${prefix}${hook.id ?? `${hook.on}/${hook.type}`}`;
    const count = (seen.get(plain) ?? 0) + 1;
    seen.set(plain, count);
    if (count > 1 && hook.id !== undefined)
      throw problemsError(
        [{ message: `\`${hook.id}\` is the id of another hook above.`, at: hook.yaml.at([...hook.path, "id"]) }],
        "CONFITURE_HOOK_CONFIG",
      );
    const { dependsOn } = hook.fields as { readonly dependsOn?: readonly string[] };
    const fields =
      dependsOn === undefined
        ? hook.fields
        : { ...hook.fields, dependsOn: dependsOn.map((id) => (own.has(id) ? `${prefix}${id}` : id)) };
    return { ...hook, fields, id: count === 1 ? plain : `${plain} ${count}` };
  });
}

function eventOptions(options: Readonly<Record<string, unknown>>): WrittenHooks["options"] {
  return Object.fromEntries(
    Object.entries(options).map(([event, written]) => {
      const { retry, ...rest } = camelKeys(written) as Record<string, unknown>;
      return [event, { ...rest, ...(retry === undefined ? {} : { retry: camelKeys(retry) }) }];
    }),
  );
}

/** `max_attempts` → `maxAttempts`; what is left out stays out. */
function camelKeys(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), inner]),
  );
}
