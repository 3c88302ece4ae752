import { type HookError, hookError } from "../errors/hook-error.js";
import { loggedError } from "../observe/hook-log-entry.js";
import type { RegisteredHook } from "../register/registered-hook.js";
import type { StopManners } from "./heed-stop.js";
import type { Abandoned } from "./hook-outcome.js";
import type { Phase } from "./phase.js";
import { StopSource } from "./stop-source.js";

/** One attempt while it goes on: what the engine knows of it. */
export class Attempt {
  readonly phase: Phase;
  readonly hook: RegisteredHook;
  readonly number: number;
  readonly startedAt: number;
  readonly stop = new StopSource();
  /** As this attempt sees it, with what it changed. */
  data: unknown;
  metadata: object;
  /** A call of `update` that was refused: the hook has failed, whatever it does with the error. */
  refusal: HookError | undefined;
  abandoned: Abandoned | undefined;
  isOver = false;
  /** Phases it triggered and that go on. */
  #nested: Set<Promise<unknown>> | undefined;

  constructor(phase: Phase, hook: RegisteredHook, number: number, data: unknown) {
    this.phase = phase;
    this.hook = hook;
    this.number = number;
    this.startedAt = phase.engine.clock.now();
    this.data = data;
    this.metadata = phase.request.metadata;
  }

  /** Whether something that it triggered goes on. */
  get isBusy(): boolean {
    return this.#nested !== undefined && this.#nested.size > 0;
  }

  addNested(nested: Promise<unknown>): void {
    const all = this.#nested ?? new Set();
    this.#nested = all.add(nested);
    const forget = () => void all.delete(nested);
    // Handles a refusal that the hook does not look at; a hook that awaits it gets it all the same.
    nested.then(forget, forget);
  }

  /** Phases have limits of their own, so this always comes to an end. */
  async nestedEnds(): Promise<void> {
    while (this.isBusy) await Promise.allSettled(this.#nested ?? []);
  }

  /** How it is waited for whom. */
  manners(who: Abandoned, stop: StopSource = this.stop): StopManners {
    const { phase, hook, number } = this;
    return {
      stop,
      clock: phase.engine.clock,
      graceMs: phase.policy.graceMs,
      busy: () => (who === "hook" && this.isBusy ? this.nestedEnds() : undefined),
      onAbandoned: () => {
        this.abandoned = who;
      },
      onLate: (end) => {
        const error = "error" in end ? { error: loggedError(end.error) } : {};
        phase.note("late", { hookId: hook.id, attempt: number, reason: who, ...error });
      },
    };
  }

  /** Refuses what a hook does behind its own end. */
  refuseAfterEnd(what: string): void {
    if (!this.isOver && this.stop.cause === undefined) return;
    const why = `called \`${what}\` after it had ended or been stopped`;
    throw hookError("CONFITURE_HOOK_ENDED", this.hook, why, "Await what the hook starts before it returns.");
  }
}
