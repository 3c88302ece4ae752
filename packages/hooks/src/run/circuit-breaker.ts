export type CircuitState = "closed" | "open" | "half_open";

export interface CircuitSettings {
  readonly failureThreshold: number;
  readonly recoveryTimeoutMs: number;
}

/**
 * Leaves a hook alone that has failed too often in a row. Closed, it lets everybody through; open, nobody; half open, one execution,
 * whose end decides. Which it is follows from the time that is handed in: there is no timer.
 */
export class CircuitBreaker {
  readonly #settings: CircuitSettings;
  #failures = 0;
  #openedAt: number | undefined;
  #isTried = false;

  constructor(settings: CircuitSettings) {
    this.#settings = settings;
  }

  stateAt(now: number): CircuitState {
    if (this.#openedAt === undefined) return "closed";
    return now - this.#openedAt >= this.#settings.recoveryTimeoutMs ? "half_open" : "open";
  }

  /** Whether an execution may begin. One that may says how it ended: `succeeded`, `failed` or `withdrew`. */
  enter(now: number): boolean {
    const state = this.stateAt(now);
    if (state === "closed") return true;
    if (state === "open" || this.#isTried) return false;
    this.#isTried = true;
    return true;
  }

  /** True when this closes the circuit. */
  succeeded(): boolean {
    const wasOpen = this.#openedAt !== undefined;
    this.#failures = 0;
    this.#openedAt = undefined;
    this.#isTried = false;
    return wasOpen;
  }

  /** True when this opens the circuit. */
  failed(now: number): boolean {
    this.#failures += 1;
    const opens = this.#isTried || this.#failures === this.#settings.failureThreshold;
    if (opens) this.#openedAt = now;
    this.#isTried = false;
    return opens;
  }

  /** It was cancelled, which says nothing about the hook. */
  withdrew(): void {
    this.#isTried = false;
  }
}
