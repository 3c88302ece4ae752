import { describeEachVersion, openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { answerFor, catalogOf, runBothWays } from "./run-both-ways.js";
import { runSteps, sequenceFor, withRole } from "./run-sequence.js";

const schema = `
  create schema app;
  create function app.half(text) returns int language sql as 'select $1::int / 2';
  revoke execute on function app.half from public;
  create table app.t (id int primary key, v text, at timestamp);
  insert into app.t values (1, '10', '2030-01-01');
  create schema "Заказы";
  create table "Заказы"."заказы" (id int primary key, "сумма" int, "скидка" int, ${"x".repeat(62)}a int, ${"x".repeat(62)}b int);
  insert into "Заказы"."заказы" values (1, 2, 3, 4, 5);
`;

const searchPath = ["app", "public"];

describeEachVersion("while a type changes, what others write is in both columns", (version) => {
  test("sessions with another search path, time zone, and fewer rights write as ever", async () => {
    const catalog = await catalogOf({ version, schema });
    for (const [statement, wanted] of [
      ["alter table t alter v type int using half(v)", [5, 10]],
      ["alter table t alter at type timestamptz", ["2030-01-01T00:00:00+00:00"]],
    ] as const) {
      const sequence = await sequenceFor(statement, { catalog, searchPath });
      await using db = await openTestDatabase({ version, sql: schema });
      await withRole(db, async (role) => {
        await db.query(`grant usage on schema app to ${role}; grant select, insert, update on app.t to ${role};
          set search_path = app, public; set timezone = 'UTC'`);
        await using other = await db.openSession();
        await other.query(`set role ${role}; set search_path = ''; set timezone = 'Asia/Tokyo'`);
        await runSteps(sequence, db, async (position) => {
          if (position === sequence.steps.length - 1) return;
          await other.query(`insert into app.t (id, v, at) values (${10 + position}, '20', '2030-01-01')`);
          await other.query("update app.t set at = at where id = 1");
        });
        const column = statement.split(" ")[4]!;
        const { rows } = await db.query<{ v: unknown }>(
          `select distinct to_jsonb(${column}) as v from app.t order by 1`,
        );
        expect(rows.map(({ v }) => v)).toEqual(wanted);
      });
    }
  });

  test("rows that come by replication, past ordinary triggers, are not lost", async () => {
    const sequence = await sequenceFor("alter table t alter v type int using v::int", {
      catalog: await catalogOf({ version, schema }),
      searchPath,
    });
    await using db = await openTestDatabase({ version, sql: schema });
    await db.query("set search_path = app, public");
    await using replica = await db.openSession();
    await replica.query("set session_replication_role = replica");
    await runSteps(sequence, db, async (position) => {
      if (position === sequence.steps.length - 1) return;
      await replica.query(`insert into app.t (id, v) values (${100 + position}, '7')`);
      await replica.query("update app.t set v = '11' where id = 1");
    });
    const { rows } = await db.query("select distinct v from t order by v");
    expect(rows).toEqual([{ v: 7 }, { v: 11 }]);
  });

  test("a trigger that changes the row comes first, whatever its name", async () => {
    for (const name of ["zzz_norm", "~"]) {
      const own = `${schema}
        create function norm() returns trigger language plpgsql as $$ begin new.v := new.v || '0'; return new; end $$;
        create trigger "${name}" before insert or update on app.t for each row execute function norm();`;
      const sequence = await sequenceFor("alter table t alter v type int using v::int", {
        catalog: await catalogOf({ version, schema: own }),
        searchPath,
      });
      await using db = await openTestDatabase({ version, sql: own });
      await db.query("set search_path = app, public");
      await runSteps(sequence, db, async (position) => {
        if (position === sequence.steps.length - 2) await db.query("insert into app.t (id, v) values (2, '3')");
      });
      const { rows } = await db.query("select v from t where id = 2");
      expect(rows, name).toEqual([{ v: 30 }]);
    }
  });

  test("where no trigger could come last, there is no gentler form", async () => {
    const own = `${schema}
      create function norm() returns trigger language plpgsql as $$ begin return new; end $$;
      create trigger "ясно" before insert on app.t for each row execute function norm();`;
    const answer = await answerFor("alter table app.t alter v type int using v::int", {
      catalog: await catalogOf({ version, schema: own }),
    });
    expect(answer).toMatchObject({ kind: "none", because: expect.stringMatching(/"ясно" .* none can come/) });
  });

  test("when the trigger was switched off on the way, or another put behind it, the last step fails", async () => {
    const sequence = await sequenceFor("alter table app.t alter v type int using v::int", {
      catalog: await catalogOf({ version, schema }),
    });
    for (const interference of [
      "alter table app.t disable trigger all; update app.t set v = '99'; alter table app.t enable trigger all",
      `create function last() returns trigger language plpgsql as $$ begin new.v := '1'; return new; end $$;
       create trigger zzzzz before insert on app.t for each row execute function last()`,
    ]) {
      await using db = await openTestDatabase({ version, sql: schema });
      const last = sequence.steps.length - 1;
      await runSteps({ steps: sequence.steps.slice(0, last) }, db);
      await db.query(interference);
      await expect(runSteps({ steps: sequence.steps.slice(last) }, db)).rejects.toThrow(
        /may not have what was written/,
      );
      const { rows } = await db.query("select pg_typeof(v)::text as type from app.t");
      expect(rows).toEqual([{ type: "text" }]);
    }
  });

  test("names of any script, and names alike in all that a name can hold", async () => {
    const long = "x".repeat(62);
    await runBothWays({
      version,
      schema,
      statement: `alter table "Заказы"."заказы" alter "сумма" type bigint, alter "скидка" type bigint, alter ${long}a type bigint, alter ${long}b type bigint`,
      meanwhile: [`insert into "Заказы"."заказы" values (2, 20, 30, 40, 50)`],
    });
  });

  test("a trigger does not see whole rows, other places' names and what is computed: USING of these has no gentler form", async () => {
    const own = `${schema} alter table app.t add g text generated always as (case when id > 1 then 'x' end) stored`;
    const catalog = await catalogOf({ version, schema: own });
    for (const [using, because] of [
      ["(t.*)::text", /whole row/],
      ["t::text", /whole row/],
      ["app.t.v || ''", /with its schema/],
      ["ctid::text", /ctid/],
      ["g || v", /computed/],
    ] as const) {
      const answer = await answerFor(`alter table app.t alter v type varchar using ${using}`, { catalog });
      expect(answer).toMatchObject({ kind: "none", because: expect.stringMatching(because) });
    }
  });
});
