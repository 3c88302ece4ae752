import { ConfitureError } from "@confiture/model";
import { didYouMean } from "./closest-name.js";
import type { Config, Environment, EnvironmentSource } from "./config.js";
import { problemsError } from "./config-problem.js";
import { checkDatabaseUrl } from "./database-url.js";
import { expandVariables, type Variables } from "./expand-variables.js";

/** The environment that is meant when none is named. */
export const defaultEnvironment = "local";

export interface ResolveEnvironmentOptions {
  /** Default `local`. */
  readonly name?: string | undefined;
  /** The process environment: only the variables of this one environment must be set. */
  readonly env: Variables;
}

/**
 * The environment of that name, its variables expanded and its URLs checked.
 *
 * @throws CONFITURE_ENVIRONMENT_UNKNOWN, CONFITURE_VARIABLE_MISSING, CONFITURE_URL_INVALID, CONFITURE_CONFIG_INVALID when it has no database_url
 */
export function resolveEnvironment(config: Config, options: ResolveEnvironmentOptions): Environment {
  const source = findEnvironment(config, options.name);
  const { databaseUrl, shadowDatabaseUrl } = source;
  if (databaseUrl === undefined) {
    throw problemsError([
      {
        message: `The environment \`${source.name}\` has no \`database_url\`.`,
        at: source.at,
        hint: "Add `database_url: postgres://…`, or `database_url: embedded`.",
      },
    ]);
  }
  return {
    name: source.name,
    databaseUrl: checkDatabaseUrl(expandVariables(databaseUrl, options.env), "database_url", databaseUrl.at),
    ...(shadowDatabaseUrl === undefined
      ? {}
      : {
          shadowDatabaseUrl: checkDatabaseUrl(
            expandVariables(shadowDatabaseUrl, options.env),
            "shadow_database_url",
            shadowDatabaseUrl.at,
          ),
        }),
    loadOrder: loadOrderOf(config, source, options.env),
    ...(source.hooks === undefined ? {} : { hooks: source.hooks }),
  };
}

/**
 * The load order that counts for an environment, without looking at its URLs: building a script needs no database.
 *
 * @throws CONFITURE_ENVIRONMENT_UNKNOWN, CONFITURE_VARIABLE_MISSING
 */
export function resolveLoadOrder(config: Config, options: ResolveEnvironmentOptions): readonly string[] {
  if (options.name === undefined && !Object.hasOwn(config.environments, defaultEnvironment))
    return config.schema.loadOrder;
  return loadOrderOf(config, findEnvironment(config, options.name), options.env);
}

function loadOrderOf(config: Config, source: EnvironmentSource, env: Variables): readonly string[] {
  return source.loadOrder?.map((entry) => expandVariables(entry, env)) ?? config.schema.loadOrder;
}

function findEnvironment(config: Config, wanted: string | undefined): EnvironmentSource {
  const name = wanted ?? defaultEnvironment;
  const found = Object.hasOwn(config.environments, name) ? config.environments[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(config.environments).sort();
  const said =
    wanted === undefined
      ? `No environment is named, and there is no \`${name}\`.`
      : `There is no environment \`${name}\`.${didYouMean(name, names)}`;
  throw new ConfitureError("CONFITURE_ENVIRONMENT_UNKNOWN", said, {
    at: { file: config.file, line: 1, column: 1 },
    hint: `There ${names.length === 1 ? "is" : "are"}: ${names.join(", ")}. Choose one with --env.`,
    facts: { environments: names },
  });
}
