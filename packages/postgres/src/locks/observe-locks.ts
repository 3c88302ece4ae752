import type { LockObserver, ObserveLocksOptions, OwnedSession } from "@confiture/model";
import { LockRecord } from "./lock-record.js";
import { readLockSample } from "./read-lock-sample.js";

/** Opens a session of its own and watches one backend with it until disposed. */
export async function observeLocks(
  openSession: () => Promise<OwnedSession>,
  pid: number,
  options: ObserveLocksOptions = {},
): Promise<LockObserver> {
  const observation = new Observation(openSession, await openSession(), pid, options);
  await observation.begin();
  return observation;
}

class Observation implements LockObserver {
  #record = new LockRecord();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  readonly #cancelling = new Set<Promise<void>>();
  #stopped = false;
  #incomplete: string | undefined;

  constructor(
    private readonly openSession: () => Promise<OwnedSession>,
    private readonly session: OwnedSession,
    private readonly pid: number,
    private readonly options: ObserveLocksOptions,
  ) {}

  /** The first sample, so that an observer that cannot see says so before anything runs. */
  async begin(): Promise<void> {
    try {
      // A catalog under an exclusive lock (VACUUM FULL pg_class) must not hold the observer for ever; a plan made once
      // keeps a sample cheap.
      await this.session.query("set statement_timeout = '5s'; set jit = off; set max_parallel_workers_per_gather = 0");
      await this.#sample();
    } catch (error) {
      await this.session[Symbol.asyncDispose]();
      throw error;
    }
    this.#schedule();
  }

  get incomplete(): string | undefined {
    return this.#incomplete;
  }

  lastWait() {
    return this.#record.lastWait;
  }

  heldLocks() {
    return this.#record.heldLocks();
  }

  waitedMs() {
    return this.#record.waitedMs;
  }

  reset(): void {
    this.#record = new LockRecord();
  }

  async sampleNow(): Promise<void> {
    if (this.#stopped) return;
    await this.#running;
    await this.#guardedSample();
  }

  cancel(): Promise<void> {
    const cancelling = this.#cancel().finally(() => this.#cancelling.delete(cancelling));
    this.#cancelling.add(cancelling);
    return cancelling;
  }

  async #cancel(): Promise<void> {
    // Our own session may have died with the network; cancelling matters more than reusing it.
    const own = this.#stopped ? await this.openSession() : undefined;
    try {
      await (own ?? this.session).query("select pg_catalog.pg_cancel_backend($1)", [this.pid]);
    } finally {
      await own?.[Symbol.asyncDispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    // What was cancelled ends before the query that cancelled it; whoever asked hears of a failure himself.
    await Promise.allSettled(this.#cancelling);
    await this.session[Symbol.asyncDispose]();
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#guardedSample().finally(() => {
        this.#running = undefined;
        this.#schedule();
      });
    }, this.options.everyMs ?? 50);
    // A forgotten observer must not keep a finished program alive.
    this.#timer.unref();
  }

  /** A failed sample ends the observation, visibly: what was seen stays, and `incomplete` says why there is no more. */
  async #guardedSample(): Promise<void> {
    try {
      await this.#sample();
    } catch (error) {
      if (isTimeout(error)) return;
      this.#stopped = true;
      clearTimeout(this.#timer);
      this.#incomplete ??= `The lock observer stopped: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async #sample(): Promise<void> {
    const record = this.#record;
    const sample = await readLockSample(this.session, this.pid);
    const wait = record.add(sample, performance.now());
    // After a reset in between, this sample belongs to the attempt before.
    if (wait !== undefined && record === this.#record && !this.#stopped) this.options.onWaiting?.(wait);
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "57014";
}
