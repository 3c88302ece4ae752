import type { Hook, TriggerRule } from "./define/hook.js";
import type { ChainOptions, EventName, HookContext } from "./define/hook-context.js";
import type { Frozen } from "./define/plain-data.js";
import type { ExecutionGraph } from "./observe/execution-graph.js";
import type { HookLogFilter } from "./observe/execution-log.js";
import type { HookLogEntry } from "./observe/hook-log-entry.js";
import type { PerformanceTrace } from "./observe/performance-trace.js";
import type { HooksOptions } from "./register/hooks-options.js";
import type { CircuitState } from "./run/circuit-breaker.js";
import type { HookOutcome } from "./run/hook-outcome.js";

/** The context of a hook of any event of a vocabulary. */
export type AnyHookContext<Events, Metadata = object> = {
  [Event in EventName<Events>]: HookContext<Events, Event, Metadata>;
}[EventName<Events>];

/**
 * What an owner does around each attempt: opens a savepoint, say, and goes back to it when `run` rejects. It calls `run` once, and
 * settles when it has cleaned up; nothing else of the phase begins before, where hooks run one after another. What it returns is the hook's value. `run`
 * takes what the hook is to find in `context.metadata` besides.
 */
export type Around<Events, Fields = object, Metadata = object> = (
  hook: Hook<Events, Fields, Metadata>,
  context: AnyHookContext<Events, Metadata>,
  run: (metadata?: Readonly<Partial<Metadata>>) => Promise<unknown>,
) => Promise<unknown>;

export interface TriggerOptions<Events, Fields = object, Metadata = object> extends ChainOptions<Metadata> {
  /** Several phases that belong together may share one; without it, each gets its own. */
  readonly executionId?: string;
  /** Also around the attempts of events that hooks trigger. */
  readonly around?: Around<Events, Fields, Metadata>;
  /**
   * Runs those hooks of the event alone of which it says true: an owner whose moment has two sides runs it twice. Dependencies on the rest
   * do not count, and the outcome tells nothing of it. Not for events that hooks trigger.
   */
  readonly only?: (hook: Hook<Events, Fields, Metadata>) => boolean;
}

/** A hook as it is registered, with what it left out filled in. */
export interface HookListing<Events, Fields = object, Metadata = object> {
  readonly id: string;
  readonly event: EventName<Events>;
  readonly priority: number;
  readonly dependsOn: readonly string[];
  readonly triggerRule: TriggerRule;
  /** Undefined for a hook without a circuit breaker. */
  readonly circuit: CircuitState | undefined;
  /** As its owner wrote it. */
  readonly hook: Hook<Events, Fields, Metadata>;
}

/** The hooks of one owner, and what becomes of them. */
export interface Hooks<Events, Fields = object, Metadata = object> {
  /**
   * Registers hooks, all or none, and returns what undoes it. What a hook depends on is registered before it or with it; whatever
   * cannot be run is refused here.
   */
  register(...hooks: readonly Hook<Events, Fields, Metadata>[]): () => void;
  unregister(id: string): void;
  /** In the order in which they would run, event by event. */
  list(event?: EventName<Events>): readonly HookListing<Events, Fields, Metadata>[];
  /**
   * Runs the hooks of an event and freezes the data. However they end, the promise resolves to an outcome; it rejects only for a mistake of
   * the caller.
   */
  trigger<Event extends EventName<Events>>(
    event: Event,
    data: Events[Event],
    options?: TriggerOptions<Events, Fields, Metadata>,
  ): Promise<HookOutcome<Frozen<Events[Event]>>>;
  /** What happened, as far as it is still kept, in the order in which it happened. */
  log(filter?: HookLogFilter): readonly HookLogEntry[];
  /** Undefined for an execution that the log knows nothing of. */
  graph(executionId: string): ExecutionGraph | undefined;
  /** Undefined for an execution that the log knows nothing of. */
  trace(executionId: string): PerformanceTrace | undefined;
}

/** Options may be left out where no field of hooks asks for a check. */
export type HooksArguments<Events, Fields> = keyof Fields extends never
  ? readonly [options?: HooksOptions<Events, Fields>]
  : readonly [options: HooksOptions<Events, Fields>];
