import { assessRisk, readRiskFacts, relationsOf } from "@confiture/risk";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { operation } from "./plan-of.js";

const shop = `
create table counted with (autovacuum_enabled = off) as select n, repeat('x', 100) t from generate_series(1, 20000) n;
analyze counted;
create table fresh with (autovacuum_enabled = off) as select n, repeat('x', 100) t from generate_series(1, 20000) n;
create table parts (n int) partition by range (n);
create table part_1 partition of parts for values from (0) to (100) with (autovacuum_enabled = off);
insert into parts select n % 100 from generate_series(1, 20000) n;
`;

testOnEachVersion(
  "a locked table that nobody ever counted has a size nobody knows, which is the worst",
  async (version) => {
    await using db = await openTestDatabase({ version, sql: shop });
    await using other = await db.openSession();
    const assess = async (name: string) => {
      const relation = `public.${name}`;
      const plan = operation("alter_column_type", {
        locks: [{ relation, mode: "AccessExclusiveLock" }],
        rewrites: [relation],
        dataLoss: [{ what: "values", of: relation }],
      });
      const facts = await readRiskFacts(db, { relations: relationsOf([plan]) });
      return assessRisk({ operations: [plan], facts });
    };
    const free = await assess("fresh");
    expect(free.factors[0]!.measured).toBeGreaterThan(2_000_000);
    await other.query("begin; lock table fresh, counted, part_1 in access exclusive mode");
    for (const name of ["fresh", "parts"]) {
      const { factors, level, notInspected, categories } = await assess(name);
      expect([factors[0]!.measured, factors[1]!.measured, level], name).toEqual([null, null, "critical"]);
      expect(notInspected.join(), name).toContain("nobody ever counted its pages");
      expect(categories.find((one) => one.name === "data_loss")!.level).toBe("high");
    }
    const { factors, notInspected } = await assess("counted");
    expect(factors[0]!.measured).toBeGreaterThan(2_000_000);
    expect(notInspected.join()).toContain("its last statistics are told");
    await other.query("rollback");
  },
);
