import { ConfitureError, type Database } from "@confiture/model";
import { pause } from "./backoff.js";

/** A run whose backend can be told to cancel what it does. */
interface CancellableRun {
  readonly database: Database;
  readonly pid: number;
  readonly options: { readonly signal: AbortSignal | undefined };
}

/** Cancels what a run's backend is running, while it is held. */
export interface Cancelling extends Disposable {
  /**
   * Waits for a cancel that is on its way: behind the end of what it was meant for, it would hit what comes next. For a second at most: where there is no
   * second connection to be had, it never sets out.
   */
  settled(): Promise<void>;
}

/** While this is held, aborting the run's signal cancels what its backend is running, from a second session. */
export function cancelOnAbort(run: CancellableRun): Cancelling {
  const { signal } = run.options;
  let onItsWay: Promise<void> | undefined;
  const cancel = (): void => {
    onItsWay = cancelBackend(run).catch(() => {
      // No second connection could be had: the statement ends by its own timeouts, and the run stops behind it.
    });
  };
  if (signal?.aborted === true) cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  return {
    settled: async () => {
      if (onItsWay === undefined) return;
      const patience = new AbortController();
      await Promise.race([onItsWay, pause(1_000, patience.signal)]);
      patience.abort();
    },
    [Symbol.dispose]: () => signal?.removeEventListener("abort", cancel),
  };
}

/** Asks the server to cancel what a run's backend is doing. */
export async function cancelBackend(run: Pick<CancellableRun, "database" | "pid">): Promise<void> {
  const { database } = run;
  await using second = await (database.openBeside?.() ?? database.openSession());
  await second.query("select pg_catalog.pg_cancel_backend($1)", [run.pid]);
}

export function cancelledError(): ConfitureError {
  return new ConfitureError(
    "CONFITURE_CANCELLED",
    "Cancelled; the transaction under way was rolled back and the lock let go.",
    { hint: "Run it again: what was committed is recorded." },
  );
}

/** For what runs outside a transaction: it ended, and there is nothing to roll back. */
export function cancelledOutside(): ConfitureError {
  return new ConfitureError(
    "CONFITURE_CANCELLED",
    "Cancelled; it ran outside a transaction, so what it had done by then stays, and the lock was let go.",
    { hint: "Run it again: what is left is looked at on the server and finished." },
  );
}

/** @throws CONFITURE_CANCELLED when the signal is aborted */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelledError();
}
