import type { Effect } from "@confiture/model";
import type { RiskFacts } from "../facts/risk-facts.js";
import type { AssessedOperation } from "./assessed-operation.js";
import { makingRelations } from "./making-relations.js";

/**
 * The operations with what they do to relations that were there before the plan. Effects leave out what the plan makes
 * itself where that is certain; of others it is so from the statement on that makes a relation, and only when the server
 * said that it has none of that name: IF NOT EXISTS passes over one that is there, and before a table of the same name
 * is made again, the old one is renamed or dropped.
 */
export function onWhatWasThere(
  operations: readonly AssessedOperation[],
  facts: RiskFacts | undefined,
): readonly AssessedOperation[] {
  const missing = new Set(facts?.missing);
  const born = new Set<string>();
  return operations.map((operation) => {
    const { kind, on, effect } = operation;
    const seen = born.size === 0 ? operation : { ...operation, effect: without(born, effect) };
    if (on !== undefined && makingRelations.has(kind) && effect.certainty === "certain" && missing.has(on.name))
      born.add(on.name);
    return seen;
  });
}

function without(born: ReadonlySet<string>, effect: Effect): Effect {
  const isOld = (relation: string) => !born.has(relation);
  const on = (one: { readonly relation: string }) => isOld(one.relation);
  return {
    ...effect,
    locks: effect.locks.filter(on),
    rewrites: effect.rewrites.filter(isOld),
    fileSwaps: effect.fileSwaps.filter(isOld),
    indexBuilds: effect.indexBuilds.filter(({ table }) => isOld(table)),
    scans: effect.scans.filter(on),
    waits: effect.waits.filter(on),
    ...(effect.rowChanges === undefined ? {} : { rowChanges: effect.rowChanges.filter(on) }),
    dataLoss: effect.dataLoss.filter(({ of }) => isOld(of)),
    requires: effect.requires.filter(on),
  };
}
