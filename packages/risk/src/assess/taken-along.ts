import type { Operation, OperationKind } from "@confiture/model";
import { nameOf } from "../advice/deploy-order.js";
import type { RiskFacts } from "../facts/risk-facts.js";

const taking: ReadonlySet<OperationKind> = new Set([
  "drop_table",
  "drop_column",
  "drop_view",
  "drop_materialized_view",
]);

/** One sentence for each operation with something that CASCADE drops beside what the statement names. */
export function describeTakenAlong(operations: readonly Operation[], facts: RiskFacts | undefined): readonly string[] {
  const named = new Set(
    operations.flatMap(({ kind, on }) =>
      on !== undefined && taking.has(kind) && kind !== "drop_column" ? on.name : [],
    ),
  );
  return operations.flatMap((operation) => {
    const taken = facts === undefined ? [] : takenAlong(operation, { facts, named });
    return taken.length === 0
      ? []
      : [`${nameOf(operation)} takes along ${taken.join(", ")} with CASCADE, and is refused without it`];
  });
}

interface Surroundings {
  readonly facts: RiskFacts;
  /** What the plan drops by name. */
  readonly named: ReadonlySet<string>;
}

/** What goes is locked: a view that uses another column than the one that is dropped is not. */
function takenAlong({ kind, on, part, effect }: Operation, { facts, named }: Surroundings): readonly string[] {
  if (on === undefined || !taking.has(kind)) return [];
  const goes = (relation: string) =>
    !named.has(relation) && relation !== on.name && effect.locks.some((lock) => lock.relation === relation);
  const keys = (facts.foreignKeys ?? []).filter(
    ({ from, to, referencedColumns }) =>
      to === on.name && goes(from) && (kind !== "drop_column" || referencedColumns.includes(part ?? "")),
  );
  const views = (facts.views ?? []).filter(({ name, relation }) => relation === on.name && goes(name));
  return [
    ...keys.map(({ constraint, from }) => `foreign key ${constraint} of ${from}`),
    ...views.map(({ name }) => `view ${name}`),
  ];
}
