import { randomUUID } from "node:crypto";
import type { RunMode } from "@confiture/hooks";
import type { ResolvedRunOptions } from "../execute/run-options.js";
import { asOurselves, type SessionSnapshot } from "../execute/session-settings.js";
import { type HookRecordStatus, type InterruptedHook, putHookRecord } from "../record/hook-records.js";
import type { HookExecution } from "./hook-execution.js";
import type { MigrationHook, MigratorEvent } from "./migration-hooks.js";

/** One hook at one moment. */
export interface HookAtMoment {
  readonly hook: Pick<MigrationHook, "id" | "connection">;
  readonly event: MigratorEvent;
  readonly version: string | null;
}

interface Row {
  readonly status: HookRecordStatus;
  readonly attempts: number;
  readonly startedAt: string | null;
  readonly durationMs: number | null;
  readonly error: HookExecution["error"];
}

/** Writes texts in a transaction of their own, and again while somebody holds a lock on our tables. */
export type SendRecords = (text: string) => Promise<void>;

/**
 * What became of the hooks of a run: for its outcome, and for our table. A rehearsal leaves nothing in the database, so it writes none.
 */
export class HookLedger {
  readonly #options: Pick<ResolvedRunOptions, "ownSchema" | "executionId">;
  readonly #executions: HookExecution[] = [];
  /** Hooks of earlier runs whose end nobody saw. */
  interrupted: readonly InterruptedHook[] = [];
  /** Ids of hooks that are due behind a commit, and whose rows were committed with it. */
  readonly #expected = new Map<string, string>();
  /** Of the transaction under way: written with its commit. */
  #inside: HookExecution[] = [];
  /** What is to be written as soon as our table is there. */
  #waiting: string[] = [];
  #send: SendRecords | undefined;
  readonly #writes: boolean;

  constructor(options: Pick<ResolvedRunOptions, "ownSchema" | "executionId">, mode: RunMode) {
    this.#options = options;
    this.#writes = mode === "real";
  }

  get executions(): readonly HookExecution[] {
    return this.#executions;
  }

  /** Our table is there: what waited for it is written. */
  async open(settings: SessionSnapshot, send: SendRecords): Promise<void> {
    if (!this.#writes) return;
    this.#send = (text) => send(`begin;\n${asOurselves(settings)}${text}\ncommit`);
    const waiting = this.#waiting.splice(0);
    if (waiting.length > 0) await this.#send(waiting.join("\n"));
  }

  /** The id of its row: one that was due has had one since the commit. */
  idOf(at: HookAtMoment): string {
    const id = this.#expected.get(keyOf(at)) ?? randomUUID();
    this.#expected.delete(keyOf(at));
    return id;
  }

  /** Commits that a hook begins, so that who looks after a crash finds it begun. Returns the id of its row. */
  async begin(at: HookAtMoment): Promise<string> {
    const id = this.idOf(at);
    const startedAt = new Date().toISOString();
    await this.#write(this.#row(at, id, { status: "started", attempts: 1, startedAt, durationMs: null, error: null }));
    return id;
  }

  /** A hook has ended outside of the migration's transaction. */
  async end(execution: HookExecution): Promise<void> {
    this.#executions.push(execution);
    await this.#write(this.#textOf(execution));
  }

  /** A hook has ended inside of the migration's transaction, and is recorded with its end. */
  endInside(execution: HookExecution): void {
    this.#inside.push(execution);
  }

  /** SQL that records a hook with the commit of its own transaction; nothing while our table is not there yet. */
  textWithCommit(execution: HookExecution): string {
    return this.#send === undefined ? "" : this.#textOf(execution);
  }

  /** SQL of what ran inside the transaction, to be sent with its COMMIT. */
  textOfInside(): string {
    return this.#inside.map((execution) => this.#textOf(execution)).join("\n");
  }

  get ranInside(): boolean {
    return this.#inside.length > 0;
  }

  committed(): void {
    this.#executions.push(...this.#inside.splice(0));
  }

  /** What ran inside is gone with the transaction. That a hook failed has happened all the same, and is recorded. */
  async rolledBack(): Promise<void> {
    const gone = this.#inside.splice(0).map((execution) => ({
      ...execution,
      rolledBack: execution.rolledBack || execution.connection === "migration",
    }));
    this.#executions.push(...gone);
    const failed = gone.filter(({ status }) => status === "failed" || status === "timeout" || status === "cancelled");
    if (failed.length > 0) await this.#write(failed.map((execution) => this.#textOf(execution)).join("\n"));
  }

  /** What ran inside an attempt that is made again: it will run again with it. */
  forgetInside(): void {
    this.#inside = [];
  }

  /** SQL that says, with the commit of a migration, which hooks are due behind it. */
  expect(due: readonly HookAtMoment[]): string {
    if (!this.#writes) return "";
    const texts = due.map((at) => {
      const id = randomUUID();
      this.#expected.set(keyOf(at), id);
      return this.#row(at, id, { status: "expected", attempts: 0, startedAt: null, durationMs: null, error: null });
    });
    return texts.join("\n");
  }

  #textOf(execution: HookExecution): string {
    if (!this.#writes) return "";
    const { event, hook, version, connection } = execution;
    return this.#row({ hook: { id: hook, connection }, event, version }, execution.id, execution);
  }

  #row(at: HookAtMoment, id: string, row: Row): string {
    const { ownSchema, executionId } = this.#options;
    const { hook, event, version } = at;
    return putHookRecord(ownSchema, {
      id,
      executionId,
      version,
      event,
      hook: hook.id,
      connection: hook.connection,
      status: row.status,
      attempts: row.attempts,
      startedAt: row.startedAt,
      durationMs: row.durationMs,
      error: row.error,
    });
  }

  async #write(text: string): Promise<void> {
    if (!this.#writes || text === "") return;
    if (this.#send === undefined) {
      this.#waiting.push(text);
      return;
    }
    // What a hook did has happened, whether it can be written or not; the outcome tells of it in any case.
    await this.#send(text).catch(() => undefined);
  }
}

function keyOf({ hook, event, version }: HookAtMoment): string {
  return JSON.stringify([event, hook.id, version]);
}
