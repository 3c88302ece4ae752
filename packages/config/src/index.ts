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
  YamlPart,
} from "./config.js";
export type { ConfigProblem } from "./config-problem.js";
export { problemsError } from "./config-problem.js";
export { configReference } from "./config-reference.js";
export type { ConfigReferenceRow } from "./config-reference-row.js";
export { databaseUrlProblem } from "./database-url.js";
export { parseDuration } from "./duration.js";
export type { Variables } from "./expand-variables.js";
export { expandVariables } from "./expand-variables.js";
export { findConfigFile } from "./find-config-file.js";
export type { LoadConfigOptions } from "./load-config.js";
export { loadConfig } from "./load-config.js";
export type { ReadYamlOptions, YamlSchema, YamlShape, YamlValue, ZodNamespace } from "./read-yaml.js";
export { checkShape, describeYamlProblems, readYaml } from "./read-yaml.js";
export type { ResolveEnvironmentOptions } from "./resolve-environment.js";
export { defaultEnvironment, resolveEnvironment, resolveLoadOrder } from "./resolve-environment.js";
export type { YamlPath } from "./yaml-document.js";
