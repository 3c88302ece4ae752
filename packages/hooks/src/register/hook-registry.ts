import { hookError } from "../errors/hook-error.js";
import type { AnyHook } from "./check-hook.js";
import { type EventPlan, planEvent } from "./event-plan.js";
import type { RegisteredHook } from "./registered-hook.js";

/** The hooks that are registered. Whatever would leave it in a state that cannot be run is refused as a whole. */
export class HookRegistry {
  readonly #byId = new Map<string, RegisteredHook>();
  /** In the order of registration; nothing is kept of an event that has none. */
  readonly #byEvent = new Map<string, readonly RegisteredHook[]>();
  readonly #plans = new Map<string, EventPlan>();

  /**
   * What a hook depends on is registered already, or comes with it: so that everything is known now, and nothing is found to be missing
   * when the event is triggered.
   */
  add(hooks: readonly RegisteredHook[]): void {
    const known = new Map(this.#byId);
    for (const hook of hooks) {
      if (known.has(hook.id)) throw hookError("CONFITURE_HOOK_DUPLICATE", hook, "is registered already");
      known.set(hook.id, hook);
    }
    for (const hook of hooks) refuseUnknown(hook, known);
    refuseCircle(hooks);
    for (const hook of hooks) {
      this.#byId.set(hook.id, hook);
      this.#keep(hook.event, [...this.#of(hook.event), hook]);
    }
  }

  /** All of them at once, so that those who depend on each other can go together. */
  remove(hooks: readonly RegisteredHook[]): void {
    for (const other of this.#byId.values()) {
      const needed = hooks.includes(other) ? undefined : hooks.find(({ id }) => other.dependsOn.includes(id));
      if (needed === undefined) continue;
      throw hookError("CONFITURE_HOOK_NEEDED", needed, `is needed by ${other.id}`, `Take ${other.id} away first.`);
    }
    for (const { id, event } of hooks) {
      this.#byId.delete(id);
      this.#keep(
        event,
        this.#of(event).filter((hook) => hook.id !== id),
      );
    }
  }

  get(id: string): RegisteredHook | undefined {
    return this.#byId.get(id);
  }

  /** The same as long as no hook of the event comes or goes: a phase that has begun keeps its own. Of some hooks alone, it is made anew. */
  planOf(event: string, only?: (hook: AnyHook) => boolean): EventPlan {
    const registered = this.#of(event);
    if (only !== undefined) return planEvent(registered.filter(({ definition }) => only(definition)));
    const plan = this.#plans.get(event) ?? planEvent(registered);
    if (registered.length > 0) this.#plans.set(event, plan);
    return plan;
  }

  /** Those that have hooks. */
  events(): readonly string[] {
    return [...this.#byEvent.keys()];
  }

  #of(event: string): readonly RegisteredHook[] {
    return this.#byEvent.get(event) ?? [];
  }

  #keep(event: string, hooks: readonly RegisteredHook[]): void {
    if (hooks.length === 0) this.#byEvent.delete(event);
    else this.#byEvent.set(event, hooks);
    this.#plans.delete(event);
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
