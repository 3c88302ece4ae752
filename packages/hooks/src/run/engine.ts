import type { HookContext } from "../define/hook-context.js";
import type { ExecutionLog } from "../observe/execution-log.js";
import type { TriggeredBy } from "../observe/hook-log-entry.js";
import type { Reporter } from "../observe/reporter.js";
import type { AnyHook } from "../register/check-hook.js";
import type { EventPlan } from "../register/event-plan.js";
import type { EventPolicy } from "../register/event-policy.js";
import type { Clock } from "./clock.js";
import type { HookOutcome } from "./hook-outcome.js";
import type { StopSource } from "./stop-source.js";

/** A context of whatever vocabulary. */
export type AnyContext = HookContext<Record<string, unknown>, string, object>;

export type AnyAround = (
  hook: AnyHook,
  context: AnyContext,
  run: (metadata?: object) => Promise<unknown>,
) => PromiseLike<unknown>;

/** A hook of a chain of events that trigger each other. */
export interface ChainLink {
  readonly event: string;
  readonly hookId: string;
}

/** What somebody wants to be run. */
export interface PhaseRequest {
  readonly event: string;
  readonly data: unknown;
  readonly executionId: string;
  /** Whether the caller named the execution. */
  readonly mayShareId: boolean;
  readonly metadata: object;
  readonly around: AnyAround | undefined;
  readonly only: ((hook: AnyHook) => boolean) | undefined;
  readonly signal: AbortSignal | undefined;
  /** Of a phase that a hook triggered. */
  readonly parent: PhaseParent | undefined;
}

export interface PhaseParent {
  readonly triggeredBy: TriggeredBy;
  /** From the outermost hook to the one that triggers. */
  readonly chain: readonly ChainLink[];
  readonly stop: StopSource;
}

/** What phases, hooks and attempts have in common. */
export interface Engine {
  readonly clock: Clock;
  readonly random: () => number;
  readonly createId: () => string;
  readonly maxDepth: number;
  readonly log: ExecutionLog;
  readonly reporter: Reporter;
  /** Throws for an event that is not of the vocabulary. */
  policyOf(event: string): EventPolicy;
  planOf(event: string, only?: (hook: AnyHook) => boolean): EventPlan;
  /** Counts them. */
  nextPhase(): number;
  run(request: PhaseRequest): Promise<HookOutcome<unknown>>;
}
