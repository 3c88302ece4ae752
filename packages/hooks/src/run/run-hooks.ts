import type { RegisteredHook } from "../register/registered-hook.js";
import { concludeHook, skippedHook } from "./conclude-hook.js";
import type { HookResult, SkipReason } from "./hook-outcome.js";
import type { Phase } from "./phase.js";
import { runHook } from "./run-hook.js";

/**
 * Runs the hooks of a phase: whenever there is room, the first in order that may begin. One after another is the case of room for
 * one. Ends when nothing runs and nothing is left to begin; rejects only for a mistake of this engine.
 */
export function runHooks(phase: Phase): Promise<void> {
  const { plan, policy } = phase;
  const room = policy.strategy === "sequential" ? 1 : policy.maxParallelHooks;
  const waitingFor = plan.upstream.map((above) => above.length);
  const ready = [...plan.first];
  let running = 0;
  return new Promise((resolve, reject) => {
    const conclude = (place: number, hook: RegisteredHook, result: HookResult) => {
      concludeHook(phase, { place, hook }, result);
      for (const below of plan.downstream[place] ?? []) {
        waitingFor[below] = (waitingFor[below] ?? 0) - 1;
        if (waitingFor[below] === 0) insertInOrder(ready, below);
      }
    };
    const begin = (place: number, hook: RegisteredHook) => {
      running += 1;
      runHook(phase, hook, place)
        .then((result) => {
          running -= 1;
          conclude(place, hook, result);
          proceed();
        })
        .catch(reject);
    };
    const proceed = () => {
      while (running < room && phase.ending === undefined) {
        const place = ready.shift();
        const hook = place === undefined ? undefined : plan.hooks[place];
        if (place === undefined || hook === undefined) break;
        const reason = reasonToSkip(phase, hook, place);
        if (reason === undefined) begin(place, hook);
        else conclude(place, hook, skippedHook(phase, hook, reason));
      }
      if (running === 0) resolve();
    };
    proceed();
  });
}

function insertInOrder(places: number[], place: number): void {
  const next = places.findIndex((other) => other > place);
  places.splice(next < 0 ? places.length : next, 0, place);
}

/** Whether those it depends on ended as it wants, and then whether its circuit lets it through. */
function reasonToSkip(phase: Phase, hook: RegisteredHook, place: number): SkipReason | undefined {
  const above = (phase.plan.upstream[place] ?? []).flatMap((other) => phase.results[other] ?? []);
  const failed = above.some(isFailure);
  const skippedAbove = above.some(({ status }) => status === "skipped");
  if (hook.triggerRule !== "all_done" && failed) return "upstream_failed";
  if (hook.triggerRule === "all_success" && skippedAbove) return "upstream_skipped";
  const now = phase.engine.clock.now();
  if (hook.breaker === undefined || hook.breaker.enter(now)) {
    if (hook.breaker?.stateAt(now) === "half_open") phase.note("circuit_half_open", { hookId: hook.id });
    return undefined;
  }
  return "circuit_open";
}

/** One that was left out because another one failed hands that on; one whose circuit is open is only missing. */
function isFailure(result: HookResult): boolean {
  return result.status === "skipped" ? result.reason === "upstream_failed" : result.status !== "completed";
}
