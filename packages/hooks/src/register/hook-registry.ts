import { HookError } from "../errors/hook-error.js";
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
      if (known.has(hook.id))
        throw refuse("CONFITURE_HOOK_DUPLICATE", hook, "is registered already", "An id is unique.");
      known.set(hook.id, hook);
    }
    for (const hook of hooks) {
      const unknown = hook.dependsOn.find((id) => known.get(id)?.event !== hook.event);
      if (unknown === undefined) continue;
      const other = known.get(unknown);
      const why =
        other === undefined
          ? `depends on ${unknown}, which is not registered`
          : `depends on ${unknown}, which is a hook of ${other.event}`;
      throw refuse(
        "CONFITURE_HOOK_DEPENDENCY_UNKNOWN",
        hook,
        why,
        "Register it before, or both with one call of `register`.",
      );
    }
    const circle = findCircle(hooks);
    if (circle !== undefined) {
      const [first] = circle as [RegisteredHook];
      const path = circle.map(({ id }) => id).join(" → ");
      throw refuse(
        "CONFITURE_HOOK_DEPENDENCY_CYCLE",
        first,
        `depends on itself: ${path}`,
        "Take one `dependsOn` of the circle away.",
      );
    }
    for (const hook of hooks) {
      this.#hooks.set(hook.id, hook);
      this.#plans.delete(hook.event);
    }
  }

  /** All of them at once, so that those who depend on each other can go together. */
  remove(hooks: readonly RegisteredHook[]): void {
    const going = new Set(hooks.map(({ id }) => id));
    for (const hook of this.#hooks.values()) {
      const needed = going.has(hook.id) ? undefined : hook.dependsOn.find((id) => going.has(id));
      if (needed === undefined) continue;
      throw new HookError(
        "CONFITURE_HOOK_NEEDED",
        `unregister: hook ${hook.id} (${hook.event}) depends on ${needed}.`,
        {
          hint: `Take ${hook.id} away first.`,
          event: hook.event,
          hookId: needed,
        },
      );
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

/** Only new ones can make a circle: those before them could not depend on them. */
function findCircle(hooks: readonly RegisteredHook[]): readonly RegisteredHook[] | undefined {
  const byId = new Map(hooks.map((hook) => [hook.id, hook]));
  const done = new Set<string>();
  const follow = (hook: RegisteredHook, trail: readonly RegisteredHook[]): readonly RegisteredHook[] | undefined => {
    const seenAt = trail.indexOf(hook);
    if (seenAt >= 0) return [...trail.slice(seenAt), hook];
    if (done.has(hook.id)) return undefined;
    for (const id of hook.dependsOn) {
      const next = byId.get(id);
      const circle = next === undefined ? undefined : follow(next, [...trail, hook]);
      if (circle !== undefined) return circle;
    }
    done.add(hook.id);
    return undefined;
  };
  for (const hook of hooks) {
    const circle = follow(hook, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

function refuse(code: HookError["code"], { id, event }: RegisteredHook, why: string, hint: string): HookError {
  return new HookError(code, `register: hook ${id} (${event}) ${why}.`, { hint, event, hookId: id });
}
