import { noEffect, type Operation } from "@confiture/model";
import type { Calibration, CalibrationEnvironment, Rate } from "../../src/duration/calibration.js";
import { type WorkFamily, workTerms } from "../../src/duration/work.js";
import type { RelationFacts } from "../../src/facts/relation-facts.js";

export const environment: CalibrationEnvironment = {
  serverVersion: 180004,
  settings: { default_statistics_target: "100" },
  sharedBuffersBytes: 128 * 2 ** 20,
  maintenanceWorkMemBytes: 64 * 2 ** 20,
  minParallelTableScanBytes: 8 * 2 ** 20,
  maintenanceWorkers: 0,
  byteOrderCollation: false,
};

/** Every price the same, so that a test can tell amounts by the time they take. */
export function flatCalibration(price: number, changes: Partial<CalibrationEnvironment> = {}): Calibration {
  const spread = [-0.4, -0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4];
  const rate = (family: WorkFamily): Rate => ({
    msPerUnit: Object.fromEntries(workTerms[family].map((term) => [term, price])),
    workerGain: 0.5,
    residuals: spread.map((logRatio, index) => ({ ms: 10 ** (index / 2), logRatio })),
    cells: 3,
    runs: spread.length,
    longestMs: 10_000,
  });
  const families = Object.keys(workTerms) as WorkFamily[];
  return {
    format: 1,
    environment: { ...environment, ...changes },
    measuredAt: "2026-01-01T00:00:00.000Z",
    tookMs: 1,
    rates: Object.fromEntries(families.map((family) => [family, rate(family)])),
    notMeasured: [],
  };
}

export function orders(changes: Partial<RelationFacts> = {}): RelationFacts {
  return {
    relation: "public.orders",
    kind: "table",
    heapBytes: 100 * 2 ** 20,
    toastBytes: 0,
    rows: 1_000_000,
    rowWidth: 100,
    columns: 4,
    indexes: [
      { index: "public.orders_pkey", method: "btree", bytes: 22 * 2 ** 20, keyTypes: ["bigint"], unique: true },
    ],
    columnFacts: [
      { column: "id", type: "bigint", averageWidth: 8, distinct: 1_000_000, correlation: 1 },
      { column: "customer", type: "integer", averageWidth: 4, distinct: 5_000, correlation: 0.01 },
      { column: "note", type: "text", averageWidth: 40, distinct: 900_000, correlation: 0 },
      { column: "placed", type: "timestamp with time zone", averageWidth: 8, distinct: 900_000, correlation: 0.2 },
    ],
    ...changes,
  };
}

export function operation(kind: Operation["kind"], effect: Partial<Operation["effect"]> = {}): Operation {
  return {
    kind,
    on: { kind: "table", name: "public.orders" },
    effect: { ...noEffect, ...effect },
  };
}

/** One operation for each way in which work is described. */
export const operations: Readonly<Record<string, Operation>> = {
  "change of the catalog": operation("set_default"),
  rewrite: operation("alter_column_type", {
    rewrites: ["public.orders"],
    scans: [{ relation: "public.orders", why: "rewrite" }],
    indexBuilds: [build("btree", ["id"], { index: "public.orders_pkey", why: "rewrite" })],
  }),
  "vacuum full": operation("vacuum_full", { rewrites: ["public.orders"] }),
  cluster: operation("cluster", { rewrites: ["public.orders"] }),
  check: operation("add_check", { scans: [{ relation: "public.orders", why: "check" }] }),
  "not null": operation("set_not_null", {
    scans: [{ relation: "public.orders", why: "not_null" }],
    requires: [{ kind: "not_null", relation: "public.orders", column: "customer" }],
  }),
  "foreign key to itself": operation("add_foreign_key", {
    scans: [{ relation: "public.orders", why: "foreign_key" }],
    requires: [
      {
        kind: "foreign_key",
        relation: "public.orders",
        columns: ["customer"],
        references: "public.orders",
        match: "simple",
      },
    ],
  }),
  "index on a number": operation("create_index", { indexBuilds: [build("btree", ["customer"])] }),
  "index on text": operation("create_index", { indexBuilds: [build("btree", ["note"])] }),
  "index on an expression": operation("create_index", { indexBuilds: [build("btree", ["lower(note)"])] }),
  "index in order": operation("create_index", { indexBuilds: [build("btree", ["id"])] }),
  "index concurrently": operation("create_index_concurrently", {
    indexBuilds: [build("btree", ["placed"], { concurrently: true })],
  }),
  gin: operation("create_index", { indexBuilds: [build("gin", ["note"])] }),
  gist: operation("create_index", { indexBuilds: [build("gist", ["note"])] }),
  spgist: operation("create_index", { indexBuilds: [build("spgist", ["note"])] }),
  hash: operation("create_index", { indexBuilds: [build("hash", ["note"])] }),
  brin: operation("create_index", { indexBuilds: [build("brin", ["placed"])] }),
  update: operation("update"),
  delete: operation("delete"),
  vacuum: operation("vacuum"),
  analyze: operation("analyze"),
  truncate: operation("truncate", { fileSwaps: ["public.orders"] }),
  "drop table": operation("drop_table"),
  refresh: operation("refresh_materialized_view", { fileSwaps: ["public.orders"] }),
};

type Build = Operation["effect"]["indexBuilds"][number];

export function build(method: string, columns: readonly string[], changes: Partial<Build> = {}): Build {
  return { table: "public.orders", method, unique: false, concurrently: false, columns, why: "new", ...changes };
}
