export type { AlertsConfig, ConfiguredAction, ConfiguredAlert } from "./alerts.js";
export { closestName } from "./closest-name.js";
export type {
  Config,
  Environment,
  EnvironmentSource,
  LocatedText,
  MaintenanceWindowConfig,
  MigrationsConfig,
  RiskConfig,
  SchemaConfig,
} from "./config.js";
export type { ConfigProblem } from "./config-problem.js";
export { configReference } from "./config-reference.js";
export type { ConfigReferenceRow } from "./config-reference-row.js";
export { databaseUrlProblem } from "./database-url.js";
export { parseDuration } from "./duration.js";
export type { Variables } from "./expand-variables.js";
export { expandVariables } from "./expand-variables.js";
export { findConfigFile } from "./find-config-file.js";
export type { LoadConfigOptions } from "./load-config.js";
export { loadConfig } from "./load-config.js";
export type { ReadYamlOptions, YamlValue, ZodNamespace } from "./read-yaml.js";
export { describeYamlProblems, readYaml } from "./read-yaml.js";
export type { ResolveEnvironmentOptions } from "./resolve-environment.js";
export { defaultEnvironment, resolveEnvironment, resolveLoadOrder } from "./resolve-environment.js";
export type { YamlPath } from "./yaml-document.js";
