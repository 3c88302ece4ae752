export type {
  BuiltinHookType,
  ConfiguredSql,
  HookSetting,
  MigratorEvent,
  MigratorHookContext,
} from "./builtin-hook-type.js";
export { builtinHookTypes } from "./builtin-hook-types.js";
export { conditionVariables } from "./condition.js";
export type { BuiltinHookOptions } from "./create-builtin-hook.js";
export { createBuiltinHook } from "./create-builtin-hook.js";
export type { AskedHook } from "./make-builtin-hook.js";
export type { HookSource, ProjectHooks, ProjectHooksOptions } from "./project-hooks.js";
export { projectHooks } from "./project-hooks.js";
export type { HookModule } from "./yaml/load-hook-modules.js";
export { eventAliases } from "./yaml/written-hooks.js";
