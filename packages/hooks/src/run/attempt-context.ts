import { copyPlain, shareUnchanged } from "../data/share-unchanged.js";
import type { Draft } from "../define/plain-data.js";
import { HookError } from "../errors/hook-error.js";
import type { Attempt } from "./attempt.js";
import type { AnyContext } from "./engine.js";
import type { HookOutcome } from "./hook-outcome.js";
import { nestedRequestOf } from "./trigger-request.js";

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
    const nested = startNested(attempt, event, data, options);
    attempt.addNested(nested);
    return nested;
  };
}

async function startNested(attempt: Attempt, event: string, data: unknown, options: object) {
  attempt.refuseAfterEnd("trigger");
  const { phase, hook, stop } = attempt;
  const { engine, request } = phase;
  const chain = [...(request.parent?.chain ?? []), { event: hook.event, hookId: hook.id }];
  const asked = nestedRequestOf(engine, event, data, options);
  const path = () => [...chain.map((link) => `${link.event}:${link.hookId}`), event].join(" → ");
  const again = engine.planOf(event).hooks.find(({ id }) => chain.some(({ hookId }) => hookId === id));
  if (again !== undefined) {
    throw new HookError("CONFITURE_HOOK_LOOP", `${event}: hook ${again.id} would run within itself: ${path()}.`, {
      hint: "Break the chain: one of these hooks must not trigger the next event.",
      event,
      hookId: again.id,
    });
  }
  if (chain.length > engine.maxDepth) {
    throw new HookError(
      "CONFITURE_HOOK_DEPTH",
      `${event}: events trigger events more deeply than ${engine.maxDepth}: ${path()}.`,
      {
        hint: "Break the chain, or raise `maxDepth`.",
        event,
        hookId: hook.id,
      },
    );
  }
  return engine.run({
    ...asked,
    metadata: { ...attempt.metadata, ...asked.metadata },
    around: request.around,
    parent: {
      triggeredBy: { executionId: request.executionId, phase: phase.number, hookId: hook.id },
      chain,
      stop,
    },
  });
}

function changed({ phase, hook, data }: Attempt, change: (draft: Draft<unknown>) => unknown): unknown {
  const { id, event } = hook;
  const refuse = (why: string, hint: string) =>
    new HookError("CONFITURE_HOOK_UPDATE_REFUSED", `${event}: hook ${id} ${why}.`, { hint, event, hookId: id });
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
  return shareUnchanged(data, draft, event);
}
