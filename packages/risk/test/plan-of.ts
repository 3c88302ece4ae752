import { type DurationEstimate, type Effect, noEffect, type Operation, type OperationKind } from "@confiture/model";
import type { AssessedOperation, EstimateDuration, RelationFacts, RiskFacts } from "@confiture/risk";

/** An operation on `shop.orders` with this effect and no other. */
export function operation(
  kind: OperationKind,
  effect: Partial<Effect> = {},
  more: Omit<Partial<AssessedOperation>, "effect"> = {},
): AssessedOperation {
  return { kind, on: { kind: "table", name: "shop.orders" }, ...more, effect: { ...noEffect, ...effect } };
}

export const exclusively = { locks: [{ relation: "shop.orders", mode: "AccessExclusiveLock" }] } as const;

export const addColumn = operation("add_column", exclusively, { part: "note" });

export const createIndex = operation("create_index", {
  locks: [{ relation: "shop.orders", mode: "ShareLock" }],
  scans: [{ relation: "shop.orders", why: "index_build" }],
  indexBuilds: [
    {
      table: "shop.orders",
      index: "shop.orders_placed",
      method: "btree",
      unique: false,
      concurrently: false,
      columns: ["placed"],
      why: "new",
    },
  ],
});

export const createIndexConcurrently = operation("create_index_concurrently", {
  ...createIndex.effect,
  locks: [{ relation: "shop.orders", mode: "ShareUpdateExclusiveLock" }],
  indexBuilds: createIndex.effect.indexBuilds.map((build) => ({ ...build, concurrently: true })),
  waits: [{ relation: "shop.orders", conflictingWith: "ShareLock", oldSnapshots: true }],
  transactional: false,
});

export const orders: RelationFacts = {
  relation: "shop.orders",
  kind: "table",
  heapBytes: 2 ** 30,
  toastBytes: 0,
  rows: 10_000_000,
  rowWidth: 107,
  columns: 5,
  indexes: [],
};

export const quietServer: RiskFacts = {
  serverVersion: 18,
  relations: [orders],
  missing: [],
  foreignKeys: [],
  triggers: [],
  views: [],
  functions: [],
  activity: { connections: { used: 10, max: 100 }, sessions: [], hidden: 0 },
  anomalies: [],
  anomaliesComplete: true,
  checks: [],
  settings: { lock_timeout: "0ms", deadlock_timeout: "1s" },
  notInspected: [],
};

/** Ten milliseconds an operation, a second for each index build, and a record of what was asked. */
export function estimateForTest(): { estimate: EstimateDuration; asked: (readonly Operation[])[] } {
  const asked: (readonly Operation[])[] = [];
  const estimate: EstimateDuration = ({ operations }) => {
    asked.push(operations);
    const estimatedMs = operations.reduce((ms, { effect }) => ms + 10 + 1_000 * effect.indexBuilds.length, 0);
    return durationOf(estimatedMs);
  };
  return { estimate, asked };
}

export function durationOf(estimatedMs: number): DurationEstimate {
  return {
    estimatedMs,
    lowerMs: estimatedMs / 2,
    upperMs: estimatedMs * 2,
    confidence: 0.5,
    method: "heuristic",
    factors: [],
    caveats: [],
  };
}
