import { PhaseData } from "../data/phase-data.js";
import { hookError } from "../errors/hook-error.js";
import type { HookLogEntry, HookLogStatus } from "../observe/hook-log-entry.js";
import type { EventPlan } from "../register/event-plan.js";
import type { EventPolicy } from "../register/event-policy.js";
import type { RegisteredHook } from "../register/registered-hook.js";
import type { Engine, PhaseRequest } from "./engine.js";
import type { HookOutcome, HookResult } from "./hook-outcome.js";
import { type StopCause, StopSource } from "./stop-source.js";

export interface PhaseEnd {
  readonly status: Exclude<HookOutcome<unknown>["status"], "completed">;
  readonly error: unknown;
  readonly failedHook?: string;
}

type EntryDetails = Omit<HookLogEntry, "status" | "event" | "executionId" | "phase" | "sequence" | "at">;

/** One triggering of an event while it goes on. */
export class Phase {
  readonly engine: Engine;
  readonly request: PhaseRequest;
  readonly policy: EventPolicy;
  readonly plan: EventPlan;
  /** Counts phases. */
  readonly number: number;
  readonly startedAt: number;
  readonly data: PhaseData;
  /** Tells attempts to end. */
  readonly stop = new StopSource();
  /** By the hooks' places. */
  readonly results: (HookResult | undefined)[];
  /** Set when no further hook is to begin. */
  ending: PhaseEnd | undefined;

  constructor(engine: Engine, request: PhaseRequest) {
    this.engine = engine;
    this.request = request;
    this.policy = engine.policyOf(request.event);
    this.plan = engine.planOf(request.event, request.only);
    this.number = engine.nextPhase();
    this.startedAt = engine.clock.now();
    this.data = new PhaseData(request.data, this.plan, this.policy.mutation);
    this.results = this.plan.hooks.map(() => undefined);
  }

  /** The first end counts. Hooks that run are told. */
  fail(hook: RegisteredHook, error: unknown): void {
    if (this.ending !== undefined) return;
    this.ending = { status: "failed", error, failedHook: hook.id };
    this.stop.stop({ status: "cancelled", error: hookError("CONFITURE_HOOK_CANCELLED", hook, "has failed") });
  }

  /** From outside, or because its time is up. */
  end(cause: StopCause): void {
    if (this.ending !== undefined) return;
    this.ending = { status: cause.status === "timeout" ? "timed_out" : "cancelled", error: cause.error };
    this.stop.stop(cause);
  }

  /** `at` saves looking at the clock again. */
  note(status: HookLogStatus, details: EntryDetails = {}, at = this.engine.clock.now()): void {
    const { event, executionId } = this.request;
    const { log, reporter } = this.engine;
    // Field by field: spreading the details takes longer than all the rest of a hook's run.
    const entry: HookLogEntry = {
      sequence: log.next,
      at,
      status,
      event,
      executionId,
      phase: this.number,
      hookId: details.hookId,
      attempt: details.attempt,
      durationMs: details.durationMs,
      delayMs: details.delayMs,
      reason: details.reason,
      error: details.error,
      dependsOn: details.dependsOn,
      triggeredBy: details.triggeredBy,
      mayShareId: details.mayShareId,
    };
    log.add(entry);
    reporter.tell(entry);
  }
}
