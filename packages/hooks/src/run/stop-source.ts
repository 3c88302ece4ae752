import type { TimeLimit } from "./hook-outcome.js";

/** Why something has to end before its time, and what has become of it thereby. */
export type StopCause =
  | { readonly status: "timeout"; readonly limit: TimeLimit; readonly error: unknown }
  | { readonly status: "cancelled"; readonly error: unknown };

type StopListener = (cause: StopCause) => void;

/**
 * Tells those who work that they have to end. An AbortSignal is made when somebody asks for one: most hooks do not, and it
 * costs more than the rest of an attempt. Whoever listens takes himself off again, so nothing stays behind.
 */
export class StopSource {
  cause: StopCause | undefined;
  #controller: AbortController | undefined;
  /** Most sources have one listener at a time. */
  #listener: StopListener | undefined;
  #others: Set<StopListener> | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.cause !== undefined) this.#controller.abort(this.cause.error);
    }
    return this.#controller.signal;
  }

  /** Only the first cause counts. */
  stop(cause: StopCause): void {
    if (this.cause !== undefined) return;
    this.cause = cause;
    this.#controller?.abort(cause.error);
    const others = [...(this.#others ?? [])];
    this.#listener?.(cause);
    for (const listener of others) listener(cause);
  }

  /** Does not call a listener that comes too late: who needs to know looks at `cause` first. */
  listen(listener: StopListener): void {
    // Who listens first is told first.
    if (this.#listener === undefined && !this.#others?.size) this.#listener = listener;
    else {
      this.#others ??= new Set();
      this.#others.add(listener);
    }
  }

  unlisten(listener: StopListener): void {
    if (this.#listener === listener) this.#listener = undefined;
    else this.#others?.delete(listener);
  }
}
