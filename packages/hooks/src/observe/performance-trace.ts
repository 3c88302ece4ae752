import type { ExecutionGraph, HookNode, PhaseNode } from "./execution-graph.js";

export interface HookTrace {
  readonly event: string;
  readonly executionId: string;
  readonly phase: number;
  readonly hookId: string;
  readonly attempts: number;
  readonly startedAt: number;
  /** From the beginning of its phase to its own: for those before it, or for room. */
  readonly waitedMs: number;
  readonly durationMs: number;
  /** Without the time in which phases that it triggered went on. */
  readonly selfMs: number;
  readonly onCriticalPath: boolean;
}

/** Where the time of an execution went. */
export interface PerformanceTrace {
  readonly executionId: string;
  readonly complete: boolean;
  /** Of its phases, one after another. */
  readonly durationMs: number;
  /** Those that ran and have ended, in the order in which they began; also those of phases that hooks triggered. */
  readonly hooks: readonly HookTrace[];
  /**
   * The hooks that the end waited for, one behind the other: each began when the one before it had ended, and behind it stand those it
   * triggered. Only making one of these faster makes the execution faster.
   */
  readonly criticalPath: readonly HookTrace[];
}

export function performanceTrace(graph: ExecutionGraph): PerformanceTrace {
  const path = new Set(graph.phases.flatMap(criticalPathOf));
  const traces = graph.phases
    .flatMap(phaseWithNested)
    .flatMap((phase) =>
      phase.hooks.filter(hasRun).map((hook) => ({ hook, trace: traceOf(hook, phase, path.has(hook)) })),
    );
  const byHook = new Map<HookNode, HookTrace>(traces.map(({ hook, trace }) => [hook, trace]));
  return {
    executionId: graph.executionId,
    complete: graph.complete,
    durationMs: sum(graph.phases.map(({ durationMs = 0 }) => durationMs)),
    hooks: [...traces].sort((one, other) => one.hook.began - other.hook.began).map(({ trace }) => trace),
    criticalPath: [...path].flatMap((hook) => byHook.get(hook) ?? []),
  };
}

type EndedHook = HookNode & { readonly [Key in "startedAt" | "durationMs" | "began" | "ended"]: number };

function hasRun(hook: HookNode): hook is EndedHook {
  return hook.began !== undefined && hook.ended !== undefined;
}

function phaseWithNested(phase: PhaseNode): readonly PhaseNode[] {
  return [phase, ...phase.hooks.flatMap(({ triggered }) => triggered.flatMap(phaseWithNested))];
}

function traceOf(hook: EndedHook, phase: PhaseNode, onCriticalPath: boolean): HookTrace {
  const { hookId, attempts, startedAt, durationMs } = hook;
  return {
    event: phase.event,
    executionId: phase.executionId,
    phase: phase.phase,
    hookId,
    attempts,
    startedAt,
    waitedMs: startedAt - phase.startedAt,
    durationMs,
    selfMs: durationMs - coveredBy(hook.triggered, startedAt + durationMs),
    onCriticalPath,
  };
}

/** From the last to end back to the first: whatever ended last before a hook began is what it waited for. */
function criticalPathOf({ hooks }: PhaseNode): readonly HookNode[] {
  const ended = hooks.filter(hasRun).sort((one, other) => other.ended - one.ended);
  const path: EndedHook[] = [];
  for (const hook of ended) {
    const next = path[0];
    if (next === undefined || hook.ended < next.began) path.unshift(hook);
  }
  return path.flatMap((hook) => [hook, ...hook.triggered.flatMap(criticalPathOf)]);
}

/** How long at least one of the phases went on; those that are side by side count once. */
function coveredBy(phases: readonly PhaseNode[], until: number): number {
  const spans = phases
    .map(({ startedAt, durationMs }) => ({ from: startedAt, to: Math.min(until, startedAt + (durationMs ?? until)) }))
    .sort((one, other) => one.from - other.from);
  let covered = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { from, to } of spans) {
    covered += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return covered;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
