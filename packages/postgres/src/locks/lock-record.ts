import type { HeldLock, LockWait } from "@confiture/model";
import { lockStrength } from "./lock-modes.js";
import type { LockSample, SampledWait } from "./read-lock-sample.js";

interface Spell {
  readonly relation: string;
  readonly mode: string;
  /** Closed spells: the same lock taken and released before. */
  earlierMs: number;
  /** When the running spell was first and last seen; undefined when the lock is not held now. */
  since: number | undefined;
  until: number;
}

/**
 * What a series of samples adds up to. Durations are upper bounds: a lock counts from the last sample in which it was not
 * seen to the first in which it is seen no more.
 */
export class LockRecord {
  #spells = new Map<string, Spell>();
  #previousAt: number | undefined;
  #lastWait: LockWait | undefined;
  #current: { readonly identity: string; readonly since: number; waitedMs: number } | undefined;
  #finishedWaitsMs = 0;

  /** Adds one sample taken at `now` (milliseconds of a monotonic clock); returns the wait it shows, if any. */
  add(sample: LockSample, now: number): LockWait | undefined {
    this.#addHeld(sample, now);
    return this.#addWait(sample.waiting, now);
  }

  get lastWait(): LockWait | undefined {
    return this.#lastWait;
  }

  get waitedMs(): number {
    return this.#finishedWaitsMs + (this.#current?.waitedMs ?? 0);
  }

  /** The strongest mode seen on each relation, and for how long. */
  heldLocks(): readonly HeldLock[] {
    const strongest = new Map<string, Spell>();
    for (const spell of this.#spells.values()) {
      const known = strongest.get(spell.relation);
      if (known === undefined || lockStrength(spell.mode) > lockStrength(known.mode))
        strongest.set(spell.relation, spell);
    }
    return [...strongest.values()]
      .map((spell) => ({ relation: spell.relation, mode: spell.mode, heldMs: heldMs(spell) }))
      .sort((a, b) => (a.relation < b.relation ? -1 : 1));
  }

  #addHeld(sample: LockSample, now: number): void {
    const held = new Set<string>();
    for (const { relation, mode } of sample.held) {
      const key = `${mode} ${relation}`;
      held.add(key);
      const spell = this.#spells.get(key) ?? { relation, mode, earlierMs: 0, since: undefined, until: now };
      // Taken somewhere between the two samples; the earlier one is the safe side.
      spell.since ??= this.#previousAt ?? now;
      spell.until = now;
      this.#spells.set(key, spell);
    }
    for (const [key, spell] of this.#spells) {
      if (held.has(key) || spell.since === undefined) continue;
      // Released somewhere between the two samples; the later one is the safe side.
      spell.earlierMs += now - spell.since;
      spell.since = undefined;
    }
    this.#previousAt = now;
  }

  #addWait(wait: SampledWait | undefined, now: number): LockWait | undefined {
    if (wait === undefined || wait.identity !== this.#current?.identity) {
      this.#finishedWaitsMs += this.#current?.waitedMs ?? 0;
      this.#current = undefined;
    }
    if (wait === undefined) return undefined;
    this.#current ??= { identity: wait.identity, since: now, waitedMs: 0 };
    this.#current.waitedMs = Math.max(0, wait.waitedMs ?? now - this.#current.since);
    this.#lastWait = {
      ...(wait.relation === undefined ? {} : { relation: wait.relation }),
      mode: wait.mode,
      waitedMs: this.#current.waitedMs,
      blockers: wait.blockers,
    };
    return this.#lastWait;
  }
}

function heldMs(spell: Spell): number {
  return spell.earlierMs + (spell.since === undefined ? 0 : spell.until - spell.since);
}
