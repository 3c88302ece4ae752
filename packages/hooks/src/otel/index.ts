export type { TraceHooksOptions } from "./trace-hooks.js";
export { traceHooks } from "./trace-hooks.js";
