import type { Clock } from "./clock.js";
import type { StopSource } from "./stop-source.js";

/** How those who wait for some work behave when it is stopped. */
export interface StopManners {
  readonly stop: StopSource;
  readonly clock: Clock;
  /** How long the work may take to end once it has been stopped. */
  readonly graceMs: number;
  /** What must end first, before the time of grace begins. */
  busy(): Promise<unknown> | undefined;
  /** The work has not ended in time, and nobody waits for it any more. */
  onAbandoned(): void;
  /** Abandoned work has ended after all. */
  onLate(end: { readonly error?: unknown }): void;
}

/**
 * Settles as the work does, also when it was stopped: what that means is the caller's to say. It is waited for no longer than the time
 * of grace, though: then the promise rejects with the cause, and what the work still does is told to `onLate`, so that no
 * rejection is left unhandled.
 */
export function heedStop<Value>(work: Promise<Value>, manners: StopManners): Promise<Value> {
  return new Promise((resolve, reject) => {
    const wait = new Wait(manners, reject);
    work.then(
      (value) => {
        if (wait.ends({})) resolve(value);
      },
      (error) => {
        if (wait.ends({ error })) reject(error);
      },
    );
  });
}

class Wait {
  readonly #manners: StopManners;
  readonly #reject: (error: unknown) => void;
  #timer: unknown;
  #state: "waiting" | "ended" | "abandoned" = "waiting";

  constructor(manners: StopManners, reject: (error: unknown) => void) {
    this.#manners = manners;
    this.#reject = reject;
    if (manners.stop.cause === undefined) manners.stop.listen(this.#onStop);
    else this.#onStop();
  }

  readonly #onStop = (): void => {
    const busy = this.#manners.busy();
    if (busy === undefined) this.#giveTime();
    else void busy.then(() => this.#giveTime());
  };

  #giveTime(): void {
    if (this.#state === "waiting")
      this.#timer = this.#manners.clock.setTimeout(() => this.#abandon(), this.#manners.graceMs);
  }

  #abandon(): void {
    this.#state = "abandoned";
    this.#manners.onAbandoned();
    this.#reject(this.#manners.stop.cause?.error);
  }

  /** The work has ended. False if nobody waits for it any more. */
  ends(end: { readonly error?: unknown }): boolean {
    const { stop, clock } = this.#manners;
    if (this.#state === "abandoned") {
      this.#manners.onLate(end);
      return false;
    }
    this.#state = "ended";
    stop.unlisten(this.#onStop);
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
    return true;
  }
}
