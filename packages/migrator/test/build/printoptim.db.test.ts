import { fileURLToPath } from "node:url";
import { loadConfig, resolveLoadOrder } from "@confiture/config";
import { catalogHash, readCatalog } from "@confiture/schema";
import { openTestDatabase, testVersions } from "@confiture/testkit";
import { expect, test } from "vitest";
import { applyBuild, buildSchema, migrate, rollback } from "../../src/index.js";

const root = fileURLToPath(new URL("../../../../examples/printoptim", import.meta.url));

async function buildExample() {
  const config = await loadConfig({ cwd: root, env: {} });
  return buildSchema({ root, loadOrder: resolveLoadOrder(config, { env: {} }), order: config.schema.order });
}

test("the example has more than forty files, roles first and seed data last", async () => {
  const { files, notes } = await buildExample();
  expect(files.length).toBeGreaterThan(40);
  expect(files[0]?.path).toBe("db/0_schema/00_common/000_security/0001_roles.sql");
  expect(files.at(-1)?.path).toContain("019_prep_seed");
  expect(notes).toEqual([]);
});

test("it builds the same when the order comes from what the files need", async () => {
  const config = await loadConfig({ cwd: root, env: {} });
  const build = await buildSchema({ root, loadOrder: config.schema.loadOrder, order: "dependencies" });
  await using db = await openTestDatabase();
  await using session = await db.openSession();
  await applyBuild(session, build);
});

test.each(testVersions)("it builds, migrates, and comes back to the same catalog on PostgreSQL %s", async (version) => {
  await using db = await openTestDatabase({ version });
  await using session = await db.openSession();
  await applyBuild(session, await buildExample());
  const { rows } = await session.query<{ orders: number; tenants: number; models: number }>(
    "select (select count(*)::int from w_orders) as orders, (select count(distinct tenant_id)::int from w_orders) as tenants, (select count(*)::int from r_customer_lifetime_value) as models",
  );
  expect(rows).toEqual([{ orders: 200, tenants: 4, models: 20 }]);

  const migrations = `${root}/db/migrations`;
  const hash = async () => catalogHash(await readCatalog(session, { exclude: ["confiture"] }));
  const first = await migrate(db, { migrations, to: "20260105T090000" });
  expect(first.failed).toBeNull();
  const before = await hash();
  const up = await migrate(db, { migrations });
  expect(up.failed).toBeNull();
  expect(up.applied).toHaveLength(7);
  const after = await hash();
  const down = await rollback(db, { migrations, to: "20260105T090000" });
  expect(down.failed).toBeNull();
  expect(await hash()).toBe(before);
  await migrate(db, { migrations });
  expect(await hash()).toBe(after);
});
