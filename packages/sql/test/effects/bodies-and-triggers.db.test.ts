import { describeEachVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { holdAgainstServer } from "./hold-against-server.js";

const audit = `create table audit (n int); create function note() returns trigger language plpgsql as
  $$ begin insert into audit values (1); return null; end $$;`;
const partitioned = `${audit} create table p (n int) partition by list (n); create table p1 partition of p for values in (1);
  create table p2 partition of p for values in (2); insert into p values (1);`;
const referring = (action: string) => `${audit} create table p (n int primary key);
  create table c (n int references p ${action}); insert into p values (1); insert into c values (1);`;
const noteDdl = `create table audit (n int); create table t (n int); create function note() returns event_trigger language plpgsql as
  $$ begin insert into audit values (1); end $$;`;

interface Followed {
  readonly schema: string;
  readonly file: string;
  readonly since?: number;
  readonly locks: readonly string[];
  readonly loses?: readonly string[];
}

const followed: Readonly<Record<string, Followed>> = {
  "an SQL function of statements": {
    schema: "create table t (n int); create function f() returns void language sql begin atomic delete from t; end;",
    file: "select f()",
    since: 14,
    locks: ["public.t RowExclusiveLock"],
    loses: ["public.t"],
  },
  "one that the file makes": {
    schema: "create table t (n int)",
    file: "create function f() returns void language sql begin atomic delete from t; end; select f()",
    since: 14,
    locks: ["public.t RowExclusiveLock"],
    loses: ["public.t"],
  },
  "an SQL function that returns an expression": {
    schema: "create table t (n int); create function f() returns bigint language sql return (select count(*) from t);",
    file: "select f()",
    since: 14,
    locks: ["public.t AccessShareLock"],
  },
  "an aggregate's functions": {
    schema: `create table seen (n int); create function step(int, int) returns int language plpgsql as
      $$ begin insert into seen values ($2); return 1; end $$; create aggregate steps (int) (sfunc = step, stype = int);
      create table t (n int); insert into t values (1), (2);`,
    file: "select steps(n) from t",
    locks: ["public.seen RowExclusiveLock", "public.t AccessShareLock"],
  },
  "an operator's function": {
    schema: `create table seen (n int); create function look(int, int) returns int language plpgsql as
      $$ begin insert into seen values ($2); return 1; end $$;
      create operator ### (leftarg = int, rightarg = int, function = look);`,
    file: "select 1 ### 2",
    locks: ["public.seen RowExclusiveLock"],
  },
  "a function with a search path of its own": {
    schema: `create schema app; create table app.t (n int); create table t (n int);
      create function f() returns void language plpgsql set search_path = app as $$ begin delete from t; end $$;`,
    file: "select f()",
    locks: ["app.t RowExclusiveLock"],
    loses: ["app.t"],
  },
  "a function that gets one in the file": {
    schema: `create schema app; create table app.t (n int); create table t (n int);
      create function f() returns void language plpgsql as $$ begin delete from t; end $$;`,
    file: "alter function f() set search_path = app; select f()",
    locks: ["app.t RowExclusiveLock"],
    loses: ["app.t"],
  },
  "a statement put together of constants in any quotes": {
    schema: "create table t (n int)",
    file: "do $$ begin execute $q$drop table t$q$ || '' || E' ' || ('cascade'::text); end $$",
    locks: ["public.t AccessExclusiveLock"],
    loses: ["public.t"],
  },
  "triggers of partitions": {
    schema: `${partitioned} create trigger note after delete on p1 for each row execute function note()`,
    file: "delete from p",
    locks: [
      "public.audit RowExclusiveLock",
      "public.p RowExclusiveLock",
      "public.p1 RowExclusiveLock",
      "public.p2 RowExclusiveLock",
    ],
    loses: ["public.p"],
  },
  "triggers of partitions that a row leaves": {
    schema: `${partitioned} create trigger note after delete on p1 for each row execute function note()`,
    file: "update p set n = 2",
    locks: [
      "public.audit RowExclusiveLock",
      "public.p RowExclusiveLock",
      "public.p1 RowExclusiveLock",
      "public.p2 RowExclusiveLock",
    ],
  },
  "triggers of rows that are deleted with others": {
    schema: `${referring("on delete cascade")} create trigger note after delete on c for each row execute function note()`,
    file: "delete from p",
    locks: ["public.audit RowExclusiveLock", "public.c RowExclusiveLock", "public.p RowExclusiveLock"],
    loses: ["public.p", "public.c"],
  },
  "triggers of rows whose key changes with others": {
    schema: `${referring("on update cascade")} create trigger note after update on c for each row execute function note()`,
    file: "update p set n = 2",
    locks: ["public.audit RowExclusiveLock", "public.c RowExclusiveLock", "public.p RowExclusiveLock"],
  },
  "keys that refer to the whole, when a partition is written": {
    schema: `create table p (n int primary key) partition by list (n); create table p1 partition of p for values in (1);
      create table c (n int references p on delete cascade); insert into p values (1); insert into c values (1);`,
    file: "select count(*) from p; delete from p1",
    locks: ["public.c RowExclusiveLock", "public.p1 RowExclusiveLock"],
    loses: ["public.p1", "public.c"],
  },
  "triggers of TRUNCATE": {
    schema: `${audit} create table t (n int); create trigger note after truncate on t execute function note()`,
    file: "truncate t",
    locks: ["public.audit RowExclusiveLock", "public.t AccessExclusiveLock"],
    loses: ["public.t"],
  },
  "event triggers": {
    schema: `${noteDdl} create event trigger note on ddl_command_end when tag in ('ALTER TABLE') execute function note()`,
    file: "alter table t add column a int",
    locks: ["public.audit RowExclusiveLock", "public.t AccessExclusiveLock"],
  },
  "event triggers of what is dropped, made in the file": {
    schema: noteDdl,
    file: "create event trigger note on sql_drop execute function note(); alter table t drop column n",
    locks: ["public.audit RowExclusiveLock", "public.t AccessExclusiveLock"],
    loses: ["public.t.n"],
  },
};

describeEachVersion("what runs besides a statement is followed:", (version) => {
  for (const [name, { schema, file, since, locks, loses }] of Object.entries(followed)) {
    test.skipIf(version < (since ?? 13))(name, async () => {
      const { predicted, under, over } = await holdAgainstServer({ version, schema, file });
      expect({ under, over }).toEqual({ under: [], over: [] });
      const said = predicted.locks.map(({ relation, mode }) => `${relation} ${mode}`);
      expect(said).toEqual(expect.arrayContaining([...locks]));
      expect(predicted.dataLoss.map(({ of }) => of)).toEqual(loses ?? []);
      expect(predicted.certainty).not.toBe("unknown");
    });
  }

  test("an event trigger's function that puts statements together is assumed to touch nothing else", async () => {
    const schema = `create table audit (n int); create table t (n int); create function note() returns event_trigger
      language plpgsql as $$ begin execute format('lock table %I', 'audit'); end $$;
      create event trigger note on ddl_command_start execute function note()`;
    const { predicted } = await holdAgainstServer({ version, schema, file: "alter table t add column a int" });
    expect(predicted.certainty).toBe("assumed");
    expect(predicted.assumptions.join()).toContain("the event trigger note touches no relation");
  });

  test("a body in a language nobody can look into is assumed to touch nothing", async () => {
    const schema = "create function one() returns int language internal as 'pg_backend_pid'";
    const { predicted } = await holdAgainstServer({ version, schema, file: "select one()" });
    expect(predicted.assumptions).toEqual(["public.one() touches no relation: its body (internal) cannot be followed"]);
  });

  test("EXPLAIN alone deletes nothing, and fires no trigger", async () => {
    const schema = `${referring("on delete cascade")} create trigger note after delete on p for each row execute function note()`;
    const { predicted, under, over } = await holdAgainstServer({ version, schema, file: "explain delete from p" });
    expect({ under, over, dataLoss: predicted.dataLoss }).toEqual({ under: [], over: [], dataLoss: [] });
  });
});
