import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { analysisText, analyzeSql } from "./analyze-for-test.js";

const shop = `
  create table orders (id int primary key, note text, customer int);
  insert into orders select g, repeat('x', 100), g from generate_series(1, 200000) g;
  create table mails (id int, n text);
  analyze;
`;
const lockTime = ({ factors }: Awaited<ReturnType<typeof analyzeSql>>["risk"]) =>
  factors.find(({ name }) => name === "lock_time")!.measured;

describe("a change of all rows of a table", () => {
  test("is not passed by its text alone: how many rows wait for how long, nobody knows", async () => {
    for (const sql of [
      "update orders set note = 'x'",
      "delete from orders",
      "update orders set note = 'x' where id = 5",
    ]) {
      const { risk } = await analyzeSql(sql);
      expect(risk, sql).toMatchObject({ level: "critical", whoWaits: "same_rows" });
      expect(lockTime(risk)).toBeNull();
    }
    const few = await analyzeSql("insert into orders values (1, 'x', 2)");
    expect(few.risk).toMatchObject({ level: "low", whoWaits: "nobody" });
  });

  testOnEachVersion("counts the time during which who changes the same rows waits", async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    for (const sql of ["update orders set note = 'x'", "delete from orders where note <> ''"]) {
      const { risk } = await analyzeSql(sql, db.url);
      expect(risk.whoWaits, sql).toBe("same_rows");
      expect(lockTime(risk)).toBeGreaterThan(50);
      expect(risk.factors[0]!.measured).toBeGreaterThan(20 * 2 ** 20);
      expect(risk.downtime.caveats).toContain("only who changes the same rows waits; everybody else goes on");
    }
    const keyed = await analyzeSql("update orders set note = 'x' where id = 5", db.url);
    expect([keyed.risk.level, keyed.risk.whoWaits, lockTime(keyed.risk)]).toEqual(["low", "nobody", 0]);
  });

  test("is told to people as what it is", async () => {
    await using db = await openTestDatabase({ sql: shop });
    const pretty = await analysisText("update orders set note = 'x'", ["--verbose"], db.url);
    expect(pretty).toMatch(/Downtime +about .* for who changes the same\s+rows/);
    expect(pretty).toContain("may change any row of public.orders: about");
    expect(pretty.replaceAll(/\s+/g, " ")).toContain("only who changes the same rows waits; everybody else goes on");
    const markdown = await analysisText("update orders set note = 'x'", ["--format", "markdown"], db.url);
    expect(markdown).toContain("who changes the same rows waits");
    expect(markdown).not.toContain("none that anybody notices");
    expect(markdown).toContain("Caveats of the times");
  });
});

testOnEachVersion("the indexes of a table are most of what a change of its rows takes", async (version) => {
  await using db = await openTestDatabase({ version, sql: shop });
  const time = async () => (await analyzeSql("update orders set customer = id", db.url)).risk;
  const bare = await time();
  await db.query("create index on orders (customer); create index on orders (note); create index on orders (id, note)");
  const indexed = await time();
  expect(indexed.downtime.estimatedMs).toBeGreaterThan(2 * bare.downtime.estimatedMs);
  expect(indexed.downtime.caveats.join()).toContain("the 4 indexes of public.orders");
  expect(indexed.levelAtUpperEnd).toBe("critical");
  const text = await analysisText("update orders set customer = id", ["--risk-level", "critical"], db.url);
  expect(text.replaceAll(/\s+/g, " ")).toMatch(/but it may take .* which would be critical|the risk is critical/);
});

describe("work without a price is not known, and so the worst", () => {
  testOnEachVersion("rows that a query adds under a lock", async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    const { risk, code } = await analyzeSql(
      "alter table mails add column z int; insert into mails select id, note from orders;",
      db.url,
    );
    expect([risk.level, code, lockTime(risk)]).toEqual(["critical", 1, null]);
    expect(risk.downtime.unpriced?.join()).toContain("how many rows it writes is not known");
    const listed = await analyzeSql("alter table mails add column z int; insert into mails values (1, 'x');", db.url);
    expect([listed.risk.level, listed.code]).toEqual(["low", 0]);
    const text = await analysisText(
      "alter table mails add column z int; insert into mails select id from orders;",
      [],
      db.url,
    );
    expect(text.replaceAll(/\s+/g, " ")).toContain("Downtime not known: insert public.mails: how many rows it writes");
  });

  testOnEachVersion("a statement that a loop runs any number of times", async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    const loop = "do $$ begin for i in 1..100000 loop insert into mails values (i, 'x'); end loop; end $$;";
    const { risk } = await analyzeSql(`alter table mails add column z int; ${loop}`, db.url);
    expect([risk.level, lockTime(risk)]).toEqual(["critical", null]);
  });

  test("an index of a method that was never measured", async () => {
    await using db = await openTestDatabase({ sql: shop });
    const { risk } = await analyzeSql("create index on orders using bloom (id)", db.url);
    expect([risk.level, lockTime(risk)]).toEqual(["critical", null]);
    expect(risk.downtime.unpriced?.join()).toContain("bloom");
  });
});
