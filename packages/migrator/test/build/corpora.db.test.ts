import { join } from "node:path";
import { openTestDatabase, testVersions } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { applyBuild } from "../../src/build/apply-build.js";
import { buildSchema } from "../../src/build/build-schema.js";

const corpora = process.env.CONFITURE_CORPORA;

describe.skipIf(corpora === undefined)("sample databases of other people (CONFITURE_CORPORA)", () => {
  test.each(testVersions)("Pagila is built with its data on PostgreSQL %s", async (version) => {
    await using db = await openTestDatabase({ version });
    await using session = await db.openSession();
    const build = await buildSchema({
      root: join(corpora ?? "", "schemas"),
      loadOrder: ["pagila-schema.sql", "pagila-data.sql"],
    });
    await session.query("set client_min_messages = warning");
    await applyBuild(session, build);
    const { rows } = await session.query(
      "select (select count(*)::int from film) as films, (select count(*)::int from payment) as payments",
    );
    expect(rows).toEqual([{ films: 1000, payments: 16049 }]);
  });

  test.each(testVersions)("Chinook is built with its data on PostgreSQL %s", async (version) => {
    await using db = await openTestDatabase({ version });
    await using session = await db.openSession();
    const build = await buildSchema({ root: join(corpora ?? "", "schemas"), loadOrder: ["chinook.sql"] });
    await applyBuild(session, build);
    const { rows } = await session.query(
      "select (select count(*)::int from track) as tracks, (select count(*)::int from invoice_line) as lines",
    );
    expect(rows).toEqual([{ tracks: 3503, lines: 2240 }]);
  });
});
