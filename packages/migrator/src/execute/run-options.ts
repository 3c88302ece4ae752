import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import type { RunMode } from "@confiture/hooks";
import { ConfitureError } from "@confiture/model";
import type { AlertOptions } from "../alerts/alert-options.js";
import type { MigrationHooks } from "../hooks/migration-hooks.js";
import type { Actor } from "../record/journal.js";
import type { ProgressListener } from "./migration-progress.js";

/** How migrations are run. Every time is in milliseconds. */
export interface RunOptions {
  /** Schema of our own tables, not quoted. Default `confiture`. Runs with different ones do not know of each other. */
  readonly ownSchema?: string;
  /** Longest wait for any one lock that would queue the application behind it. Default 2,000. */
  readonly lockTimeoutMs?: number;
  /** How long a segment whose lock could not be had is tried again and again. Default 300,000 (5 min). */
  readonly lockRetryMs?: number;
  /** How long to wait for another run to end. Default 30,000. */
  readonly lockWaitMs?: number;
  /** Longest time for one statement; 0 for none. Default 0. CONCURRENTLY forms have `concurrentlyDeadlineMs` instead. */
  readonly statementTimeoutMs?: number;
  /** The server ends our transaction when we fall silent this long inside one; 0 for never. Default 60,000. */
  readonly idleInTransactionTimeoutMs?: number;
  /** Longest time for one CONCURRENTLY statement, its waits included. Default 3,600,000 (1 h). */
  readonly concurrentlyDeadlineMs?: number;
  /** What happens, as it happens. */
  readonly onProgress?: ProgressListener;
  /**
   * Aborting cancels the running statement from a second connection, rolls back, lets go of the lock and records
   * `migration_cancelled`; the outcome's `failed` is CONFITURE_CANCELLED. What runs outside a
   * transaction is cancelled too, and is in doubt until the next run has looked at the server.
   */
  readonly signal?: AbortSignal;
  /** What is to be run at the moments of a migration: made by `createMigrationHooks`. */
  readonly hooks?: MigrationHooks;
  /** What is watched while migrations run, and what follows when it is found. Default: nothing. */
  readonly alerts?: AlertOptions;
  /** The name of the environment, told to hooks. */
  readonly environment?: string;
  /** Recorded with every event. Default: this process's user and host. */
  readonly actor?: Partial<Actor>;
  /** For the pauses between attempts: from 0, below 1. Default `Math.random`. */
  readonly random?: () => number;
  /** Milliseconds of a clock that only goes forward. Default `performance.now()`. */
  readonly now?: () => number;
}

/** What only this package says to itself. */
export interface ShadowRunOptions extends RunOptions {
  /** `skip`: leave out what acts on the whole server, because the shadow is part of it and it has been done there. */
  readonly serverWide?: "run" | "skip";
  /** Everything is rolled back, or goes with its shadow. */
  readonly mode?: RunMode;
  /** On a shadow, the migrations that are rehearsed there. Only their hooks run; those of the run are the rehearsal's. */
  readonly rehearsedOnShadow?: ReadonlySet<string>;
}

export type ResolvedRunOptions = Required<
  Omit<RunOptions, "signal" | "onProgress" | "actor" | "hooks" | "environment" | "alerts">
> & {
  readonly serverWide: "run" | "skip";
  readonly mode: RunMode;
  readonly rehearsedOnShadow: ReadonlySet<string> | undefined;
  readonly hooks: MigrationHooks | undefined;
  readonly environment: string | undefined;
  readonly alerts: AlertOptions | undefined;
  /** Aborted by the caller, or by an alert. */
  readonly signal: AbortSignal | undefined;
  /** The caller's alone: what is undone for an alert heeds that. */
  readonly callersSignal: AbortSignal | undefined;
  /** Ends the run as an abort by the caller would. */
  readonly stop: (reason: string) => void;
  readonly emit: ProgressListener;
  readonly actor: Actor;
  readonly executionId: string;
};

declare const confitureVersion: string | undefined;

/** Version of this package, put in by the build; `0.0.0-source` when run from its sources. */
export const toolVersion: string = typeof confitureVersion === "string" ? confitureVersion : "0.0.0-source";

/** @throws CONFITURE_USAGE for a time that is none, or a limit of zero where zero would protect nobody */
function refuseOddTimes(options: RunOptions): void {
  const times = {
    lockTimeoutMs: 1,
    concurrentlyDeadlineMs: 1,
    lockRetryMs: 0,
    lockWaitMs: 0,
    statementTimeoutMs: 0,
    idleInTransactionTimeoutMs: 0,
  } as const;
  for (const [name, least] of Object.entries(times) as [keyof typeof times, number][]) {
    const ms = options[name];
    if (ms === undefined || (Number.isFinite(ms) && ms >= least)) continue;
    throw new ConfitureError("CONFITURE_USAGE", `\`${name}\` is ${ms}.`, {
      hint: `It is a time in milliseconds, at least ${least}.`,
    });
  }
}

export function resolveRunOptions(options: ShadowRunOptions): ResolvedRunOptions {
  refuseOddTimes(options);
  const { alerts } = options;
  const stopped = alerts === undefined ? undefined : new AbortController();
  return {
    alerts,
    callersSignal: options.signal,
    stop: (reason) => stopped?.abort(reason),
    serverWide: options.serverWide ?? "run",
    mode: options.mode ?? "real",
    rehearsedOnShadow: options.rehearsedOnShadow,
    hooks: options.hooks,
    environment: options.environment,
    ownSchema: options.ownSchema ?? "confiture",
    lockTimeoutMs: options.lockTimeoutMs ?? 2_000,
    lockRetryMs: options.lockRetryMs ?? 300_000,
    lockWaitMs: options.lockWaitMs ?? 30_000,
    statementTimeoutMs: options.statementTimeoutMs ?? 0,
    idleInTransactionTimeoutMs: options.idleInTransactionTimeoutMs ?? 60_000,
    concurrentlyDeadlineMs: options.concurrentlyDeadlineMs ?? 3_600_000,
    signal: eitherSignal(options.signal, stopped?.signal),
    emit: guarded(options.onProgress),
    actor: {
      osUser: options.actor?.osUser ?? nameOfUser(),
      host: options.actor?.host ?? hostname(),
      toolVersion: options.actor?.toolVersion ?? toolVersion,
    },
    random: options.random ?? Math.random,
    now: options.now ?? (() => performance.now()),
    executionId: randomUUID(),
  };
}

/** A listener that throws is a defect of the program that listens; it must not make the outcome say what is not so. */
function guarded(listener: ProgressListener | undefined): ProgressListener {
  return (event) => {
    try {
      listener?.(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), { code: "CONFITURE_PROGRESS_LISTENER" });
    }
  };
}

/** A container may run under a user id that has no name. */
function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

function eitherSignal(callers: AbortSignal | undefined, own: AbortSignal | undefined): AbortSignal | undefined {
  if (callers === undefined || own === undefined) return callers ?? own;
  return AbortSignal.any([callers, own]);
}
