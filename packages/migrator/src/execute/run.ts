import type { Database, OwnedSession, Session } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import type { AlertWatch } from "../alerts/alert-watch.js";
import { HookMoments } from "../hooks/hook-moments.js";
import { Journal } from "../record/journal.js";
import { releaseRunLock, takeRunLock } from "./run-lock.js";
import type { ResolvedRunOptions } from "./run-options.js";
import { applyRunSettings, restoreSettings, type SessionSnapshot, snapshotSettings } from "./session-settings.js";

/** One run: a session of its own that holds the lock, and what belongs to it. */
export interface Run {
  readonly database: Database;
  readonly session: Session;
  readonly pid: number;
  readonly serverVersion: number;
  /** When it took its lock, by the server's clock. */
  readonly lockedAt: string;
  readonly options: ResolvedRunOptions;
  /** Called when a migration may have left something on the session that cannot be found again: a custom setting. */
  readonly spoilSession: () => void;
  /** The moments at which hooks run. */
  readonly moments: HookMoments;
  /** Why nothing can be changed on this connection; undefined where it can. */
  readonly readOnly: string | undefined;
}

/** A run that executes: its session has our settings, and the way back to those it had. */
export interface ExecutingRun extends Run {
  readonly journal: Journal;
  /** What watches the run; undefined where nothing does. */
  readonly alerts?: AlertWatch;
  /** The settings of this run, to which each migration's changes are undone. */
  readonly settings: SessionSnapshot;
  /** `synchronous_commit` as it was found: the last commit of the run uses it. */
  readonly synchronousCommit: string;
}

/**
 * Opens a session, makes sure it is really ours, takes the lock, works, lets go.
 *
 * @throws CONFITURE_POOLER, CONFITURE_LOCK_HELD, and what `work` throws
 */
export async function withRun<T>(
  database: Database,
  options: ResolvedRunOptions,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  await using session = await database.openSession();
  await refuseTransactionPooler(database, session);
  const { pid, version, readOnly, at } = await takeRunLock(session, options);
  let lost = false;
  const unlisten = session.onLost?.(() => {
    lost = true;
  });
  try {
    const spoilSession = () => session.discard?.();
    const moments = new HookMoments({ database, session, pid, options });
    return await work({
      database,
      session,
      pid,
      serverVersion: version,
      lockedAt: at,
      options,
      spoilSession,
      moments,
      readOnly,
    });
  } finally {
    unlisten?.();
    // The lock of a lost connection ends with its backend.
    if (!lost) await releaseRunLock(session, options);
  }
}

/** Puts our settings on the run's session and takes them off again, whatever happens in between. */
export async function withRunSettings<T>(
  run: Run,
  planHash: string,
  work: (run: ExecutingRun) => Promise<T>,
): Promise<T> {
  const { session, options } = run;
  const found = await snapshotSettings(session);
  const { rows } = await session.query<{ value: string }>(
    "select pg_catalog.current_setting('synchronous_commit') as value",
  );
  await applyRunSettings(session, options, run.serverVersion);
  const settings = await snapshotSettings(session);
  let lost = false;
  const unlisten = session.onLost?.(() => {
    lost = true;
  });
  try {
    return await work({
      ...run,
      journal: new Journal(options.ownSchema, options.executionId, planHash, options.actor),
      settings,
      synchronousCommit: rows[0]?.value ?? "on",
    });
  } finally {
    unlisten?.();
    if (!lost) await restoreSettings(session, found);
  }
}

/** Session locks and settings do not hold where a pooler hands our connection to somebody else between transactions. */
async function refuseTransactionPooler(database: Database, session: OwnedSession): Promise<void> {
  const mode = await database.detectPooler?.(session);
  if (mode !== "transaction") return;
  throw new ConfitureError(
    "CONFITURE_POOLER",
    "This connection goes through a pooler in transaction mode, where a session lock protects nothing. Nothing was run.",
    {
      hint: "Connect to the server itself, or to a pool in session mode.",
    },
  );
}
