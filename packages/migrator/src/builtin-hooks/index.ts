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
