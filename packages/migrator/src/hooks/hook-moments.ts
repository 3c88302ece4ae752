import { randomUUID } from "node:crypto";
import type { Around, HookOutcome, HookResult, RunMode } from "@confiture/hooks";
import { ConfitureError } from "@confiture/model";
import { cancelledError } from "../execute/cancel-on-abort.js";
import { isConnectionLoss } from "../execute/failure-at.js";
import type { SessionSnapshot } from "../execute/session-settings.js";
import { describeHookError } from "./describe-hook-error.js";
import { HookConnections, type RunConnection } from "./hook-connections.js";
import type { HookExecution } from "./hook-execution.js";
import { type HookAtMoment, HookLedger, type SendRecords } from "./hook-ledger.js";
import {
  type HookedMigration,
  hookConcerns,
  type MigrationHook,
  type MigrationHookFields,
  type MigrationHookMetadata,
  type MigrationHooks,
  type MigratorEvent,
  type MigratorEvents,
} from "./migration-hooks.js";

/**
 * Which hooks of a moment run. `inside`: those on the migration's connection, whose transaction is open. `outside`: all others, while no
 * transaction is. `between`: all of them while none is open; those on the migration's connection get a transaction of their own. `unconnected`: those without a connection alone.
 */
export type Place = "inside" | "outside" | "between" | "unconnected";

export interface MomentOptions {
  readonly place: Place;
  readonly version?: string;
  /**
   * What it comes behind: then a hook that fails is told of and changes nothing. Behind a `commit` an aborted run still stops its hooks; behind
   * its `end`, the hooks that tell of it are let run.
   */
  readonly behind?: "commit" | "end";
}

type HookAround = Around<MigratorEvents, MigrationHookFields, MigrationHookMetadata>;

/** The moments of one run: at each, its hooks are run where they belong, and what became of them is kept. */
export class HookMoments {
  readonly #of: RunConnection;
  readonly #hooks: MigrationHooks | undefined;
  readonly #connections: HookConnections;
  readonly ledger: HookLedger;
  readonly mode: RunMode;

  constructor(of: RunConnection, ledger?: HookLedger) {
    const { hooks, mode } = of.options;
    this.#of = of;
    this.#hooks = hooks;
    this.mode = mode;
    this.#connections = new HookConnections(of);
    this.ledger = ledger ?? new HookLedger(of.options, mode);
  }

  /** The same moments over a session that can be closed to them. */
  over(session: RunConnection["session"]): HookMoments {
    return new HookMoments({ ...this.#of, session }, this.ledger);
  }

  /** Our table is there, and the run's session has its settings. */
  async open(settings: SessionSnapshot, send: SendRecords): Promise<void> {
    if (this.#hooks !== undefined) await this.ledger.open(settings, send);
  }

  /** Whether a moment has hooks there; without a migration, a moment of the whole run. */
  wants(event: MigratorEvent, place: Place, of?: HookedMigration): boolean {
    return this.hooksOf(event, place, of).length > 0;
  }

  hooksOf(event: MigratorEvent, place: Place, of?: Partial<HookedMigration>): readonly MigrationHook[] {
    const { rehearsedOnShadow } = this.#of.options;
    // What rebuilds a shadow is no run of these migrations, and the moments of the run are the rehearsal's.
    if (rehearsedOnShadow !== undefined && (of?.version === undefined || !rehearsedOnShadow.has(of.version))) return [];
    const belongs = belongsTo(place, of ?? {});
    return this.#hooks?.list(event).flatMap(({ hook }) => (belongs(hook) ? [hook] : [])) ?? [];
  }

  /**
   * Runs the hooks of a moment.
   *
   * @throws CONFITURE_HOOK_FAILED where one failed that counts, CONFITURE_CANCELLED when the run was aborted, and whatever broke the connection
   */
  async reach<Event extends MigratorEvent>(
    event: Event,
    data: MigratorEvents[Event],
    { place, version, behind }: MomentOptions,
  ): Promise<void> {
    const hooks = this.#hooks;
    if (hooks === undefined || this.hooksOf(event, place, { ...data, version }).length === 0) return;
    const { executionId, signal } = this.#of.options;
    const outcome = await hooks.trigger(event, data, {
      executionId,
      only: belongsTo(place, data),
      around: this.#around(place, version ?? null),
      ...(signal === undefined || behind === "end" ? {} : { signal }),
    });
    for (const result of outcome.hooks) await this.#take(event, result, { place, version: version ?? null });
    for (const nested of this.#nested.splice(0)) await this.#keep(nested, place);
    if (behind === undefined) this.#refuseFailed(event, outcome, version);
  }

  /** Leaves out the hooks of a moment that have a connection of their own, and says why. */
  async skip(event: MigratorEvent, of: HookedMigration | undefined, why: string): Promise<void> {
    const own = this.hooksOf(event, "outside", of).filter(({ connection }) => connection === "own");
    for (const hook of own) {
      const at = { id: randomUUID(), event, hook, version: of?.version ?? null };
      const result = { hookId: hook.id, attempts: 0, startedAt: Date.now(), durationMs: 0 };
      const skipped = executionOf({ ...result, status: "skipped", reason: "phase_ended" }, at);
      await this.#keep({ ...skipped, error: { code: "not_run", message: why } }, "outside");
    }
  }

  /** Rows to commit with the end of a migration: of the hooks that are due behind it. */
  expect(of: HookedMigration): string {
    const due = (["after_ddl", "after_validation", "cleanup", "on_success"] as const).flatMap((event) => {
      const place = event === "cleanup" || event === "on_success" ? "between" : "outside";
      return this.hooksOf(event, place, of).map((hook): HookAtMoment => ({ hook, event, version: of.version }));
    });
    return due.length === 0 ? "" : this.ledger.expect(due);
  }

  /** Rows of hooks outside of the migration's transaction, by hook: begun, and not yet ended. */
  readonly #begun = new Map<string, string>();
  /** Of hooks that others triggered in the phase under way. */
  readonly #nested: HookExecution[] = [];

  #around(place: Place, version: string | null): HookAround {
    return async (hook, context, run) => {
      const { environment } = this.#of.options;
      const at: HookAtMoment = { hook, event: context.event, version };
      const where = { event: context.event, hook: hook.id, version };
      this.#of.options.emit({ kind: "hook-started", ...where, attempt: context.attempt });
      const report: MigrationHookMetadata["report"] = (progress) =>
        this.#of.options.emit({ kind: "hook-progress", ...where, ...progress });
      const withTheRest = (metadata: Partial<MigrationHookMetadata>) => run({ ...metadata, environment, report });
      const lend = (): Promise<unknown> => {
        if (hook.connection === "none") return withTheRest({ session: undefined, database: undefined });
        if (hook.connection === "own") return this.#connections.lendOwn(context, withTheRest);
        const { attempt, timestamp } = context;
        const row = (): string => this.#rowOfCommitted(at, attempt, timestamp);
        return this.#connections.lendMigrations(context, withTheRest, { isOpen: place === "inside", row });
      };
      if (context.parentExecutionId !== undefined) return this.#keepNested(at, context, lend);
      if (hook.connection !== "migration" && !this.#begun.has(beginKey(at))) {
        this.#begun.set(beginKey(at), await this.ledger.begin(at));
      }
      return lend();
    };
  }

  /** A hook that another one triggered: a transaction may be open around it, so it is recorded with that one. */
  async #keepNested(
    at: HookAtMoment,
    { attempt: attempts, timestamp: startedAt }: { readonly attempt: number; readonly timestamp: number },
    lend: () => Promise<unknown>,
  ): Promise<unknown> {
    const note = (end: { status: "completed"; value: unknown } | { status: "failed"; error: unknown }) => {
      const durationMs = performance.timeOrigin + performance.now() - startedAt;
      const result = { hookId: at.hook.id, attempts, startedAt, durationMs, ...end };
      this.#nested.push(executionOf(result, { ...at, id: randomUUID() }));
    };
    try {
      const value = await lend();
      note({ status: "completed", value });
      return value;
    } catch (error) {
      note({ status: "failed", error });
      throw error;
    }
  }

  /** A hook in a transaction of its own is recorded with its commit. */
  #rowOfCommitted(at: HookAtMoment, attempts: number, startedAt: number): string {
    const id = this.ledger.idOf(at);
    this.#begun.set(beginKey(at), id);
    const now = performance.timeOrigin + performance.now();
    const ended = { hookId: at.hook.id, attempts, startedAt, durationMs: now - startedAt, value: undefined };
    return this.ledger.textWithCommit(executionOf({ ...ended, status: "completed" }, { ...at, id }));
  }

  async #take(
    event: MigratorEvent,
    result: HookResult,
    { place, version }: { readonly place: Place; readonly version: string | null },
  ): Promise<void> {
    const hook = this.#hooks?.list(event).find(({ id }) => id === result.hookId)?.hook;
    // Unregistered by another hook meanwhile: its connection is not known any more.
    if (hook === undefined) return;
    const at = { hook, event, version };
    const key = beginKey(at);
    const execution = executionOf(result, { ...at, id: this.#begun.get(key) ?? this.ledger.idOf(at) });
    this.#begun.delete(key);
    await this.#keep(execution, place);
  }

  async #keep(execution: HookExecution, place: Place): Promise<void> {
    this.#tell(execution);
    if (place === "inside") this.ledger.endInside(execution);
    else await this.ledger.end(execution);
  }

  #tell({ event, hook, version, status, durationMs, error }: HookExecution): void {
    this.#of.options.emit({ kind: "hook-finished", event, hook, version, status, durationMs, error });
  }

  #refuseFailed(event: MigratorEvent, outcome: HookOutcome<unknown>, version: string | undefined): void {
    const abandoned = outcome.hooks.find((result) => "abandoned" in result && this.#isMigrations(event, result.hookId));
    if (outcome.status === "completed" && abandoned === undefined) return;
    if (this.#of.options.signal?.aborted === true) throw cancelledError();
    const cause = outcome.error ?? (abandoned !== undefined && "error" in abandoned ? abandoned.error : undefined);
    if (isConnectionLoss(cause) || codeOf(cause) === "CONFITURE_CONNECTION_LOST") throw cause;
    throw hookFailed(event, outcome.failedHook ?? abandoned?.hookId, version, cause);
  }

  #isMigrations(event: MigratorEvent, hookId: string): boolean {
    return this.#hooks?.list(event).some(({ id, hook }) => id === hookId && hook.connection === "migration") === true;
  }
}

/** Which hooks run there, at the moment that data tells of. */
function belongsTo(place: Place, data: object): (hook: MigrationHookFields) => boolean {
  const isThere = runsThere(place);
  return (hook) => isThere(hook) && hookConcerns(hook, data);
}

function runsThere(place: Place): (hook: MigrationHookFields) => boolean {
  switch (place) {
    case "inside":
      return ({ connection }) => connection === "migration";
    case "outside":
      return ({ connection }) => connection !== "migration";
    case "between":
      return () => true;
    case "unconnected":
      return ({ connection }) => connection === "none";
    default:
      return place satisfies never;
  }
}

function hookFailed(event: string, hook: string | undefined, version: string | undefined, cause: unknown) {
  const { code, message, hint } = describeHookError(cause);
  const who = hook === undefined ? `The hooks of ${event}` : `Hook ${hook} (${event})`;
  const of = version === undefined ? "" : ` of migration ${version}`;
  return new ConfitureError("CONFITURE_HOOK_FAILED", `${who}${of} failed: ${message}`, {
    hint: hint ?? "Mend what it failed of and run again, or let it fail without consequences: `errors: fail_safe`.",
    cause,
    facts: {
      event,
      cause: code,
      ...(hook === undefined ? {} : { hook }),
      ...(version === undefined ? {} : { version }),
    },
  });
}

function executionOf(
  result: HookResult,
  { id, event, hook, version }: HookAtMoment & { readonly id: string },
): HookExecution {
  const { status, attempts, startedAt, durationMs } = result;
  const failed = status === "failed" || status === "timeout" || status === "cancelled";
  return {
    id,
    event,
    hook: hook.id,
    version,
    connection: hook.connection,
    status,
    attempts,
    startedAt: new Date(startedAt).toISOString(),
    durationMs,
    error: failed ? describeHookError(result.error) : status === "skipped" ? notRun(result.reason) : null,
    rolledBack: failed && hook.connection === "migration",
  };
}

function notRun(reason: string): HookExecution["error"] {
  const why: Readonly<Record<string, string>> = {
    circuit_open: "it has failed too often in a row",
    upstream_failed: "a hook it depends on failed",
    upstream_skipped: "a hook it depends on was not run",
    phase_ended: "a hook before it failed, or the run was stopped",
  };
  return { code: reason, message: why[reason] ?? reason };
}

function beginKey({ hook, event, version }: HookAtMoment): string {
  return JSON.stringify([event, hook.id, version]);
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
