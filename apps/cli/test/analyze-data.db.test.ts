import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
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
