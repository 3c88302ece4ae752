import type { ExecutionGraph, HookNode, PhaseNode } from "./execution-graph.js";

export interface HookTrace {
  readonly event: string;
  readonly executionId: string;
  readonly phase: number;
  readonly hookId: string;
  readonly attempts: number;
  /** The entry of the log with which it began. */
  readonly began: number;
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
   * Of `hooks`, those that the end waited for: each began when the one before it had ended, or was triggered by it. Only making one of
   * these faster makes the execution faster.
   */
  readonly criticalPath: readonly HookTrace[];
}

export function performanceTrace({ executionId, complete, phases }: ExecutionGraph): PerformanceTrace {
  const path = new Set(phases.flatMap(criticalPathOf));
  const hooks = phases.flatMap((phase) => tracesOf(phase, path)).sort((one, other) => one.began - other.began);
  return {
    executionId,
    complete,
    durationMs: phases.reduce((total, { durationMs = 0 }) => total + durationMs, 0),
    hooks,
    criticalPath: hooks.filter(({ onCriticalPath }) => onCriticalPath),
  };
}

/** Something that has begun and ended. */
type Ended<Node extends HookNode | PhaseNode> = Node & {
  readonly [Key in "startedAt" | "durationMs" | "began" | "ended"]: number;
};

function hasEnded<Node extends HookNode | PhaseNode>(node: Node): node is Ended<Node> {
  return node.began !== undefined && node.ended !== undefined;
}

/** From the last to end back to the first: whatever ended last before another one began is what that waited for. */
function chainOf<Node extends HookNode | PhaseNode>(nodes: readonly Node[]): readonly Ended<Node>[] {
  const chain: Ended<Node>[] = [];
  for (const node of nodes.filter(hasEnded).sort((one, other) => other.ended - one.ended)) {
    const next = chain[0];
    if (next === undefined || node.ended < next.began) chain.unshift(node);
  }
  return chain;
}

function criticalPathOf({ hooks }: PhaseNode): readonly HookNode[] {
  return chainOf(hooks).flatMap((hook) => [hook, ...chainOf(hook.triggered).flatMap(criticalPathOf)]);
}

function tracesOf(phase: PhaseNode, path: ReadonlySet<HookNode>): readonly HookTrace[] {
  return phase.hooks.flatMap((hook) => [
    ...(hasEnded(hook) ? [traceOf(hook, phase, path.has(hook))] : []),
    ...hook.triggered.flatMap((nested) => tracesOf(nested, path)),
  ]);
}

function traceOf(hook: Ended<HookNode>, phase: PhaseNode, onCriticalPath: boolean): HookTrace {
  const { hookId, attempts, startedAt, durationMs, began } = hook;
  return {
    event: phase.event,
    executionId: phase.executionId,
    phase: phase.phase,
    hookId,
    attempts,
    began,
    startedAt,
    waitedMs: startedAt - phase.startedAt,
    durationMs,
    selfMs: durationMs - coveredBy(hook.triggered.filter(hasEnded)),
    onCriticalPath,
  };
}

/** How long at least one of the phases went on; those that are side by side count once. */
function coveredBy(phases: readonly Ended<PhaseNode>[]): number {
  let covered = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { startedAt, durationMs } of [...phases].sort((one, other) => one.began - other.began)) {
    const end = startedAt + durationMs;
    covered += Math.max(0, end - Math.max(startedAt, reached));
    reached = Math.max(reached, end);
  }
  return covered;
}
