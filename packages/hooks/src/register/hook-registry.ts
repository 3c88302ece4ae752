import { hookError } from "../errors/hook-error.js";
import { type EventPlan, planEvent } from "./event-plan.js";
import type { RegisteredHook } from "./registered-hook.js";

/** The hooks that are registered. Whatever would leave it in a state that cannot be run is refused as a whole. */
export class HookRegistry {
  /** In the order of registration. */
  readonly #hooks = new Map<string, RegisteredHook>();
  readonly #plans = new Map<string, EventPlan>();

  /**
   * What a hook depends on is registered already, or comes with it: so that everything is known now, and nothing is found to be missing
   * when the event is triggered.
   */
  add(hooks: readonly RegisteredHook[]): void {
    const known = new Map(this.#hooks);
    for (const hook of hooks) {
      if (known.has(hook.id)) throw hookError("CONFITURE_HOOK_DUPLICATE", hook, "is registered already");
      known.set(hook.id, hook);
    }
    for (const hook of hooks) refuseUnknown(hook, known);
    refuseCircle(hooks);
    for (const hook of hooks) {
      this.#hooks.set(hook.id, hook);
      this.#plans.delete(hook.event);
    }
  }

  /** All of them at once, so that those who depend on each other can go together. */
  remove(hooks: readonly RegisteredHook[]): void {
    for (const other of this.#hooks.values()) {
      const needed = hooks.includes(other) ? undefined : hooks.find(({ id }) => other.dependsOn.includes(id));
      if (needed === undefined) continue;
      throw hookError("CONFITURE_HOOK_NEEDED", needed, `is needed by ${other.id}`, `Take ${other.id} away first.`);
    }
    for (const hook of hooks) {
      this.#hooks.delete(hook.id);
      this.#plans.delete(hook.event);
    }
  }

  get(id: string): RegisteredHook | undefined {
    return this.#hooks.get(id);
  }

  /** The same as long as no hook of the event comes or goes: a phase that has begun keeps its own. */
  planOf(event: string): EventPlan {
    let plan = this.#plans.get(event);
    if (plan === undefined) {
      plan = planEvent([...this.#hooks.values()].filter((hook) => hook.event === event));
      this.#plans.set(event, plan);
    }
    return plan;
  }

  /** Events that have hooks, in the order in which they got their first. */
  events(): readonly string[] {
    return [...new Set([...this.#hooks.values()].map(({ event }) => event))];
  }
}

function refuseUnknown(hook: RegisteredHook, known: ReadonlyMap<string, RegisteredHook>): void {
  const unknown = hook.dependsOn.find((id) => known.get(id)?.event !== hook.event);
  if (unknown === undefined) return;
  const event = known.get(unknown)?.event;
  const why = event === undefined ? "is not registered" : `is a hook of ${event}`;
  const hint = "Register it before, or both with one call of `register`.";
  throw hookError("CONFITURE_HOOK_DEPENDENCY_UNKNOWN", hook, `depends on ${unknown}, which ${why}`, hint);
}

/** Only new ones can make a circle: those before them could not depend on them. */
function refuseCircle(hooks: readonly RegisteredHook[]): void {
  const byId = new Map(hooks.map((hook) => [hook.id, hook]));
  const done = new Set<string>();
  const follow = (id: string, trail: readonly string[]): void => {
    const hook = byId.get(id);
    if (hook === undefined || done.has(id)) return;
    if (trail.includes(id)) {
      const path = [...trail.slice(trail.indexOf(id)), id].join(" → ");
      const hint = "Take one `dependsOn` of the circle away.";
      throw hookError("CONFITURE_HOOK_DEPENDENCY_CYCLE", hook, `depends on itself: ${path}`, hint);
    }
    for (const above of hook.dependsOn) follow(above, [...trail, id]);
    done.add(id);
  };
  for (const { id } of hooks) follow(id, []);
}
