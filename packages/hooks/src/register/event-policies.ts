import { nameOf } from "../define/check-shape.js";
import { HookError } from "../errors/hook-error.js";
import { type EventPolicy, eventPolicy } from "./event-policy.js";
import type { AnyOptions } from "./hooks-options.js";

/**
 * The policy of each event. Those that have options of their own are made at once, so that what does not go together is refused when the
 * hooks are created; the rest follow the defaults. Throws for an event that is not of the vocabulary.
 */
export function eventPolicies({
  vocabulary,
  defaults = {},
  events = {},
  onAlert,
}: AnyOptions): (event: string) => EventPolicy {
  const canAlert = onAlert !== undefined;
  const known = vocabulary === undefined ? undefined : new Set(vocabulary);
  const usual = eventPolicy({ name: "defaults", defaults, own: {}, canAlert });
  const own = new Map(
    Object.entries(events).map(([name, options = {}]) => [
      name,
      eventPolicy({ name, defaults, own: options, canAlert }),
    ]),
  );
  return (event) => {
    if (typeof event !== "string" || event === "" || known?.has(event) === false) throw unknownEvent(event, vocabulary);
    return own.get(event) ?? usual;
  };
}

function unknownEvent(event: unknown, vocabulary: readonly string[] | undefined): HookError {
  return new HookError("CONFITURE_HOOK_EVENT_UNKNOWN", `${nameOf(event)} is no event.`, {
    hint: vocabulary === undefined ? "An event is named by a string." : `Known are ${vocabulary.join(", ")}.`,
  });
}
