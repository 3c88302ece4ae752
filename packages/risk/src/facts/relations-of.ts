import type { DataRequirement, Operation } from "@confiture/model";

/** Every relation that the operations lock, read, write anew or ask something of, each once. */
export function relationsOf(operations: readonly Operation[]): readonly string[] {
  return [
    ...new Set(
      operations.flatMap(({ effect }) => [
        ...effect.locks.map(({ relation }) => relation),
        ...effect.rewrites,
        ...effect.fileSwaps,
        ...effect.indexBuilds.map(({ table }) => table),
        ...effect.scans.map(({ relation }) => relation),
        ...effect.waits.map(({ relation }) => relation),
        ...effect.requires.flatMap(relationsOfRequirement),
      ]),
    ),
  ].sort();
}

/** The relations whose rows it is about. */
export function relationsOfRequirement(requirement: DataRequirement): readonly string[] {
  return requirement.kind === "foreign_key" ? [requirement.relation, requirement.references] : [requirement.relation];
}
