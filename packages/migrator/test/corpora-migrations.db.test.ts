import { join } from "node:path";
import { shadowProvider } from "@confiture/postgres";
import { catalogHash, readCatalog } from "@confiture/schema";
import { openTestDatabase, testVersions } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { applyBuild, buildSchema, migrate, rehearse, rollback, setBaseline } from "../src/index.js";
import { migrationsFolder } from "./migrations-folder.js";

type TestDb = Awaited<ReturnType<typeof openTestDatabase>>;

const corpora = process.env.CONFITURE_CORPORA;

interface Sample {
  readonly name: string;
  readonly loadOrder: readonly string[];
  readonly migrations: Readonly<Record<string, string>>;
  /** A table whose rows the migrations touch. */
  readonly table: string;
}

const samples: readonly Sample[] = [
  {
    name: "Pagila",
    loadOrder: ["pagila-schema.sql", "pagila-data.sql"],
    table: "film",
    migrations: {
      "001_base.up.sql": "-- what the DDL says\n",
      "001_base.down.sql": "-- nothing\n",
      "002_film_audience.up.sql":
        "create type audience as enum ('all', 'adults');\nalter table film add column audience audience;\nupdate film set audience = case when rating = 'NC-17' then 'adults' else 'all' end::audience;\nalter table film alter column audience set not null;",
      "002_film_audience.down.sql": "alter table film drop column audience;\ndrop type audience;",
      "003_payment_index.up.sql":
        "create index concurrently film_audience on film (audience, release_year);\ncreate index payment_amount on payment (amount);",
      "003_payment_index.down.sql": "drop index payment_amount;\ndrop index concurrently film_audience;",
      "004_views.up.sql":
        "create view films_for_all as select film_id, title from film where audience = 'all';\nalter table customer add constraint customer_email_is_one check (email like '%@%') not valid;\nalter table customer validate constraint customer_email_is_one;",
      "004_views.down.sql": "alter table customer drop constraint customer_email_is_one;\ndrop view films_for_all;",
      "005_rename.up.sql": "alter table rental rename column return_date to returned_at;\nvacuum rental;",
      "005_rename.down.sql": "alter table rental rename column returned_at to return_date;",
    },
  },
  {
    name: "Chinook",
    loadOrder: ["chinook.sql"],
    table: "track",
    migrations: {
      "001_base.up.sql": "-- what the DDL says\n",
      "001_base.down.sql": "-- nothing\n",
      "002_track_length.up.sql":
        "alter table track add column seconds int generated always as (milliseconds / 1000) stored;",
      "002_track_length.down.sql": "alter table track drop column seconds;",
      "003_invoice_total.up.sql":
        "create index concurrently invoice_total on invoice (total);\nalter table invoice alter column total type numeric(12, 2);",
      "003_invoice_total.down.sql":
        "alter table invoice alter column total type numeric(10, 2);\ndrop index concurrently invoice_total;",
    },
  },
];

const cases = samples.flatMap((sample) => testVersions.map((version) => ({ ...sample, version })));

describe.skipIf(corpora === undefined)("sample databases of other people (CONFITURE_CORPORA)", () => {
  test.each(cases)(
    "$name is built, taken over by a baseline, rehearsed, migrated and brought back to the same catalog (PostgreSQL $version)",
    async ({ version, loadOrder, migrations, table }) => {
      await using db = await openTestDatabase({ version });
      using folder = migrationsFolder(migrations);
      const build = await buildSchema({ root: join(corpora ?? "", "schemas"), loadOrder });
      await applied(db, build);
      const before = await seen(db, table);
      const shadow = shadowProvider({ url: db.url });
      const source = { migrations: folder.path };
      await setBaseline(db, { ...source, version: "001", script: build.script, shadow });

      const rehearsal = await rehearse(db, { ...source, direction: "up", shadow });
      expect(rehearsal.failed).toBeNull();
      expect(rehearsal.rehearsal.notRehearsed).toEqual([]);
      expect(await seen(db, table)).toEqual(before);

      const up = await migrate(db, source);
      expect(up.failed).toBeNull();
      expect(await seen(db, table)).not.toEqual(before);
      const down = await rollback(db, { ...source, to: "001" });
      expect([down.failed, down.applied.length]).toEqual([null, up.applied.length]);
      expect(await seen(db, table)).toEqual(before);
    },
  );
});

async function applied(db: TestDb, build: Awaited<ReturnType<typeof buildSchema>>): Promise<void> {
  await using session = await db.openSession();
  await session.query("set client_min_messages = warning");
  await applyBuild(session, build);
}

async function seen(db: TestDb, table: string): Promise<unknown> {
  await using session = await db.openSession();
  const { rows } = await session.query(`select count(*)::int as count from ${table}`);
  return { rows, catalog: catalogHash(await readCatalog(session, { exclude: ["confiture"] })) };
}
