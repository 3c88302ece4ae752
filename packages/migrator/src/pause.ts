import { setTimeout as sleep } from "node:timers/promises";
import type { Database, Session } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { findRunHolder } from "./execute/run-lock.js";
import { findOwnTable } from "./record/find-own-table.js";
import { type Pause, Pauses } from "./record/pauses.js";

export interface PauseOptions {
  /** Schema of our own tables. Default `confiture`. */
  readonly ownSchema?: string;
  /** Told to the hooks of `migration_paused`, and written into the history. Default `requested`. */
  readonly because?: string;
  /** Milliseconds to wait until the run stands still. Default 30,000; 0 to ask and not to wait. */
  readonly waitMs?: number;
  /** Aborting ends the waiting; the request stays. */
  readonly signal?: AbortSignal;
}

/**
 * `paused`: the run stands still, with no transaction open. `requested`: it will, as soon as its statement or transaction under way has ended.
 * `ended`: the run ended before. `no-run`: none is under way.
 */
export type PauseOutcome =
  | { readonly kind: "paused"; readonly executionId: string; readonly version: string }
  | { readonly kind: "requested" }
  | { readonly kind: "ended" }
  | { readonly kind: "no-run" };

/**
 * Asks the run that is under way to stand still where it may: between two migrations, or between the segments of one, with no transaction open
 * and everything before it committed and recorded. It keeps its lock. `resume` lets it go on.
 *
 * @throws CONFITURE_OWN_TABLES when the run has not made our tables yet, and what opening a session throws
 */
export async function pauseMigration(database: Database, options: PauseOptions = {}): Promise<PauseOutcome> {
  const ownSchema = options.ownSchema ?? "confiture";
  await using session = await database.openSession();
  if ((await findRunHolder(session, ownSchema)) === undefined) return { kind: "no-run" };
  const table = await findOwnTable(session, ownSchema, "pauses");
  if (!table.there) {
    throw new ConfitureError("CONFITURE_OWN_TABLES", "The run under way has not made our tables yet.", {
      hint: "Ask again in a moment; one of an older version of Confiture cannot be paused.",
    });
  }
  const pauses = new Pauses(session, ownSchema);
  const { id } = await pauses.request(options.because ?? "requested");
  return await waitUntilPaused(session, {
    pauses,
    id,
    ownSchema,
    waitMs: options.waitMs ?? 30_000,
    signal: options.signal,
  });
}

interface Awaited {
  readonly pauses: Pauses;
  readonly id: string;
  readonly ownSchema: string;
  readonly waitMs: number;
  readonly signal: AbortSignal | undefined;
}

async function waitUntilPaused(
  session: Session,
  { pauses, id, ownSchema, waitMs, signal }: Awaited,
): Promise<PauseOutcome> {
  const until = performance.now() + waitMs;
  for (;;) {
    const found = await pauses.find(id);
    if (found.isPaused) return pausedBy(found);
    if (found.isOver || (await findRunHolder(session, ownSchema)) === undefined) return { kind: "ended" };
    if (performance.now() >= until || signal?.aborted === true) return { kind: "requested" };
    await sleep(50);
  }
}

function pausedBy({ executionId, version }: Pause): PauseOutcome {
  return { kind: "paused", executionId: executionId ?? "", version: version ?? "" };
}

/**
 * Lets a run that stands still go on, and waits until it does.
 *
 * @returns the id of its execution; undefined where no run stands still
 */
export async function resumePaused(database: Database, ownSchema: string): Promise<string | undefined> {
  await using session = await database.openSession();
  const table = await findOwnTable(session, ownSchema, "pauses");
  if (!table.there) return undefined;
  const pauses = new Pauses(session, ownSchema);
  const open = await pauses.open();
  // One that was killed while it stood still is interrupted, and is settled as such.
  if (open === undefined || (await findRunHolder(session, ownSchema)) === undefined) return undefined;
  await pauses.wantResume();
  for (;;) {
    const { isOver, executionId } = await pauses.find(open.id);
    if (isOver) return executionId ?? undefined;
    if ((await findRunHolder(session, ownSchema)) === undefined) return undefined;
    await sleep(50);
  }
}
