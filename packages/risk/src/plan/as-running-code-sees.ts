import type { Operation, OperationKind } from "@confiture/model";
import { makingRelations } from "./making-relations.js";

const makingOthers: ReadonlySet<OperationKind> = new Set([
  "create_type",
  "create_domain",
  "create_function",
  "create_aggregate",
]);

const vacating: ReadonlySet<OperationKind> = new Set(["drop_table", "rename_table", "drop_view", "rename_view"]);

/**
 * The operations with what each means to the code that runs: nothing, where it is about something that the plan itself
 * has made. `there` are relations that the server had before: IF NOT EXISTS may have passed over one of them.
 */
export function asRunningCodeSees<One extends Operation>(
  operations: readonly One[],
  there: ReadonlySet<string> = new Set(),
): readonly One[] {
  const relations = new Set<string>();
  const others = new Set<string>();
  const vacated = new Set<string>();
  return operations.map((operation) => {
    const { kind, on, effect } = operation;
    if (on === undefined) return operation;
    const wasThere = isLocked(operation);
    // A name is that of several functions, of which the plan may have made another one than it drops.
    const isOtherMade =
      effect.compatibility.runningCode !== "breaks" && (others.has(on.name) || others.has(`public.${on.name}`));
    const isNew = !wasThere && (relations.has(on.name) || isOtherMade);
    if (vacating.has(kind)) {
      vacated.add(on.name);
      relations.delete(on.name);
    }
    if (effect.certainty === "certain" && !wasThere) {
      if (makingRelations.has(kind) && (!there.has(on.name) || vacated.has(on.name))) relations.add(on.name);
      if (makingOthers.has(kind)) others.add(on.name);
    }
    return isNew ? { ...operation, effect: { ...effect, compatibility: { runningCode: "works" } } } : operation;
  });
}

/** What the plan makes itself stands in no effect: a lock says that the relation was there. */
function isLocked({ on, effect }: Operation): boolean {
  return effect.locks.some(({ relation }) => relation === on?.name);
}
