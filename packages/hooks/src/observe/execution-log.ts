import { type Check, checkShape, nonEmptyString, strings } from "../define/check-shape.js";
import { HookError } from "../errors/hook-error.js";
import { publishEntry } from "./channels.js";
import type { HookLogEntry, HookLogStatus } from "./hook-log-entry.js";

/** Entries that have all that is given. */
export interface HookLogFilter {
  readonly executionId?: string;
  readonly event?: string;
  readonly hookId?: string;
  readonly status?: HookLogStatus | readonly HookLogStatus[];
}

const filterShape = {
  executionId: nonEmptyString,
  event: nonEmptyString,
  hookId: nonEmptyString,
  status: (value) => strings([value].flat()),
} satisfies Record<keyof HookLogFilter, Check>;

/** Keeps the latest entries, and forgets the oldest for each that comes. */
export class ExecutionLog {
  readonly #size: number;
  readonly #kept: HookLogEntry[] = [];
  #count = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** The number of the next entry. */
  get next(): number {
    return this.#count;
  }

  add(entry: HookLogEntry): void {
    this.#kept[this.#count % this.#size] = entry;
    this.#count += 1;
    publishEntry(entry);
  }

  /** In the order in which they happened. */
  entries(filter: HookLogFilter = {}): readonly HookLogEntry[] {
    const wrong = checkShape(filter, filterShape);
    if (wrong !== undefined) throw new HookError("CONFITURE_HOOK_OPTION", `log: the filter ${wrong}.`);
    const oldest = this.#count > this.#size ? this.#count % this.#size : 0;
    const inOrder = [...this.#kept.slice(oldest), ...this.#kept.slice(0, oldest)];
    const statuses = filter.status === undefined ? undefined : [filter.status].flat();
    return inOrder.filter(
      (entry) =>
        (filter.executionId === undefined || entry.executionId === filter.executionId) &&
        (filter.event === undefined || entry.event === filter.event) &&
        (filter.hookId === undefined || entry.hookId === filter.hookId) &&
        (statuses === undefined || statuses.includes(entry.status)),
    );
  }
}
