import { hasStorage, type Relation, relationName, type Trigger, withDescendants } from "../effects/picture/relation.js";
import { respell } from "../effects/picture/spelled-name.js";
import { blankComments } from "../split/blank-comments.js";
import type { SaferContext, Target } from "./safer-context.js";

/**
 * What would keep an UPDATE from reaching every row of the table, which PostgreSQL's own rewrite does; undefined where
 * nothing is known to. Rows that something else swallows are found by `proofOfFill`.
 */
export function whyNotFillable(target: Target, context: SaferContext): string | undefined {
  const { relation, only } = target;
  if (relation === undefined) return undefined;
  for (const table of only ? [relation] : withDescendants(relation).filter(hasStorage)) {
    const reason = swallowedBy(table, context);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function swallowedBy(table: Relation, context: SaferContext): string | undefined {
  const name = relationName(table);
  const rule = [...table.rules.values()].find(({ text }) => text === undefined || /\bon\s+update\s+to\b/i.test(text));
  if (rule !== undefined) {
    return `the rule ${rule.name} of ${name} comes in place of an UPDATE or beside it, so that rows cannot be filled in by one`;
  }
  const entry = context.catalog?.tables.find((one) => respell(one.name) === name);
  if (entry?.forceRowSecurity === true) {
    return `row level security is forced on ${name}: an UPDATE reaches the rows that the policies show to whoever runs it, and no more`;
  }
  const trigger = [...table.triggers.values()].find((one) => mayLeaveOut(one, context));
  if (trigger !== undefined) {
    return `the trigger ${trigger.name} of ${name} may give back something else than NEW, and so leave rows out of an UPDATE`;
  }
  return undefined;
}

/** A trigger of UPDATE OF names columns that a filling does not set. What is not PL/pgSQL cannot be looked into. */
function mayLeaveOut(trigger: Trigger, { picture }: SaferContext): boolean {
  if (!isBefore(trigger, "update") || /\bupdate\s+of\b/i.test(headOf(trigger))) return false;
  const made = picture.functions.get(respell(trigger.function)) ?? [];
  return made.some(({ language, definition }) => language.toLowerCase() === "plpgsql" && mayReturnOther(definition));
}

/** Whether a RETURN stands in a body that is not `return new`. */
function mayReturnOther(definition: string): boolean {
  const body = /\$(\w*)\$([\s\S]*)\$\1\$/.exec(definition)?.[2] ?? definition;
  return /\breturn\b(?!\s+new\s*;)/i.test(blankComments(body));
}

/** A trigger that is run for each row before it is written. */
export function isBefore(trigger: Trigger, ...events: readonly ("insert" | "update")[]): boolean {
  return trigger.isForRow && events.some((event) => trigger.events.has(event)) && /\sbefore\s/i.test(headOf(trigger));
}

/** Name, moment and events. */
function headOf({ definition }: Trigger): string {
  const end = definition.search(/\son\s/i);
  return end === -1 ? definition : definition.slice(0, end);
}
