import type { Operation } from "@confiture/model";
import { describe, expect, test } from "vitest";
import { describeWork } from "../../src/duration/describe-work.js";
import type { RelationFacts } from "../../src/facts/relation-facts.js";
import { build, environment, operation, operations, orders } from "./calibration-fixture.js";

const customers = orders({ relation: "public.customers", rows: 5_000, heapBytes: 2 ** 20, indexes: [] });

function worksOf(one: Operation | undefined, relations: readonly RelationFacts[] = [orders(), customers]) {
  return describeWork(one!, { relations: new Map(relations.map((facts) => [facts.relation, facts])), environment })
    .works;
}

const families: Readonly<Record<string, readonly string[]>> = {
  "change of the catalog": ["statement"],
  rewrite: ["rewrite", "expression", "btree"],
  "vacuum full": ["copy"],
  cluster: ["copy"],
  check: ["scan"],
  "not null": ["scan"],
  "foreign key to itself": ["foreignKey"],
  "index on a number": ["btree"],
  "index on text": ["btree"],
  "index on an expression": ["btree", "expression"],
  "index in order": ["btree"],
  "index concurrently": ["btree", "concurrently"],
  gin: ["gin"],
  gist: ["gist"],
  spgist: ["spgist"],
  hash: ["hash"],
  brin: ["brin"],
  update: ["update"],
  delete: ["delete"],
  vacuum: ["vacuum"],
  analyze: ["analyze"],
  truncate: ["remove"],
  "drop table": ["remove"],
  refresh: ["insert"],
};

describe("an operation as work", () => {
  test.each(Object.keys(operations))("%s", (name) => {
    expect(worksOf(operations[name]).map(({ family }) => family)).toEqual(families[name]);
  });

  test("a foreign key looks up each row of the table that has it, whatever its name is in the order of names", () => {
    const both = ["public.customers", "public.orders"].map((relation) => ({ relation, why: "foreign_key" as const }));
    const key = { kind: "foreign_key", relation: "public.orders", columns: ["customer"], match: "simple" } as const;
    const [work] = worksOf(
      operation("add_foreign_key", { scans: both, requires: [{ ...key, references: "public.customers" }] }),
    );
    expect(work?.amounts).toMatchObject({ rows: 1_000_000, referencedRows: 5_000 });
  });

  test("a foreign key whose column is indexed is merged in order", () => {
    const key = { kind: "foreign_key", relation: "public.orders", columns: ["customer"], match: "simple" } as const;
    const one = operation("add_foreign_key", {
      scans: ["public.customers", "public.orders"].map((relation) => ({ relation, why: "foreign_key" as const })),
      requires: [{ ...key, references: "public.customers" }],
    });
    const index = { index: "i", method: "btree", bytes: 1, keyTypes: ["integer"], unique: false };
    const amounts = (keyColumns: readonly string[]) =>
      worksOf(one, [orders({ indexes: [{ ...index, keyColumns }] }), customers])[0]?.amounts;
    expect(amounts(["customer", "id"])).toEqual({ each: 1, orderedRows: 1_000_000, orderedReferencedRows: 5_000 });
    expect(amounts(["id", "customer"])).toHaveProperty("farLookups");
  });

  test("the keys of an index that is built anew are those it has, where nobody asked about columns", () => {
    const { columnFacts: _, ...unasked } = orders();
    const [numbers] = worksOf(operation("reindex", { indexBuilds: [rebuild()] }), [withKey(unasked, "bigint")]);
    const [texts] = worksOf(operation("reindex", { indexBuilds: [rebuild()] }), [withKey(unasked, "text")]);
    expect(numbers?.shared.numberComparisons).toBeGreaterThan(0);
    expect(texts?.shared.textComparisons).toBeGreaterThan(0);
  });

  test("a column with a volatile default makes a value for each row", () => {
    const added = operation("add_column", { rewrites: ["public.orders"] });
    expect(worksOf(added).map(({ family }) => family)).toEqual(["rewrite", "freshValue"]);
  });

  test("equal first keys go on to the second", () => {
    const facts = orders();
    const columnFacts = facts.columnFacts!.map((column) =>
      column.column === "customer" ? { ...column, distinct: 2 } : column,
    );
    const [work] = worksOf(operation("create_index", { indexBuilds: [build("btree", ["customer", "note"])] }), [
      { ...facts, columnFacts },
    ]);
    expect(work?.shared.textComparisons).toBeCloseTo(work!.shared.numberComparisons! * (18.93 / 19.93), -5);
  });

  test("partitions are counted each, and a table that nobody knows is said", () => {
    const scans = ["public.orders", "public.customers", "public.gone"].map((relation) => ({
      relation,
      why: "check" as const,
    }));
    const relations = new Map([orders(), customers].map((facts) => [facts.relation, facts]));
    const described = describeWork(operation("add_check", { scans }), { relations, environment });
    expect(described.works.map(({ on }) => on)).toEqual(["public.orders", "public.customers"]);
    expect(described.unpriced).toEqual(["nothing is known of public.gone: the work on it is not in the estimate"]);
  });

  test("what waits for others says so", () => {
    const waits = [{ relation: "public.orders", conflictingWith: "ShareLock", oldSnapshots: true }] as const;
    const { caveats } = describeWork(operation("create_index_concurrently", { waits }), {
      relations: new Map(),
      environment,
    });
    expect(caveats.join()).toContain("waits for transactions of others");
  });
});

function rebuild() {
  return build("btree", ["k"], { index: "public.orders_k", why: "rebuild" });
}

function withKey(facts: RelationFacts, type: string): RelationFacts {
  return {
    ...facts,
    indexes: [{ index: "public.orders_k", method: "btree", bytes: 2 ** 25, keyTypes: [type], unique: false }],
  };
}
