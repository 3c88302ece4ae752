import type { Session } from "@confiture/model";
import type { Range, Walk } from "./walk.js";

export interface BatchSize {
  readonly rows: number;
  /** Batches that take longer are cut smaller, so that nobody waits for their rows for long. */
  readonly maxDurationMs: number;
}

export interface CutBatch {
  readonly range: Range;
  /** How many rows it was cut for; the last of a range may hold fewer. */
  readonly rows: number;
}

/** Hands out batches one after another to whoever asks, and learns from how long they take. */
export class BatchCutter {
  readonly #ranges: Range[];
  #rows: number;
  #cutting: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly session: Session,
    private readonly walk: Walk,
    private readonly size: BatchSize,
    ranges: readonly Range[],
  ) {
    this.#ranges = [...ranges];
    this.#rows = size.rows;
  }

  /** Undefined when nothing is left. Workers share one session for it, so they take turns. */
  next(): Promise<CutBatch | undefined> {
    const turn = this.#cutting.then(() => this.#cut());
    this.#cutting = turn.catch(() => undefined);
    return turn;
  }

  /** Halves the size behind a batch that was slow, and lets it grow again behind fast ones. */
  learn({ rows }: CutBatch, durationMs: number): void {
    if (durationMs > this.size.maxDurationMs) this.#rows = Math.max(1, Math.min(this.#rows, Math.ceil(rows / 2)));
    else if (durationMs < this.size.maxDurationMs / 2)
      this.#rows = Math.min(this.size.rows, Math.ceil(this.#rows * 1.5));
  }

  async #cut(): Promise<CutBatch | undefined> {
    const [range] = this.#ranges;
    if (range === undefined) return undefined;
    const rows = this.#rows;
    const upper = await this.walk.pieceEnd(this.session, range, rows);
    if (JSON.stringify(upper) === JSON.stringify(range.upper)) this.#ranges.shift();
    else this.#ranges[0] = { lower: upper, upper: range.upper };
    return { range: { lower: range.lower, upper }, rows };
  }
}
