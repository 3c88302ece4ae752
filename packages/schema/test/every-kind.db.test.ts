import type { Catalog } from "@confiture/model";
import { canonicalText, catalogHash, compareCatalogs, readCatalog } from "@confiture/schema";
import { describeEachVersion, openTestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dropSubscriptions, oneOfEverything } from "./one-of-everything.js";

describeEachVersion("a database with one of everything", (version) => {
  let db: Awaited<ReturnType<typeof openTestDatabase>>;
  let catalog: Catalog;
  beforeAll(async () => {
    db = await openTestDatabase({ version });
    await db.query(oneOfEverything(version));
    await using session = await db.openSession();
    catalog = await readCatalog(session);
  });
  afterAll(async () => {
    await dropSubscriptions(db);
    await db[Symbol.asyncDispose]();
  });

  test("has entries of every kind, and nothing that is not modelled", () => {
    const empty = Object.entries(catalog).filter(([, entries]) => Array.isArray(entries) && entries.length === 0);
    expect(empty.map(([kind]) => kind)).toEqual(["unsupported"]);
  });

  test("goes to JSON and back without loss", () => {
    expect(JSON.parse(JSON.stringify(catalog))).toEqual(catalog);
  });

  test("holds no oid and no secret", () => {
    const text = JSON.stringify(catalog);
    expect(text).not.toContain("hunter2");
    expect(catalog.foreignServers[0]).toMatchObject({ options: ["host=example"], maskedOptions: ["password"] });
  });

  test("names nothing twice within a kind", () => {
    const names = canonicalText(catalog)
      .split("\n")
      .filter((line) => /^\S/.test(line));
    expect(new Set(names).size).toBe(names.length);
  });

  test("keeps columns in their order and no trace of a dropped one", () => {
    const columns = catalog.columns.filter(({ table }) => table === "shop.customers");
    expect(columns.map(({ column }) => column)).toEqual(["id", "name", "email", "note", "doubled", '"Odd Column"']);
    expect(columns.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("tells what a column is, down to its identity, storage and statistics", () => {
    const column = (name: string) => catalog.columns.find((entry) => entry.name === name);
    expect(column("shop.customers.id")).toMatchObject({
      type: "bigint",
      notNull: true,
      identity: { generation: "always", sequence: "shop.customers_id_seq", start: "7", increment: "3", cycle: false },
    });
    expect(column("shop.customers.name")).toMatchObject({ statisticsTarget: 500, options: ["n_distinct=-0.5"] });
    expect(column("shop.customers.note")).toMatchObject({ storage: "external", collation: '"C"' });
    expect(column("shop.customers.doubled")?.generated).toEqual({ kind: "stored", expression: "(1 + 1)" });
    expect(column("shop.orders_2024.status")).toMatchObject({
      default: "'paid'::shop.status",
      inheritance: "inherited",
    });
  });

  test("shows each partition with its own index, constraint, default and trigger state", () => {
    expect(catalog.tables.find(({ name }) => name === "shop.orders_2024")?.partition).toEqual({
      of: "shop.orders",
      bound: "FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00')",
    });
    const onPartition = <T extends { readonly name: string; readonly table?: string }>(entries: readonly T[]) =>
      entries.filter(({ table }) => table === "shop.orders_2024");
    expect(onPartition(catalog.indexes).map(({ name, parent }) => [name, parent])).toEqual([
      ["shop.orders_2024_customer_id_idx", "shop.orders_customer"],
      ["shop.orders_2024_own", undefined],
      ["shop.orders_2024_pkey", "shop.orders_pkey"],
    ]);
    expect(onPartition(catalog.triggers)).toMatchObject([
      { enabled: "disabled", parent: "touch_orders on shop.orders" },
    ]);
    expect(onPartition(catalog.constraints.filter(({ kind }) => kind === "check"))).toHaveLength(1);
  });

  test("says which materialized view holds no rows, without making a difference of it", async () => {
    expect(catalog.materializedViews).toMatchObject([{ populated: false }, { populated: false }]);
    await db.query("refresh materialized view shop.counts");
    const after = await readCatalog(db);
    await db.query("refresh materialized view shop.counts with no data");
    expect(after.materializedViews).toMatchObject([{ populated: true }, { populated: false }]);
    expect(catalogHash(after)).toBe(catalogHash(catalog));
  });

  test("says which index is not valid and which constraint is not validated", () => {
    expect(catalog.indexes.filter(({ valid }) => !valid).map(({ name }) => name)).toEqual([
      "shop.orders_waiting",
      "spare.parted_n",
    ]);
    const unproven = catalog.constraints.filter(({ validated }) => !validated).map(({ constraint }) => constraint);
    const since18 = version >= 18 ? ["salary_known", "salary_positive"] : [];
    expect(unproven).toEqual(["doubted", "name_not_empty", ...since18, "under_ten"]);
  });

  test("tells grants from what an object has by itself", () => {
    const grants = catalog.grants.map(({ name, granted, revoked }) => [name, granted.join(), revoked.join()]);
    expect(grants).toContainEqual([
      "table shop.customers to confiture_app",
      "INSERT with grant option,SELECT with grant option",
      "",
    ]);
    expect(grants).toContainEqual(['column shop.customers.name to "Confiture Reader"', "UPDATE", ""]);
    expect(grants).toContainEqual(["function shop.total(numeric,integer) to PUBLIC", "", "EXECUTE"]);
    expect(grants.filter(([name]) => name?.includes(" to postgres"))).toEqual([]);
  });

  test("leaves out what an extension brought", () => {
    expect(catalog.extensions.map(({ name }) => name)).toEqual(["pg_trgm", "plpgsql"]);
    expect(canonicalText(catalog)).not.toContain("similarity(");
  });

  test("built again elsewhere gives the same hash", async () => {
    const again = await openTestDatabase({ version });
    try {
      await again.query("create schema padding; drop schema padding; create table padding (n int); drop table padding");
      await again.query(oneOfEverything(version));
      const second = await readCatalog(again);
      expect(compareCatalogs(catalog, second)).toEqual([]);
      expect(catalogHash(second)).toBe(catalogHash(catalog));
    } finally {
      await dropSubscriptions(again);
      await again[Symbol.asyncDispose]();
    }
  });
});
