import { forgottenSettings } from "./kinds/column-definition.js";
import { only } from "./kinds/columns.js";
import type { Sides } from "./kinds/kind-rules.js";
import { changedTarget } from "./kinds/policies-and-statistics.js";
import { type Change, type Changes, isRetype } from "./object-change.js";

/** What the server forgets when it changes a type, and what is there on both sides has again. */
export function setAgain(change: Change, changes: Changes, sides: Sides): readonly string[] {
  const { after, retypedBy } = change;
  if (after?.kind === "columns" && retypedBy.length > 0)
    return forgottenSettings(after.entry, sides.after).map((setting) => `${only(after.entry, sides)} ${setting}`);
  if (after?.kind === "statistics" && isMadeAnewByServer(change, changes, sides))
    return changedTarget(after.name, undefined, after.entry.target);
  return [];
}

/** PostgreSQL 14 and newer make statistics anew behind a change of type, without their target. */
function isMadeAnewByServer({ key }: Change, changes: Changes, { before }: Sides): boolean {
  if (before.catalog.serverVersion < 140_000) return false;
  return before.needsOf(key).some((needed) => {
    const column = needed.startsWith("columns ") ? changes.get(needed) : undefined;
    return column?.before !== undefined && column.after !== undefined && isRetype(column);
  });
}
