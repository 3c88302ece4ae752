import type { EventPlan } from "../register/event-plan.js";
import type { EventPolicy } from "../register/event-policy.js";
import { listChanges } from "./list-changes.js";
import { type Contribution, type MergedData, mergeChanges } from "./merge-changes.js";

/** The data of one phase: which of it each hook sees, and what they all have made of it. */
export class PhaseData {
  readonly #plan: EventPlan;
  readonly #mutation: EventPolicy["mutation"];
  /** By the hooks' places. */
  readonly #contributions: Contribution[] = [];
  #data: unknown;

  constructor(data: unknown, plan: EventPlan, mutation: EventPolicy["mutation"]) {
    this.#data = data;
    this.#plan = plan;
    this.#mutation = mutation;
  }

  /** Under copy_on_write a hook sees what those it depends on have changed, and nothing else. */
  seenBy(place: number): unknown {
    if (this.#contributions.length === 0) return this.#data;
    const above = this.#above(place);
    return mergeChanges(
      this.#data,
      this.#contributions.filter((_, other) => above.has(other)),
    ).data;
  }

  /** A hook has completed, and left the data it had seen as `after`. */
  take(place: number, before: unknown, after: unknown): void {
    if (Object.is(before, after)) return;
    if (this.#mutation === "mutable") {
      this.#data = after;
      return;
    }
    const above = new Set([...this.#above(place)].map((other) => this.#plan.hooks[other]?.id));
    this.#contributions[place] = {
      hookId: this.#plan.hooks[place]?.id ?? "",
      changes: listChanges(before, after),
      saw: (hookId) => above.has(hookId),
    };
  }

  settle(): MergedData {
    if (this.#contributions.length === 0) return { data: this.#data, conflicts: [] };
    // Places without a contribution are holes, which this leaves out.
    return mergeChanges(
      this.#data,
      this.#contributions.filter(() => true),
    );
  }

  /** The places of all a hook depends on, those these depend on included. */
  #above(place: number, found = new Set<number>()): ReadonlySet<number> {
    for (const other of this.#plan.upstream[place] ?? []) {
      if (found.has(other)) continue;
      found.add(other);
      this.#above(other, found);
    }
    return found;
  }
}
