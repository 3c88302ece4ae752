import { readdir, readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative } from "node:path";
import { ConfitureError } from "@confiture/model";
import { alertsOf } from "./alerts-config.js";
import type { Config, EnvironmentSource, MigrationsConfig, YamlPart } from "./config.js";
import { problemsError } from "./config-problem.js";
import {
  configSchema,
  defaultLoadOrder,
  defaultTimes,
  environmentFileSchema,
  refusedKeys,
  type TimeKey,
  type WrittenConfig,
  type WrittenMigrations,
  type WrittenNamedEnvironment,
} from "./config-schema.js";
import { parseDuration } from "./duration.js";
import { expandVariables, type Variables } from "./expand-variables.js";
import { findConfigFile, isMissing } from "./find-config-file.js";
import { validateYaml } from "./read-yaml.js";
import { riskOf } from "./risk-shape.js";
import { parseYaml, type YamlDocument, type YamlPath } from "./yaml-document.js";

export interface LoadConfigOptions {
  /** Folder in which the search begins; it goes upwards from there. */
  readonly cwd: string;
  /** A configuration file by its path, instead of the search. */
  readonly file?: string | undefined;
  /** The process environment, for `${VARIABLES}` outside of environments; those of an environment wait until it is used. */
  readonly env: Variables;
}

/**
 * Reads confiture.yaml and the files of `environments/` beside it. Everything has its default: an empty file will do.
 *
 * @throws CONFITURE_CONFIG_NOT_FOUND, CONFITURE_CONFIG_INVALID with all problems and their places, CONFITURE_VARIABLE_MISSING
 */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  const file = await findConfigFile(options.cwd, options.file);
  const root = dirname(file);
  const document = await readDocument(file, options.cwd);
  const written = await validateYaml(document, expandedOutsideEnvironments(document, options.env), {
    schema: configSchema,
    refusedKeys,
  });
  const environments = unique([
    ...environmentsOf(document, written),
    ...(await environmentFiles(join(root, "environments"), options.cwd)),
  ]);
  return {
    file,
    root,
    environments: environments.length > 0 ? byName(environments) : { local: builtInLocal(document) },
    schema: {
      loadOrder:
        written.schema?.load_order ?? literalLoadOrder(written.environment, document, options.env) ?? defaultLoadOrder,
      order: written.schema?.order ?? "listed",
    },
    migrations: migrationsOf(written.migrations ?? {}),
    alerts: alertsOf(written.alerts),
    diff: {
      renames: (written.diff?.renames ?? []).map((text, index) => document.located(text, ["diff", "renames", index])),
    },
    risk: riskOf(written.risk ?? {}, document),
    ...hooksPart(document, ["hooks"], written.hooks),
  };
}

async function readDocument(path: string, cwd: string): Promise<YamlDocument> {
  const shown = shownPath(path, cwd);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new ConfitureError("CONFITURE_CONFIG_NOT_FOUND", `\`${shown}\` cannot be read.`, {
      cause,
      hint: "Check its permissions.",
    });
  }
  return parseYaml(decode(bytes, shown), shown);
}

function decode(bytes: Uint8Array, shown: string): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch (cause) {
    throw new ConfitureError("CONFITURE_FILE_UNREADABLE", `\`${shown}\` is not UTF-8.`, {
      cause,
      at: { file: shown, line: 1, column: 1 },
      hint: "Save it as UTF-8.",
    });
  }
  throw new ConfitureError("CONFITURE_FILE_UNREADABLE", `\`${shown}\` is not text: it holds NUL bytes.`, {
    at: { file: shown, line: 1, column: 1 },
    hint: "Save it as UTF-8.",
  });
}

/** As a person in `cwd` would type it. */
function shownPath(path: string, cwd: string): string {
  const shown = relative(cwd, path);
  return shown === "" || isAbsolute(shown) || shown.startsWith("..") ? path : shown.replaceAll("\\", "/");
}

/** The document's data with variables expanded, but for those of environments. */
function expandedOutsideEnvironments(document: YamlDocument, env: Variables): unknown {
  const expand = (value: unknown, path: YamlPath): unknown => {
    if (typeof value === "string")
      return value.includes("${") ? expandVariables(document.located(value, path), env) : value;
    if (Array.isArray(value)) return value.map((item, index) => expand(item, [...path, index]));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        isExpandedLater(key, path) ? inner : expand(inner, [...path, key]),
      ]),
    );
  };
  return expand(document.value ?? {}, []);
}

/** An environment's variables count when it is used, those of hooks when hooks are made. */
function isExpandedLater(key: string, path: YamlPath): boolean {
  return path.length === 0 && (key === "environments" || key === "environment" || key === "hooks");
}

function hooksPart(document: YamlDocument, path: YamlPath, written: unknown): { readonly hooks?: YamlPart } {
  return written === undefined || written === null ? {} : { hooks: { file: document.file, text: document.text, path } };
}

function environmentsOf(document: YamlDocument, written: WrittenConfig): readonly EnvironmentSource[] {
  const several = Object.entries(written.environments ?? {}).map(([name, environment]) =>
    environmentSource(document, ["environments", name], { name, ...environment }),
  );
  if (written.environment === undefined) return several;
  return [
    ...several,
    environmentSource(document, ["environment"], { name: "local", ...withoutUndefined(written.environment) }),
  ];
}

async function environmentFiles(folder: string, cwd: string): Promise<readonly EnvironmentSource[]> {
  const names = await listYaml(folder);
  return Promise.all(
    names.map(async (name) => {
      const document = await readDocument(join(folder, name), cwd);
      const { environment } = await validateYaml(document, document.value ?? {}, {
        schema: environmentFileSchema,
        refusedKeys,
      });
      return environmentSource(document, ["environment"], {
        name: name.replace(/\.ya?ml$/, ""),
        ...withoutUndefined(environment),
      });
    }),
  );
}

async function listYaml(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function environmentSource(
  document: YamlDocument,
  path: YamlPath,
  written: WrittenNamedEnvironment & { readonly name: string },
): EnvironmentSource {
  const { database_url: databaseUrl, shadow_database_url: shadowDatabaseUrl, load_order: loadOrder } = written;
  return {
    name: written.name,
    at: document.keyAt(path),
    ...(databaseUrl === undefined ? {} : { databaseUrl: document.located(databaseUrl, [...path, "database_url"]) }),
    ...(shadowDatabaseUrl === undefined
      ? {}
      : { shadowDatabaseUrl: document.located(shadowDatabaseUrl, [...path, "shadow_database_url"]) }),
    ...(loadOrder === undefined
      ? {}
      : { loadOrder: loadOrder.map((entry, index) => document.located(entry, [...path, "load_order", index])) }),
    ...hooksPart(document, [...path, "hooks"], written.hooks),
  };
}

function unique(environments: readonly EnvironmentSource[]): readonly EnvironmentSource[] {
  const first = new Map<string, EnvironmentSource>();
  for (const environment of environments) {
    const other = first.get(environment.name);
    if (other !== undefined) {
      const message = `The environment \`${environment.name}\` is defined a second time; the first is at ${other.at.file}:${other.at.line}.`;
      throw problemsError([{ message, at: environment.at }]);
    }
    first.set(environment.name, environment);
  }
  return environments;
}

function byName(environments: readonly EnvironmentSource[]): Readonly<Record<string, EnvironmentSource>> {
  return Object.fromEntries(environments.map((environment) => [environment.name, environment]));
}

function builtInLocal(document: YamlDocument): EnvironmentSource {
  const at = { file: document.file, line: 1, column: 1 };
  return { name: "local", at, databaseUrl: { text: "embedded", at, variablesAt: [] } };
}

/** In a file that holds one `environment:`, its load order is the project's. */
function literalLoadOrder(
  environment: WrittenNamedEnvironment | undefined,
  document: YamlDocument,
  env: Variables,
): readonly string[] | undefined {
  return environment?.load_order?.map((entry, index) =>
    expandVariables(document.located(entry, ["environment", "load_order", index]), env),
  );
}

function migrationsOf(written: WrittenMigrations): MigrationsConfig {
  const time = (key: TimeKey): number => written[key] ?? parseDuration(defaultTimes[key]) ?? 0;
  return {
    directory: written.directory ?? "db/migrations",
    ownSchema: written.own_schema ?? "confiture",
    lockTimeoutMs: time("lock_timeout"),
    lockRetryMs: time("lock_retry"),
    lockWaitMs: time("lock_wait"),
    statementTimeoutMs: time("statement_timeout"),
    idleInTransactionTimeoutMs: time("idle_in_transaction_timeout"),
    concurrentlyDeadlineMs: time("concurrently_deadline"),
    maxLockHoldMs: time("max_lock_hold"),
  };
}

function withoutUndefined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Value;
}
