import type { EffectDraft } from "../effect-draft.js";
import type { Relation, RowEvent } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { followFunction } from "./routine-bodies.js";
import type { Written } from "./written.js";

/**
 * Follows the triggers that fire when rows are written through a relation: its own, and of the relations that its rows
 * are in (partitions, children) those for each row.
 */
export function fireTriggers(
  relation: Relation,
  holders: readonly Relation[],
  written: Written,
  { draft, context }: { readonly draft: EffectDraft; readonly context: StatementContext },
): void {
  const isMoved = written.update !== undefined && movesRows(holders, written.update);
  // A row that changes its partition is deleted here and inserted there.
  const rows: Written = isMoved ? { ...written, delete: true, insert: written.insert ?? "default" } : written;
  for (const one of holders) {
    for (const trigger of one.triggers.values()) {
      if (one !== relation && !trigger.isForRow) continue;
      if (fires(trigger.events, trigger.isForRow ? rows : written)) followFunction(trigger.function, draft, context);
    }
  }
}

/** Follows the triggers of TRUNCATE. */
export function fireTruncateTriggers(relation: Relation, draft: EffectDraft, context: StatementContext): void {
  for (const trigger of relation.triggers.values())
    if (trigger.events.has("truncate")) followFunction(trigger.function, draft, context);
}

function movesRows(holders: readonly Relation[], updated: ReadonlySet<string>): boolean {
  return holders.some(({ partitionKey, partition }) => {
    const keys = [partitionKey, partition?.of.partitionKey];
    return keys.some((key) => key !== undefined && [...updated].some((column) => key.includes(column)));
  });
}

function fires(events: ReadonlySet<RowEvent>, written: Written): boolean {
  return (
    (written.insert !== undefined && events.has("insert")) ||
    (written.update !== undefined && events.has("update")) ||
    (written.delete === true && events.has("delete"))
  );
}
