import { copyPlain, shareUnchanged } from "../data/share-unchanged.js";
import type { Draft } from "../define/plain-data.js";
import { HookError, hookError } from "../errors/hook-error.js";
import type { Attempt } from "./attempt.js";
import type { AnyContext } from "./engine.js";
import type { HookOutcome } from "./hook-outcome.js";
import { type Asked, requestOf } from "./trigger-request.js";

/** What the hook itself gets to see. `update` and `trigger` may be taken out of it. */
export class AttemptContext implements AnyContext {
  readonly #attempt: Attempt;
  readonly event: string;
  readonly executionId: string;
  readonly parentExecutionId: string | undefined;
  readonly hookId: string;
  readonly timestamp: number;
  readonly attempt: number;

  constructor(attempt: Attempt) {
    const { hook, phase, startedAt, number } = attempt;
    this.#attempt = attempt;
    this.event = hook.event;
    this.executionId = phase.request.executionId;
    this.parentExecutionId = phase.request.parent?.triggeredBy.executionId;
    this.hookId = hook.id;
    this.timestamp = startedAt;
    this.attempt = number;
  }

  // Assigning to these throws: a hook that means to change the data finds out that this is not the way.
  get data(): unknown {
    return this.#attempt.data;
  }

  get signal(): AbortSignal {
    return this.#attempt.stop.signal;
  }

  get metadata(): object {
    return this.#attempt.metadata;
  }

  readonly update = (change: (draft: Draft<unknown>) => unknown): void => {
    const attempt = this.#attempt;
    attempt.refuseAfterEnd("update");
    try {
      attempt.data = changed(attempt, change);
    } catch (error) {
      if (error instanceof HookError) attempt.refusal ??= error;
      throw error;
    }
  };

  readonly trigger = (event: string, data: unknown, options: object = {}): Promise<HookOutcome<unknown>> => {
    const attempt = this.#attempt;
    const nested = startNested(attempt, { event, data, options });
    attempt.addNested(nested);
    return nested;
  };
}

async function startNested(attempt: Attempt, asked: Asked): Promise<HookOutcome<unknown>> {
  attempt.refuseAfterEnd("trigger");
  const { phase, hook, stop, metadata } = attempt;
  const { engine, request } = phase;
  const chain = [...(request.parent?.chain ?? []), { event: hook.event, hookId: hook.id }];
  const triggeredBy = { executionId: request.executionId, phase: phase.number, hookId: hook.id };
  const nested = requestOf(engine, asked, { triggeredBy, chain, stop });
  const path = () => [...chain.map((link) => `${link.event}:${link.hookId}`), nested.event].join(" → ");
  const again = engine.planOf(nested.event).hooks.find(({ id }) => chain.some(({ hookId }) => hookId === id));
  if (again !== undefined) {
    const why = `would run within itself: ${path()}`;
    throw hookError("CONFITURE_HOOK_LOOP", again, why, "One of these hooks must not trigger the next event.");
  }
  if (chain.length > engine.maxDepth) {
    const why = `triggers events more deeply than ${engine.maxDepth}: ${path()}`;
    throw hookError("CONFITURE_HOOK_DEPTH", hook, why, "Break the chain, or raise `maxDepth`.");
  }
  return engine.run({
    ...nested,
    metadata: Object.freeze({ ...metadata, ...nested.metadata }),
    around: request.around,
  });
}

function changed({ phase, hook, data }: Attempt, change: (draft: Draft<unknown>) => unknown): unknown {
  const refuse = (why: string, hint: string) => hookError("CONFITURE_HOOK_UPDATE_REFUSED", hook, why, hint);
  if (phase.policy.mutation === "immutable") {
    throw refuse("may not change the data", "Set the event's `mutation` to mutable or copy_on_write.");
  }
  if (typeof change !== "function") throw refuse("called `update` without a function", "update((draft) => { … })");
  const draft = copyPlain(data);
  const returned = change(draft);
  if (returned instanceof Promise) {
    // What it throws later changes nothing: the hook has failed already.
    returned.catch(() => undefined);
    throw refuse("changes the data in an async function", "Await first, and call `update` with what came of it.");
  }
  return shareUnchanged(data, draft, hook.event);
}
