import {
  aFunction,
  anObject,
  type Check,
  checkShape,
  strings,
  wholeNumber,
  withFunctions,
} from "../define/check-shape.js";
import { HookError } from "../errors/hook-error.js";
import { hookFields } from "./check-hook.js";
import { checkEventOptions } from "./event-policy.js";
import type { AnyOptions } from "./hooks-options.js";

const shape = {
  vocabulary: strings,
  // What these hold is looked at one by one, to name the event or the field.
  defaults: anObject,
  events: anObject,
  fields: anObject,
  onAlert: aFunction,
  logger: withFunctions("debug", "info", "warn", "error"),
  logSize: wholeNumber(1, 10_000_000),
  maxDepth: wholeNumber(1, 100),
  clock: withFunctions("now", "setTimeout", "clearTimeout"),
  random: aFunction,
  createId: aFunction,
} satisfies Record<keyof AnyOptions, Check>;

/** Refuses options of `createHooks` that are unknown or wrong. What they mean together is the policies' to judge. */
export function checkOptions(options: AnyOptions): void {
  const refuse = (what: string) => new HookError("CONFITURE_HOOK_OPTION", `createHooks: ${what}.`);
  const wrong = checkShape(options, shape);
  if (wrong !== undefined) throw refuse(`the bag of options ${wrong}`);
  const { vocabulary, defaults = {}, events = {}, fields = {} } = options;
  checkEventOptions("defaults", defaults);
  for (const [event, own] of Object.entries(events)) {
    checkEventOptions(event, own);
    if (vocabulary?.includes(event) === false) throw refuse(`${event} has options, and is no event of the vocabulary`);
  }
  for (const [field, check] of Object.entries(fields)) {
    if (hookFields.includes(field)) throw refuse(`the field ${field} is one that every hook has`);
    if (typeof check !== "function") throw refuse(`the field ${field} has no function that checks it`);
  }
}
