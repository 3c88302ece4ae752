import { Pauses } from "../record/pauses.js";
import { pause } from "./backoff.js";
import { cancelledError } from "./cancel-on-abort.js";
import type { ExecutingRun } from "./run.js";
import type { RunMoments } from "./run-moments.js";
import { asOurselves } from "./session-settings.js";

/** Between two looks for a request: short migrations are not made longer by looking behind each. */
const lookEveryMs = 250;
/** How often a run that stands still looks whether it may go on. */
const lookAgainMs = 100;

/** Where a run has come to. */
export interface PausePlace {
  /** The migration that is next, or goes on. */
  readonly version: string;
  /** Versions that are done. */
  readonly completed: readonly string[];
}

/** The points of a run at which it may stand still: no transaction is open, and what is done is committed and recorded. */
export class PausePoints {
  readonly #run: ExecutingRun;
  readonly #moments: RunMoments;
  #lookedAt: number;
  #wanted: string | undefined;

  constructor(run: ExecutingRun, moments: RunMoments) {
    this.#run = run;
    this.#moments = moments;
    this.#lookedAt = run.options.now();
  }

  /** What was asked of runs before this one is not asked of this one. */
  async open(): Promise<void> {
    const { session, options, lockedAt } = this.#run;
    await new Pauses(session, options.ownSchema).endAll(lockedAt);
  }

  /** Asks for a pause from within: at the next point. */
  want(because: string): void {
    this.#wanted ??= because;
  }

  /**
   * Stands still here if somebody has asked for it, until somebody lets it go on.
   *
   * @throws CONFITURE_CANCELLED when the run is aborted meanwhile
   */
  async reach(place: PausePlace): Promise<void> {
    const { options } = this.#run;
    if (this.#wanted === undefined && options.now() - this.#lookedAt < lookEveryMs) return;
    this.#lookedAt = options.now();
    const asked = await this.#asOwner((pauses) => this.#take(pauses, place));
    if (asked === undefined) return;
    const pausedAt = options.now();
    options.emit({ kind: "run-paused", version: place.version, because: asked.because });
    await this.#write("run_paused", place.version, { because: asked.because });
    await this.#moments.paused(place.completed, asked.because);
    await this.#standStill(asked.id);
    const pausedMs = options.now() - pausedAt;
    options.emit({ kind: "run-resumed", version: place.version, pausedMs });
    await this.#write("run_resumed", place.version, { pausedMs: Math.round(pausedMs) });
    await this.#moments.resumed(place.completed);
    this.#lookedAt = options.now();
  }

  async #take(pauses: Pauses, { version }: PausePlace): Promise<{ id: string; because: string } | undefined> {
    const because = this.#wanted;
    this.#wanted = undefined;
    // Written down as well, so that whoever lets runs go on finds it.
    const asked = because === undefined ? await pauses.open() : await pauses.request(because);
    if (asked !== undefined) await pauses.begin(asked.id, this.#run.options.executionId, version);
    return asked;
  }

  async #standStill(id: string): Promise<void> {
    const { signal } = this.#run.options;
    for (;;) {
      await pause(lookAgainMs, signal);
      const goesOn = await this.#asOwner(async (pauses) => {
        const { isResumeWanted, isOver } = await pauses.find(id);
        const may = isResumeWanted || isOver || signal?.aborted === true;
        if (may) await pauses.endAll();
        return may;
      });
      if (signal?.aborted === true) throw cancelledError();
      if (goesOn) return;
    }
  }

  async #write(kind: "run_paused" | "run_resumed", version: string, details: Record<string, unknown>): Promise<void> {
    const event = this.#run.journal.event({ kind, version, details });
    await this.#asOwner(() => this.#run.session.query(event));
  }

  /** In a transaction of its own, as ourselves: a migration under way may have taken another role. */
  async #asOwner<Answer>(work: (pauses: Pauses) => Promise<Answer>): Promise<Answer> {
    const { session, options, settings } = this.#run;
    await session.query(`begin;\n${asOurselves(settings)}`);
    try {
      const answer = await work(new Pauses(session, options.ownSchema));
      await session.query("commit");
      return answer;
    } catch (error) {
      await session.query("rollback").catch(() => undefined);
      throw error;
    }
  }
}
