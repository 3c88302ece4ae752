import type { HookOutcome } from "../run/hook-outcome.js";
import type { Draft, Frozen } from "./plain-data.js";

/** The names of a vocabulary: an interface that maps each event to the type of its data. */
export type EventName<Events> = keyof Events & string;

export interface ChainOptions<Metadata> {
  readonly metadata?: Readonly<Partial<Metadata>>;
  /** Beside the signal of the hook that triggers, which counts in any case. */
  readonly signal?: AbortSignal;
}

/** What a hook gets to see, made anew for each attempt. */
export interface HookContext<Events, Event extends EventName<Events>, Metadata = object> {
  readonly event: Event;
  /** Deeply frozen. After an `update` it holds what the update made of it. */
  readonly data: Frozen<Events[Event]>;
  /** Tells together what belongs together: given to `trigger`, or made for it. */
  readonly executionId: string;
  /** Of the execution in which a hook triggered this one. */
  readonly parentExecutionId: string | undefined;
  readonly hookId: string;
  /** When the attempt began: milliseconds since 1970. */
  readonly timestamp: number;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the attempt has to end: its time is up, or nobody wants its result any more. */
  readonly signal: AbortSignal;
  /** What the owner of the hooks hands over beside the data: connections and the like. The engine never looks at it. */
  readonly metadata: Readonly<Metadata>;
  /**
   * Changes the data, where the event's `mutation` lets hooks do so; elsewhere it throws, and the hook has failed.
   * The changes count when the attempt completes.
   */
  update(change: (draft: Draft<Events[Event]>) => void): void;
  /** Triggers another event as a part of this hook. The attempt does not end before it has ended. */
  trigger<Other extends EventName<Events>>(
    event: Other,
    data: Events[Other],
    options?: ChainOptions<Metadata>,
  ): Promise<HookOutcome<Frozen<Events[Other]>>>;
}
