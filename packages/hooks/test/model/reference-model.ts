import type { EventOptions, FailureStrategy, RetryOptions, TriggerRule } from "@confiture/hooks";

/** What one attempt does when nobody stops it. */
export interface ScriptedAttempt {
  readonly ends: "completed" | "failed" | "failed for good";
  /** 0 for a hook that returns without a promise. */
  readonly ms: number;
}

/** A hook as the model knows it: what it asks for, and what it will do. */
export interface ModelHook {
  readonly id: string;
  readonly priority: number;
  readonly dependsOn: readonly string[];
  readonly triggerRule: TriggerRule;
  readonly timeoutMs?: number;
  readonly attemptTimeoutMs?: number;
  readonly retry?: RetryOptions;
  readonly circuitBreaker?: { readonly failureThreshold: number; readonly recoveryTimeoutMs: number };
  /** The last one again and again. */
  readonly script: readonly ScriptedAttempt[];
  /** How long it takes to end when it is told to; undefined for one that does not listen. */
  readonly stopsInMs: number | undefined;
}

export interface ModelEvent {
  readonly strategy: "sequential" | "parallel" | "parallel_with_deps";
  readonly errors: FailureStrategy | "retry";
  readonly maxParallelHooks: number;
  readonly timeoutPerHookMs: number;
  readonly timeoutPerPhaseMs: number;
  readonly graceMs: number;
  readonly retry: RetryOptions;
}

export const random = (): number => 0.5;

interface Circuit {
  failures: number;
  openedAt?: number;
  isTried: boolean;
}

/** What an execution looks like from outside. */
export interface Expected {
  /** `time status hook attempt reason`, one for each entry of the log. */
  readonly lines: readonly string[];
  readonly status: string;
  readonly alerts: readonly string[];
  readonly endsAt: number;
  /** Whether things that have nothing to do with each other came at the same time: their order says nothing about the rules. */
  readonly hasTies: boolean;
}

type Told = { readonly status: "timeout"; readonly limit: string } | { readonly status: "cancelled" };

interface Running {
  readonly hook: ModelHook;
  readonly until: number;
  attempt: number;
  told?: Told | undefined;
  isPausing: boolean;
  /** Set to ignore what was to happen to it. */
  due: Set<object>;
}

/** The whole semantics once more, as a list of things that happen at certain times: no promises, no signals, no timers. */
export class ReferenceModel {
  readonly #order: readonly ModelHook[];
  readonly #event: ModelEvent;
  readonly #circuits = new Map<string, Circuit>();

  constructor(registered: readonly ModelHook[], event: ModelEvent) {
    this.#event = event;
    const left = [...registered];
    const order: ModelHook[] = [];
    while (left.length > 0) {
      const free = left.filter(({ dependsOn }) => dependsOn.every((id) => order.some((placed) => placed.id === id)));
      const [next] = free.sort((one, other) => one.priority - other.priority) as [ModelHook];
      order.push(next);
      left.splice(left.indexOf(next), 1);
    }
    this.#order = order;
    for (const { id, circuitBreaker } of registered)
      if (circuitBreaker) this.#circuits.set(id, { failures: 0, isTried: false });
  }

  trigger(from: number, cancelAt: number | undefined): Expected {
    return new Execution(this.#order, this.#event, this.#circuits).run(from, cancelAt);
  }
}

interface Due {
  readonly at: number;
  readonly happens: () => void;
  /** What brought it about, if that brought about others at the same time, one behind the other. */
  readonly because: unknown;
}

class Execution {
  readonly lines: string[] = [];
  readonly alerts: string[] = [];
  readonly #results = new Map<string, string>();
  readonly #dues = new Set<Due>();
  /** In the order in which they would be told to stop. */
  readonly #running = new Set<Running>();
  #now = 0;
  #stop: Told | undefined;
  #status = "completed";
  #hasTies = false;

  constructor(
    readonly order: readonly ModelHook[],
    readonly event: ModelEvent,
    readonly circuits: ReadonlyMap<string, Circuit>,
  ) {}

  run(from: number, cancelAt: number | undefined): Expected {
    this.#now = from;
    this.note("phase_started");
    for (const { id } of this.order) this.note("pending", id);
    if (cancelAt !== undefined) this.after(cancelAt, () => this.stopAll("cancelled", { status: "cancelled" }));
    this.after(this.event.timeoutPerPhaseMs, () => this.stopAll("timed_out", { status: "timeout", limit: "phase" }));
    this.begin();
    while (this.#running.size > 0) {
      const next = [...this.#dues].reduce((first, due) => (due.at < first.at ? due : first));
      this.#hasTies ||= [...this.#dues].some(
        (due) => due !== next && due.at === next.at && (due.because === undefined || due.because !== next.because),
      );
      this.#dues.delete(next);
      this.#now = next.at;
      next.happens();
    }
    for (const { id } of this.order) if (!this.#results.has(id)) this.end(id, "skipped", "phase_ended");
    this.note(`phase_${this.#status}`);
    return { lines: this.lines, status: this.#status, alerts: this.alerts, endsAt: this.#now, hasTies: this.#hasTies };
  }

  begin(): void {
    const room = this.event.strategy === "sequential" ? 1 : this.event.maxParallelHooks;
    while (this.#running.size < room && this.#stop === undefined) {
      const hook = this.order.find(
        ({ id, dependsOn }) =>
          !this.#results.has(id) &&
          ![...this.#running].some((running) => running.hook.id === id) &&
          dependsOn.every((other) => this.#results.has(other)),
      );
      if (hook === undefined) return;
      const reason = this.reasonToSkip(hook);
      if (reason === undefined) this.beginAttempt(hook);
      else {
        this.end(hook.id, "skipped", reason);
        if (reason === "circuit_open") this.judge(hook);
      }
    }
  }

  reasonToSkip({ id, dependsOn, triggerRule, circuitBreaker }: ModelHook): string | undefined {
    const above = dependsOn.map((other) => this.#results.get(other) ?? "");
    const bad = above.some((result) => !/^(completed|skipped circuit_open|skipped upstream_skipped)/.test(result));
    if (bad && triggerRule !== "all_done") return "upstream_failed";
    if (triggerRule === "all_success" && above.some((result) => result.startsWith("skipped")))
      return "upstream_skipped";
    const circuit = this.circuits.get(id);
    if (circuit?.openedAt === undefined || circuitBreaker === undefined) return undefined;
    if (this.#now - circuit.openedAt < circuitBreaker.recoveryTimeoutMs) return "circuit_open";
    circuit.isTried = true;
    this.note("circuit_half_open", id);
    return undefined;
  }

  beginAttempt(hook: ModelHook, before?: Running): void {
    const until = before?.until ?? this.#now + (hook.timeoutMs ?? this.event.timeoutPerHookMs);
    const running: Running = { hook, until, attempt: (before?.attempt ?? 0) + 1, isPausing: false, due: new Set() };
    this.#running.add(running);
    this.note("started", hook.id, running.attempt);
    const script = hook.script[Math.min(running.attempt, hook.script.length) - 1] as ScriptedAttempt;
    this.after(script.ms, () => this.settle(running, script.ends), running);
    if (script.ms === 0) return;
    const left = until - this.#now;
    const own = hook.attemptTimeoutMs ?? left;
    const limit = own < left ? "attempt" : "hook";
    this.after(Math.min(own, left), () => this.tell(running, { status: "timeout", limit }), running);
  }

  /** It is to end: it does so in its own time, or when it would have anyway, or is given up. */
  tell(running: Running, told: Told): void {
    if (running.told !== undefined) return;
    running.told = told;
    if (running.isPausing) {
      this.clear(running);
      this.after(0, () => this.settle(running, "failed"), running, told);
      return;
    }
    const { stopsInMs } = running.hook;
    if (stopsInMs !== undefined) {
      this.clear(running);
      this.after(stopsInMs, () => this.settle(running, "failed"), running);
    }
    this.after(this.event.graceMs, () => this.settle(running, "abandoned"), running, told);
  }

  settle(running: Running, ends: ScriptedAttempt["ends"] | "abandoned"): void {
    this.clear(running);
    const { hook, attempt, told } = running;
    const delayMs = this.pauseBehind(running, ends);
    if (delayMs !== undefined) {
      this.note("retrying", hook.id, attempt);
      this.#running.delete(running);
      const pausing = { ...running, told: undefined, isPausing: true, due: new Set<object>() };
      this.#running.add(pausing);
      const goOn = () => {
        this.#running.delete(pausing);
        this.beginAttempt(hook, pausing);
      };
      this.after(delayMs, goOn, pausing);
      return;
    }
    this.#running.delete(running);
    const status = told?.status ?? (ends === "completed" ? "completed" : "failed");
    const reasons = [told?.status === "timeout" ? told.limit : "", ends === "abandoned" ? "hook abandoned" : ""];
    this.end(hook.id, status, reasons.filter(Boolean).join(", "), attempt);
    this.turnCircuit(hook, status, told);
    if (status === "failed" || status === "timeout") this.judge(hook);
    this.begin();
  }

  pauseBehind({ hook, attempt, told, until, isPausing }: Running, ends: string): number | undefined {
    if (!this.isRetried(hook) || isPausing || this.#stop !== undefined || ends === "abandoned") return undefined;
    const retryable = told === undefined ? ends === "failed" : told.status === "timeout" && told.limit === "attempt";
    const retry = {
      maxAttempts: 3,
      initialDelayMs: 100,
      maxDelayMs: 30_000,
      backoffMultiplier: 2,
      ...this.event.retry,
      ...hook.retry,
    };
    if (!retryable || attempt >= retry.maxAttempts) return undefined;
    const most = Math.min(retry.maxDelayMs, retry.initialDelayMs * retry.backoffMultiplier ** (attempt - 1));
    return this.#now + random() * most < until ? random() * most : undefined;
  }

  isRetried(hook: ModelHook): boolean {
    return hook.retry !== undefined || this.event.errors === "retry";
  }

  turnCircuit(hook: ModelHook, status: string, told: Told | undefined): void {
    const circuit = this.circuits.get(hook.id);
    if (circuit === undefined || hook.circuitBreaker === undefined) return;
    const wasTried = circuit.isTried;
    circuit.isTried = false;
    if (status === "cancelled" || (told?.status === "timeout" && told.limit === "phase")) return;
    if (status === "completed") {
      if (circuit.openedAt !== undefined) this.note("circuit_closed", hook.id);
      circuit.failures = 0;
      delete circuit.openedAt;
      return;
    }
    circuit.failures += 1;
    if (!wasTried && circuit.failures !== hook.circuitBreaker.failureThreshold) return;
    circuit.openedAt = this.#now;
    this.note("circuit_open", hook.id);
  }

  judge(hook: ModelHook): void {
    if (this.#stop !== undefined) return;
    const exhausted = this.isRetried(hook) ? { ...this.event.retry, ...hook.retry }.onExhausted : undefined;
    const strategy = exhausted ?? (this.event.errors === "retry" ? "fail_fast" : this.event.errors);
    if (strategy === "alert_only") this.alerts.push(hook.id);
    if (strategy === "fail_fast") this.stopAll("failed", { status: "cancelled" });
  }

  stopAll(status: string, told: Told): void {
    if (this.#stop !== undefined) return;
    this.#stop = told;
    this.#status = status;
    for (const running of [...this.#running]) this.tell(running, told);
  }

  end(id: string, status: string, reason: string, attempt?: number): void {
    this.#results.set(id, `${status} ${reason}`);
    this.note(status, id, attempt, reason);
  }

  note(status: string, id = "", attempt: number | undefined = undefined, reason = ""): void {
    this.lines.push(lineOf({ at: this.#now, status, hookId: id, attempt, reason }));
  }

  after(ms: number, happens: () => void, running?: Running, because?: Told): void {
    const due = { at: this.#now + ms, happens, because };
    this.#dues.add(due);
    running?.due.add(due);
  }

  clear(running: Running): void {
    for (const due of running.due) this.#dues.delete(due as Due);
    running.due.clear();
  }
}

/** How an entry of the log is compared. */
export function lineOf(entry: {
  readonly at: number;
  readonly status: string;
  readonly hookId?: string | undefined;
  readonly attempt?: number | undefined;
  readonly reason?: string | undefined;
}): string {
  const { at, status, hookId = "", attempt = "", reason = "" } = entry;
  return `${at} ${status} ${hookId} ${attempt} ${reason}`.trimEnd();
}

/** The options that make an engine run by the same rules. */
export function optionsOf(event: ModelEvent): EventOptions {
  const { maxParallelHooks, ...rest } = event;
  return event.strategy === "sequential" ? rest : { ...rest, maxParallelHooks };
}
