import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { analyzeSql } from "./analyze-for-test.js";

const shop = `
  create table customers (id int primary key);
  create table orders (id int primary key, note text, customer int);
  insert into orders select g, nullif(g % 10, 0)::text, g from generate_series(1, 1000) g;
  analyze;
`;

testOnEachVersion("rows that this role may not look at are not rows in order", async (version) => {
  await using db = await openTestDatabase({ version, sql: shop });
  const role = `blind_${version}_${process.pid}`;
  await db.query(`create role ${role} login password 'nothing'`);
  const url = new URL(db.url);
  url.username = role;
  url.password = "nothing";
  try {
    const { risk } = await analyzeSql("alter table orders alter column note set not null", url.href);
    const factor = risk.factors.find(({ name }) => name === "anomalies")!;
    expect(factor).toMatchObject({ measured: null, value: 1, description: expect.stringContaining("not known") });
    expect(risk.notInspected.join()).toContain("note of public.orders is not null: this role may not read it");
  } finally {
    await db.query(`drop role ${role}`);
  }
});

describe("rows that make a statement fail", () => {
  testOnEachVersion("are not passed, as little as what a shadow refuses", async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    const key = await analyzeSql("alter table orders add foreign key (customer) references customers", db.url);
    expect([key.code, key.because]).toEqual([1, [expect.stringContaining("1000 rows stand against the plan")]]);
    const unique = await analyzeSql("alter table orders add unique (note)", db.url);
    expect([unique.code, unique.because]).toEqual([1, [expect.stringContaining("900 rows stand against the plan")]]);
    const type = await analyzeSql("alter table orders alter note type integer using (note || 'x')::integer", db.url);
    expect([type.code, type.because]).toEqual([1, [expect.stringContaining("at least 1 row stands")]]);
  });

  testOnEachVersion("are asked of what stands behind USING", async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    const sql = "alter table orders alter note type integer using length(note), alter id type bigint;";
    const { risk, because } = await analyzeSql(sql, db.url);
    expect([risk.anomalies, because]).toEqual([[], []]);
  });

  testOnEachVersion("are not told of rows that an earlier statement mends or spoils", async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    const mended = await analyzeSql(
      "update orders set note = '' where note is null; alter table orders alter note set not null;",
      db.url,
    );
    const why = "note of public.orders is not null: an earlier statement changes these rows";
    expect([mended.risk.anomalies, mended.because]).toEqual([[], []]);
    expect(mended.risk.notInspected.join()).toContain(why);
    const spoiled = await analyzeSql(
      "insert into orders values (0, 'x', null); alter table orders alter customer set not null;",
      db.url,
    );
    expect(spoiled.risk.notInspected.join()).toContain("customer of public.orders is not null: an earlier statement");
    const before = await analyzeSql("alter table orders alter note set not null; delete from orders;", db.url);
    expect(before.code).toBe(1);
  });

  testOnEachVersion("of a constraint that is validated are counted; what no query asks is named", async (version) => {
    await using db = await openTestDatabase({
      version,
      sql: `${shop}
        alter table orders add constraint short check (id < 10) not valid;
        alter table orders add constraint known foreign key (customer) references customers not valid;
        create domain code as text;
        create table codes (c code, during int4range);
        create table log (at int) partition by range (at);
        create table log_1 (at int);`,
    });
    const check = await analyzeSql("alter table orders validate constraint short", db.url);
    expect([check.code, check.because]).toEqual([1, [expect.stringContaining("991 rows stand")]]);
    const key = await analyzeSql("alter table orders validate constraint known", db.url);
    expect([key.code, key.because]).toEqual([1, [expect.stringContaining("1000 rows stand")]]);
    for (const [sql, told] of [
      [
        "alter table log attach partition log_1 for values from (0) to (9)",
        "rows of public.log_1 satisfy attach_partition",
      ],
      ["alter domain code add check (value <> '')", "rows of public.codes satisfy add_domain_constraint"],
      ["alter table codes add exclude using gist (during with &&)", "rows of public.codes satisfy add_exclude"],
    ]) {
      const { risk } = await analyzeSql(sql!, db.url);
      expect(risk.notInspected.join(), sql).toContain(told);
      expect(risk.factors.find(({ name }) => name === "anomalies")!.measured, sql).toBeNull();
    }
  });
});

test("orphans of a key that the server takes for proved are not said to be cured by VALIDATE", async () => {
  await using db = await openTestDatabase({
    sql: `${shop} alter table orders add constraint known foreign key (customer) references customers not valid;
      update pg_constraint set convalidated = true where conname = 'known';`,
  });
  const { risk } = await analyzeSql("alter table orders add column z int", db.url);
  expect(risk.anomalies).toMatchObject([{ name: "orphaned_rows", severity: "critical", evidence: { rows: 1000 } }]);
  const advice = risk.recommendations.find(({ text }) => text.includes("refer to nothing"))!;
  expect([advice.sql, advice.text]).toEqual([
    [expect.stringContaining("select")],
    expect.stringContaining("add it anew"),
  ]);
});

test("a file of comments is passed at any limit", async () => {
  const { code } = await analyzeSql("-- Nothing to do.\n", undefined, "--risk-level", "low");
  expect(code).toBe(0);
});
