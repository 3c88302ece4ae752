import { HookError } from "../errors/hook-error.js";
import { phaseChannel, traced } from "../observe/channels.js";
import { loggedError } from "../observe/hook-log-entry.js";
import { concludeHook, skippedHook } from "./conclude-hook.js";
import type { Engine, PhaseRequest } from "./engine.js";
import type { HookOutcome } from "./hook-outcome.js";
import { Phase } from "./phase.js";
import { runHooks } from "./run-hooks.js";
import type { StopCause } from "./stop-source.js";

/** Runs one event with all its hooks, from the first entry of the log to the outcome. */
export function runPhase(engine: Engine, request: PhaseRequest): Promise<HookOutcome<unknown>> {
  const phase = new Phase(engine, request);
  const { event, executionId, parent } = request;
  const describe = () => ({
    event,
    executionId,
    phase: phase.number,
    triggeredBy: parent?.triggeredBy,
    hooks: phase.plan.hooks.length,
  });
  return traced(phaseChannel, describe, () => carryOut(phase));
}

async function carryOut(phase: Phase): Promise<HookOutcome<unknown>> {
  const { hooks } = phase.plan;
  const { parent, mayShareId } = phase.request;
  phase.note("phase_started", { triggeredBy: parent?.triggeredBy, mayShareId }, phase.startedAt);
  for (const { id: hookId, dependsOn } of hooks) phase.note("pending", { hookId, dependsOn }, phase.startedAt);
  if (hooks.length > 0) {
    const release = heedOutside(phase);
    try {
      await runHooks(phase);
    } finally {
      release();
    }
  }
  for (const [place, hook] of hooks.entries()) {
    if (phase.results[place] !== undefined) continue;
    concludeHook(phase, { place, hook }, skippedHook(phase, hook, "phase_ended"));
  }
  return outcomeOf(phase);
}

/** Listens to everything that may end the phase from outside. Returns what takes it all back. */
function heedOutside(phase: Phase): () => void {
  const { engine, policy, request } = phase;
  const { signal, parent } = request;
  const timer = engine.clock.setTimeout(() => phase.end(timeUp(phase)), policy.timeoutPerPhaseMs);
  const onAbort = () => phase.end({ status: "cancelled", error: signal?.reason });
  // To the phase it is all the same why the hook that triggered it has to end.
  const onParent = ({ error }: StopCause) => phase.end({ status: "cancelled", error });
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort);
  parent?.stop.listen(onParent);
  return () => {
    engine.clock.clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    parent?.stop.unlisten(onParent);
  };
}

function timeUp({ request: { event }, policy }: Phase): StopCause {
  const error = new HookError(
    "CONFITURE_HOOK_TIMEOUT",
    `${event}: its hooks took longer than ${policy.timeoutPerPhaseMs} ms.`,
    {
      hint: "Raise `timeoutPerPhaseMs`, or run hooks side by side.",
      event,
    },
  );
  return { status: "timeout", limit: "phase", error };
}

function outcomeOf(phase: Phase): HookOutcome<unknown> {
  const { request, ending } = phase;
  const { data, conflicts } = phase.data.settle();
  for (const { path, kept, refused } of conflicts) {
    phase.note("conflict", { hookId: refused, reason: `${path.join(".")}, kept as ${kept} has it` });
  }
  const durationMs = phase.engine.clock.now() - phase.startedAt;
  const status = ending?.status ?? "completed";
  phase.note(`phase_${status}`, { durationMs, error: ending && loggedError(ending.error) });
  return {
    event: request.event,
    executionId: request.executionId,
    parentExecutionId: request.parent?.triggeredBy.executionId,
    status,
    error: ending?.error,
    failedHook: ending?.failedHook,
    hooks: phase.results.filter((result) => result !== undefined),
    data,
    conflicts,
    startedAt: phase.startedAt,
    durationMs,
  };
}
