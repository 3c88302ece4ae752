export { createHooks } from "./create-hooks.js";
export { defineHook } from "./define/define-hook.js";
export type {
  CircuitBreakerOptions,
  FailureStrategy,
  Hook,
  HookOn,
  HookPriority,
  RetryOptions,
  TriggerRule,
} from "./define/hook.js";
export type { ChainOptions, EventName, HookContext } from "./define/hook-context.js";
export type { Draft, Frozen } from "./define/plain-data.js";
export type { HookErrorCode, HookErrorDetails } from "./errors/hook-error.js";
export { HookError } from "./errors/hook-error.js";
export { nonRetryable } from "./errors/non-retryable.js";
export type { AnyHookContext, Around, HookListing, Hooks, HooksArguments, TriggerOptions } from "./hooks.js";
export type { AttemptMessage, PhaseMessage } from "./observe/channels.js";
export { hookChannels } from "./observe/channels.js";
export type { ExecutionGraph, HookNode, PhaseNode } from "./observe/execution-graph.js";
export type { HookLogFilter } from "./observe/execution-log.js";
export type { HookLogEntry, HookLogStatus, LoggedError, TriggeredBy } from "./observe/hook-log-entry.js";
export type { HookLogger } from "./observe/hook-logger.js";
export type { HookTrace, PerformanceTrace } from "./observe/performance-trace.js";
export type { EventOptions, FieldCheck, HookAlert, HooksOptions } from "./register/hooks-options.js";
export type { CircuitState } from "./run/circuit-breaker.js";
export type { Clock } from "./run/clock.js";
export type { Abandoned, HookConflict, HookOutcome, HookResult, SkipReason, TimeLimit } from "./run/hook-outcome.js";
export type { MigrationDomain, RunMode } from "./vocabulary/migration-data.js";
export type { MigrationEvents } from "./vocabulary/migration-events.js";
