import type { HookAlert } from "../register/hooks-options.js";
import { type HookLogEntry, type HookLogStatus, loggedError } from "./hook-log-entry.js";
import type { HookLogger } from "./hook-logger.js";

const levels: Readonly<Record<HookLogStatus, keyof HookLogger>> = {
  phase_started: "debug",
  phase_completed: "info",
  phase_failed: "error",
  phase_timed_out: "error",
  phase_cancelled: "warn",
  pending: "debug",
  started: "debug",
  retrying: "warn",
  completed: "debug",
  failed: "error",
  timeout: "error",
  cancelled: "warn",
  skipped: "warn",
  conflict: "warn",
  late: "warn",
  circuit_open: "warn",
  circuit_half_open: "info",
  circuit_closed: "info",
};

/** Tells the owner's logger and alerts. One that throws does no harm to the hooks: it is told once, as a warning of the process. */
export class Reporter {
  readonly #logger: HookLogger | undefined;
  readonly #onAlert: ((alert: HookAlert) => void) | undefined;
  #hasWarned = false;

  constructor(logger: HookLogger | undefined, onAlert: ((alert: HookAlert) => void) | undefined) {
    this.#logger = logger;
    this.#onAlert = onAlert;
  }

  tell(entry: HookLogEntry): void {
    const logger = this.#logger;
    if (logger === undefined) return;
    const facts = Object.fromEntries(Object.entries(entry).filter(([, fact]) => fact !== undefined));
    this.#guard(() => logger[levels[entry.status]](sentenceOf(entry), facts));
  }

  alert(alert: HookAlert): void {
    this.#guard(() => this.#onAlert?.(alert));
  }

  #guard(call: () => unknown): void {
    try {
      const returned = call();
      if (returned instanceof Promise) returned.catch((error: unknown) => this.#warn(error));
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    globalThis.process?.emitWarning(`a logger or onAlert of hooks failed: ${loggedError(error).message}`);
  }
}

function sentenceOf({ event, hookId, status, reason, error }: HookLogEntry): string {
  const subject = hookId === undefined ? event : `${event}: ${hookId}`;
  const why = [reason, error?.message].filter((part) => part !== undefined).join(", ");
  return `${subject} ${status.replaceAll("_", " ")}${why === "" ? "" : ` (${why})`}`;
}
