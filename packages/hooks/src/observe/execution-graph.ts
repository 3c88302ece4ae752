import type { HookResult } from "../run/hook-outcome.js";
import type { HookLogEntry } from "./hook-log-entry.js";

/** What was run in one execution, and what waited for what. */
export interface ExecutionGraph {
  readonly executionId: string;
  /** False when the log may have forgotten some of it. */
  readonly complete: boolean;
  readonly phases: readonly PhaseNode[];
}

export interface PhaseNode {
  readonly event: string;
  /** Another one than the graph's for a phase that a hook triggered. */
  readonly executionId: string;
  readonly phase: number;
  readonly status: "running" | "completed" | "failed" | "timed_out" | "cancelled";
  readonly startedAt: number;
  /** Undefined while it runs. */
  readonly durationMs: number | undefined;
  /** The entries of the log with which it began and ended: of two at the same time they tell which came first. */
  readonly began: number;
  readonly ended: number | undefined;
  readonly hooks: readonly HookNode[];
}

export interface HookNode {
  readonly hookId: string;
  readonly status: "pending" | "running" | HookResult["status"];
  readonly attempts: number;
  /** The hooks of the same phase that it waited for. */
  readonly dependsOn: readonly string[];
  /** Undefined for one that has not begun. */
  readonly startedAt: number | undefined;
  /** Undefined for one that has not ended. */
  readonly durationMs: number | undefined;
  readonly began: number | undefined;
  readonly ended: number | undefined;
  /** The phases it triggered. */
  readonly triggered: readonly PhaseNode[];
}

/** Puts the graph together from what the log still has. Undefined for an execution it knows nothing of. */
export function executionGraph(entries: readonly HookLogEntry[], executionId: string): ExecutionGraph | undefined {
  const phases = groupByPhase(entries);
  const own = phases.filter(([first]) => first?.executionId === executionId);
  if (own.length === 0) return undefined;
  const known = own.filter((phase) => phase[0]?.status === "phase_started");
  const hasForgotten = entries[0]?.sequence !== 0;
  const mayShareId = known.some(([first]) => first?.mayShareId);
  return {
    executionId,
    complete: known.length === own.length && !(hasForgotten && mayShareId),
    phases: known.map((phase) => phaseNode(phase, phases)),
  };
}

type PhaseEntries = readonly HookLogEntry[];

function groupByPhase(entries: readonly HookLogEntry[]): readonly PhaseEntries[] {
  const phases = new Map<number, HookLogEntry[]>();
  for (const entry of entries) {
    const known = phases.get(entry.phase);
    if (known === undefined) phases.set(entry.phase, [entry]);
    else known.push(entry);
  }
  return [...phases.values()];
}

function phaseNode(entries: PhaseEntries, all: readonly PhaseEntries[]): PhaseNode {
  const [first] = entries as [HookLogEntry];
  const end = entries.find(({ hookId, durationMs }) => hookId === undefined && durationMs !== undefined);
  const pending = entries.filter(({ status }) => status === "pending");
  return {
    event: first.event,
    executionId: first.executionId,
    phase: first.phase,
    status: end === undefined ? "running" : (end.status.slice("phase_".length) as PhaseNode["status"]),
    startedAt: first.at,
    durationMs: end?.durationMs,
    began: first.sequence,
    ended: end?.sequence,
    hooks: pending.map(({ hookId, dependsOn }) =>
      hookNode({ hookId: hookId ?? "", dependsOn: dependsOn ?? [] }, entries, all),
    ),
  };
}

function hookNode(
  { hookId, dependsOn }: Pick<HookNode, "hookId" | "dependsOn">,
  entries: PhaseEntries,
  all: readonly PhaseEntries[],
): HookNode {
  const own = entries.filter((entry) => entry.hookId === hookId);
  const attempts = own.filter(({ status }) => status === "started");
  const [began] = attempts;
  const end = own.find(({ durationMs }) => durationMs !== undefined);
  const unfinished = began === undefined ? "pending" : "running";
  return {
    hookId,
    status: end === undefined ? unfinished : (end.status as HookNode["status"]),
    attempts: attempts.length,
    dependsOn,
    startedAt: began?.at,
    durationMs: end?.durationMs,
    began: began?.sequence,
    ended: end?.sequence,
    triggered: all
      .filter(([first]) => first?.triggeredBy?.phase === entries[0]?.phase && first?.triggeredBy?.hookId === hookId)
      .map((phase) => phaseNode(phase, all)),
  };
}
