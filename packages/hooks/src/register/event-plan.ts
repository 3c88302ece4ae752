import type { RegisteredHook } from "./registered-hook.js";

/** The hooks of an event in their order: by priority, then as they were registered, and none before one it depends on. */
export interface EventPlan {
  readonly hooks: readonly RegisteredHook[];
  /** For each hook, the places of those it depends on, and of those that depend on it. */
  readonly upstream: readonly (readonly number[])[];
  readonly downstream: readonly (readonly number[])[];
  /** The places of those that depend on none. */
  readonly first: readonly number[];
}

/** `registered` in the order of registration, without a circle. Whom they depend on and is not among them does not count. */
export function planEvent(registered: readonly RegisteredHook[]): EventPlan {
  const known = new Set(registered.map(({ id }) => id));
  const above = (hook: RegisteredHook) => hook.dependsOn.filter((id) => known.has(id));
  const byPriority = [...registered].sort((one, other) => one.priority - other.priority);
  const places = new Map<string, number>();
  const hooks: RegisteredHook[] = [];
  const place = (hook: RegisteredHook): void => {
    places.set(hook.id, hooks.length);
    hooks.push(hook);
  };
  const isFree = (hook: RegisteredHook) => above(hook).every((id) => places.has(id));
  const waiting = byPriority;
  while (waiting.length > 0) {
    // Whoever becomes free by another one may stand before those that follow it.
    const next = waiting.findIndex(isFree);
    if (next < 0) throw new Error("hooks in a circle were let through");
    const [hook] = waiting.splice(next, 1);
    if (hook !== undefined) place(hook);
  }
  const upstream = hooks.map((hook) => above(hook).map((id) => places.get(id) as number));
  const downstream = hooks.map((): number[] => []);
  for (const [index, upper] of upstream.entries()) for (const other of upper) downstream[other]?.push(index);
  const first = [...hooks.keys()].filter((index) => upstream[index]?.length === 0);
  return { hooks, upstream, downstream, first };
}
