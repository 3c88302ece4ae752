import type { Operation } from "@confiture/model";
import { assessRisk, type RiskFacts, riskScale } from "@confiture/risk";
import { describe, expect, test } from "vitest";
import {
  addColumn,
  createIndex,
  createIndexConcurrently,
  durationOf,
  estimateForTest,
  exclusively,
  operation,
  orders,
  quietServer,
} from "./plan-of.js";

const assess = (operations: readonly Operation[], facts: RiskFacts | undefined = quietServer) =>
  assessRisk({ operations, estimate: estimateForTest().estimate, ...(facts === undefined ? {} : { facts }) });
const category = (assessment: ReturnType<typeof assess>, name: string) =>
  assessment.categories.find((one) => one.name === name)!;

describe("downtime", () => {
  test("is the time under locks that keep the application out", () => {
    const { downtime, levelByDowntime } = assess([createIndex]);
    expect(downtime.estimatedMs).toBe(1_010);
    expect(levelByDowntime).toBe("high");
  });

  test("is nothing for CONCURRENTLY, which keeps nobody out", () => {
    const { downtime, levelByDowntime, level } = assess([createIndexConcurrently]);
    expect(downtime).toMatchObject({ estimatedMs: 0, upperMs: 0, confidence: 1 });
    expect([levelByDowntime, level]).toEqual(["low", "low"]);
  });

  test("lasts until the transaction ends, also through what takes no strong lock itself", () => {
    const { estimate, asked } = estimateForTest();
    const comment = operation("comment", { locks: [{ relation: "shop.orders", mode: "ShareUpdateExclusiveLock" }] });
    assessRisk({
      operations: [comment, addColumn, comment, createIndexConcurrently, comment],
      facts: quietServer,
      estimate,
    });
    expect(asked[0]).toEqual([addColumn, comment]);
  });

  test("counts what is done to a relation before the plan makes another of its name", () => {
    const table = { on: { kind: "table", name: "shop.orders" } };
    const before = assess([createIndex, operation("create_table", {}, table)]);
    expect(before.downtime.estimatedMs).toBe(1_020);
    const passedOver = assess([operation("create_table", {}, table), createIndex]);
    expect(passedOver.downtime.estimatedMs).toBe(1_010);
  });

  test("leaves out locks on what the plan creates itself", () => {
    const table = { on: { kind: "table", name: "shop.orders" } };
    const { downtime, factors, waits } = assess([operation("create_table", {}, table), createIndex], {
      ...quietServer,
      relations: [],
      missing: ["shop.orders"],
    });
    expect(downtime.estimatedMs).toBe(0);
    expect(factors[0]!.measured).toBe(0);
    expect(waits).toEqual([]);
  });

  test("is that of who changes the same rows where an effect does not say that they are few", () => {
    const update = operation("update", { locks: [{ relation: "shop.orders", mode: "RowExclusiveLock" }] });
    expect(assess([update])).toMatchObject({ whoWaits: "same_rows", downtime: { estimatedMs: 10 } });
    expect(assess([update]).factors[0]!.measured).toBe(orders.heapBytes);
    const rowChanges = [{ relation: "shop.orders", what: "update", rows: "few" }] as const;
    const keyed = { ...update, effect: { ...update.effect, rowChanges } };
    expect(assess([keyed])).toMatchObject({ whoWaits: "nobody", downtime: { estimatedMs: 0 } });
    expect(assess([addColumn, keyed])).toMatchObject({ whoWaits: "others", downtime: { estimatedMs: 20 } });
  });

  test("tells the level of its upper end beside that of its point", () => {
    const estimate = () => ({ ...durationOf(80), upperMs: 12_000 });
    const { level, levelAtUpperEnd } = assessRisk({ operations: [addColumn], facts: quietServer, estimate });
    expect([level, levelAtUpperEnd]).toEqual(["low", "critical"]);
  });

  test("is not known while part of the work has no price", () => {
    const unpriced = ["what a procedure takes is not known"];
    const estimate = () => ({ ...durationOf(5), unpriced });
    const { factors, level } = assessRisk({ operations: [addColumn], facts: quietServer, estimate });
    expect([factors[1]!.measured, level]).toEqual([null, "critical"]);
  });

  test("tells the assumptions it rests on", () => {
    const assumed = operation("set_not_null", {
      ...exclusively,
      certainty: "assumed",
      assumptions: ["no CHECK proves it"],
    });
    expect(assess([assumed]).downtime.caveats).toContain("assumed: no CHECK proves it");
  });
});

describe("what is not known", () => {
  test.each([
    ["an unclassified operation", operation("unclassified", { certainty: "unknown" })],
    ["an effect nobody knows", operation("call", { certainty: "unknown" })],
  ])("%s is critical and not inspected, whatever the score", (_, unknown) => {
    const assessment = assess([unknown], quietServer);
    expect(assessment).toMatchObject({
      level: "critical",
      levelByDowntime: "critical",
      deployOrder: { first: "unknown" },
    });
    expect(assessment.notInspected).toEqual([expect.stringContaining("not understood")]);
    expect(assessment.recommendations[0]).toMatchObject({ level: "critical" });
    expect(assessment.categories.every(({ level }) => level === "critical")).toBe(true);
  });

  test("without facts everything that depends on them is the worst, and a lock over work of unknown size is critical", () => {
    const { factors, level, notInspected } = assessRisk({
      operations: [createIndex],
      estimate: estimateForTest().estimate,
    });
    expect(factors.every(({ value }) => value === 1)).toBe(true);
    expect(level).toBe("critical");
    expect(notInspected).toEqual(["the server: no facts were given"]);
  });

  test("without facts a plan that touches nothing is not made worse than it is", () => {
    const created = operation("create_table", {}, { on: { kind: "table", name: "shop.fresh" } });
    expect(assessRisk({ operations: [created], estimate: estimateForTest().estimate }).level).toBe("low");
  });

  test("a relation the server does not have, a list it did not give and hidden sessions are told", () => {
    const { factors, notInspected } = assess([createIndex], {
      ...quietServer,
      relations: [],
      missing: ["shop.orders"],
      views: null,
      anomalies: null,
      notInspected: ["the views of the relations: it took longer than 1000 ms"],
    });
    expect(factors.filter(({ measured }) => measured === null).map(({ name }) => name)).toEqual([
      "data_volume",
      "lock_time",
      "dependencies",
      "anomalies",
    ]);
    expect(notInspected).toHaveLength(3);
  });
});

test("that rows can be read as the new type is counted; whether checks hold behind it nobody can look at", () => {
  const plan = operation(
    "alter_column_type",
    { ...exclusively, rewrites: ["shop.orders"], scans: [{ relation: "shop.orders", why: "check" }] },
    { part: "note" },
  );
  expect(assess([plan]).notInspected).toEqual([
    "whether the checks of shop.orders hold behind alter_column_type note of shop.orders too: nobody looked",
  ]);
});

test("a requirement that nobody checked is not inspected", () => {
  const requirement = { kind: "not_null", relation: "shop.orders", column: "note" } as const;
  const plan = [operation("set_not_null", { ...exclusively, requires: [requirement] })];
  expect(assess(plan).notInspected).toEqual(["whether note of shop.orders is not null: nobody looked"]);
  const checks = [{ kind: "satisfied", requirement, query: "" }] as const;
  expect(assess(plan, { ...quietServer, checks }).notInspected).toEqual([]);
});

describe("factors", () => {
  test("are measured from the facts", () => {
    const { factors } = assess([addColumn], {
      ...quietServer,
      relations: [{ ...orders, toastBytes: 2 ** 30 }],
      foreignKeys: [
        {
          constraint: "c",
          from: "shop.lines",
          columns: ["o"],
          to: "shop.orders",
          referencedColumns: ["id"],
          match: "simple",
          validated: true,
          enforced: true,
        },
      ],
      triggers: [{ trigger: "t", relation: "shop.orders", enabled: true }],
      views: [
        { name: "shop.v", relation: "shop.orders" },
        { name: "shop.v", relation: "shop.orders" },
      ],
      anomalies: [{ name: "invalid_index", severity: "high", object: "shop.i", evidence: {}, query: "" }],
    });
    expect(factors.map(({ measured }) => measured)).toEqual([2 ** 31, 10, 3, 0.7, 0.1]);
  });

  test("count a partition's bytes once when its parent is there too", () => {
    const both = operation("add_column", {
      locks: ["shop.orders", "shop.orders_1"].map((relation) => ({ relation, mode: "AccessExclusiveLock" as const })),
    });
    const relations = [orders, { ...orders, relation: "shop.orders_1", within: "shop.orders" }];
    expect(assess([both], { ...quietServer, relations }).factors[0]!.measured).toBe(2 ** 30);
  });

  test("follow a scale of one's own", () => {
    const scale = riskScale({ downtimeLevels: { medium: 1, high: 2, critical: 5 } });
    const { estimate } = estimateForTest();
    expect(assessRisk({ operations: [addColumn], facts: quietServer, estimate, scale }).levelByDowntime).toBe(
      "critical",
    );
  });

  test("rows that stand against the plan are critical anomalies", () => {
    const { anomalies, factors } = assess([addColumn], {
      ...quietServer,
      checks: [
        {
          kind: "violated",
          requirement: { kind: "unique", relation: "shop.orders", columns: ["ref"], nullsNotDistinct: false },
          rows: 4,
          exact: true,
          sample: [],
          query: "select 1",
        },
      ],
    });
    expect(anomalies).toMatchObject([
      { name: "duplicate_values", severity: "critical", object: "shop.orders", evidence: { rows: 4, exact: true } },
    ]);
    expect(factors[3]!.value).toBe(1);
  });
});

describe("categories", () => {
  const dropColumn = operation(
    "drop_column",
    {
      ...exclusively,
      dataLoss: [{ what: "column", of: "shop.orders.note" }],
      reversible: "without_data",
      compatibility: { runningCode: "breaks", because: "queries that name note fail" },
    },
    { part: "note" },
  );

  test("a dropped column breaks code and loses data, unless the table is empty", () => {
    const assessment = assess([dropColumn]);
    expect(category(assessment, "backward_compatibility")).toEqual({
      name: "backward_compatibility",
      level: "high",
      reasons: ["drop_column note of shop.orders breaks code that runs: queries that name note fail"],
    });
    expect(category(assessment, "data_loss").level).toBe("critical");
    const empty = assess([dropColumn], { ...quietServer, relations: [{ ...orders, heapBytes: 0, rows: 0 }] });
    expect(category(empty, "data_loss").level).toBe("low");
  });

  test("what tenants share or lose is seen where the tenant column is known", () => {
    const facts = quietServer;
    const tenant = (plan: Operation) =>
      category(
        assessRisk({
          operations: [plan],
          facts,
          estimate: estimateForTest().estimate,
          conventions: { tenantColumn: "tenant" },
        }),
        "multi_tenant",
      ).level;
    expect(tenant(operation("drop_column", {}, { part: "tenant" }))).toBe("critical");
    expect(tenant(operation("drop_column", {}, { part: "note" }))).toBe("low");
    expect(tenant(operation("disable_row_security"))).toBe("high");
    const unique = { kind: "unique", relation: "shop.orders", nullsNotDistinct: false } as const;
    expect(tenant(operation("add_unique", { requires: [{ ...unique, columns: ["ref"] }] }))).toBe("medium");
    expect(tenant(operation("add_unique", { requires: [{ ...unique, columns: ["tenant", "ref"] }] }))).toBe("low");
  });

  test("read models derived from what breaks are named", () => {
    const on = { kind: "table", name: "shop.w_orders" };
    const broken = operation(
      "drop_column",
      {
        locks: [{ relation: "shop.w_orders", mode: "AccessExclusiveLock" }],
        compatibility: { runningCode: "breaks" },
      },
      { on, part: "note" },
    );
    const assessment = assessRisk({
      operations: [broken],
      facts: {
        ...quietServer,
        relations: [{ ...orders, relation: "shop.w_orders" }],
        views: [
          { name: "shop.r_totals", relation: "shop.w_orders" },
          { name: "shop.other", relation: "shop.w_orders" },
        ],
      },
      estimate: estimateForTest().estimate,
      conventions: { writePrefixes: ["w_"], readPrefixes: ["r_"] },
    });
    expect(category(assessment, "cqrs")).toMatchObject({
      level: "high",
      reasons: [expect.stringContaining("shop.r_totals is derived from shop.w_orders")],
    });
  });

  test("performance follows the bytes that are read or written", () => {
    expect(category(assess([createIndexConcurrently]), "performance").level).toBe("high");
    expect(category(assess([addColumn]), "performance").level).toBe("low");
  });
});

describe("the maintenance window", () => {
  const windows = [{ opens: "0 2 * * sun", minutes: 60 }];
  const at = (moment: string) =>
    assessRisk({
      operations: [createIndex],
      facts: quietServer,
      estimate: estimateForTest().estimate,
      maintenance: { windows, at: new Date(moment) },
    });

  test("is told, and missed when it is closed or about to close", () => {
    const closed = at("2026-01-10T12:00:00Z");
    expect(closed.window).toEqual({ open: false, closesAt: null, nextOpensAt: "2026-01-11T02:00:00.000Z" });
    expect(closed.recommendations.map(({ text }) => text)).toContainEqual(
      expect.stringContaining("the next opens at 2026-01-11T02:00:00.000Z"),
    );
    const texts = (moment: string) =>
      at(moment).recommendations.filter(({ text }) => text.includes("maintenance window"));
    expect(texts("2026-01-11T02:30:00Z")).toEqual([]);
    expect(texts("2026-01-11T02:59:59Z")).toHaveLength(1);
  });

  test("is null when none was given", () => {
    expect(assess([createIndex]).window).toBeNull();
  });
});

test("an assessment is plain data", () => {
  const assessment = assess([createIndex, addColumn]);
  expect(JSON.parse(JSON.stringify(assessment))).toEqual(assessment);
});
