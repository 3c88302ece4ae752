import { readCatalog } from "@confiture/schema";
import { type PredictEffectsOptions, parseSqlFile, predictEffects } from "@confiture/sql";
import { describeEachVersion, openTestDatabase, type TestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";

async function lossesOf(
  sql: string,
  db: TestDatabase,
  options: PredictEffectsOptions = {},
): Promise<readonly string[]> {
  const { statements } = await parseSqlFile(sql, { file: "loss" });
  const predicted = await predictEffects(statements, { catalog: await readCatalog(db), ...options });
  return predicted.at(-1)!.effect.dataLoss.map(({ what, of }) => `${what} ${of}`);
}

interface Deletion {
  readonly schema: string;
  readonly sql: string;
  readonly loses: readonly string[];
  readonly since?: number;
}

const t = "create table t (n int primary key); create table kept (n int); insert into t values (1);";
const deletions: Readonly<Record<string, Deletion>> = {
  "a DELETE inside WITH": {
    schema: t,
    sql: "with gone as (delete from t returning *) insert into kept select * from gone",
    loses: ["rows public.t"],
  },
  "a DELETE that is explained with ANALYZE": {
    schema: t,
    sql: "explain (analyze, costs off) delete from t",
    loses: ["rows public.t"],
  },
  "a DELETE that is only explained": { schema: t, sql: "explain (analyze off) delete from t", loses: [] },
  "MERGE … DELETE": {
    schema: `${t} insert into kept values (1)`,
    sql: "merge into t using kept on t.n = kept.n when matched then delete",
    loses: ["rows public.t"],
    since: 15,
  },
  "a DELETE through a view": {
    schema: `${t} create view v as select n from t`,
    sql: "delete from v",
    loses: ["rows public.t"],
  },
  "rows that refer to others": {
    schema: `${t} create table c (n int references t on delete cascade); insert into c values (1)`,
    sql: "delete from t",
    loses: ["rows public.t", "rows public.c"],
  },
};

describeEachVersion("rows are lost by", (version) => {
  for (const [name, { schema, sql, loses, since }] of Object.entries(deletions)) {
    test.skipIf(version < (since ?? 13))(name, async () => {
      await using db = await openTestDatabase({ version, sql: schema });
      expect(await lossesOf(sql, db)).toEqual(loses);
      await db.query(sql);
      for (const lost of ["t", "c"].filter((table) => schema.includes(`table ${table} `))) {
        const { rows } = await db.query<{ count: string }>(`select count(*) from ${lost}`);
        expect(rows[0]?.count, lost).toBe(loses.includes(`rows public.${lost}`) ? "0" : "1");
      }
    });
  }
});

const types: Readonly<Record<string, Omit<Deletion, "since">>> = {
  "a type, with its columns": {
    schema: `create type mood as enum ('a'); create table t (a mood, b mood[], c int) partition by list (c);
      create table t1 partition of t default`,
    sql: "drop type mood cascade",
    loses: ["column public.t.a", "column public.t.b"],
  },
  "a domain, with those over it": {
    schema: "create domain d as int; create domain e as d; create table t (a d, b e, c int)",
    sql: "drop domain d cascade",
    loses: ["column public.t.a", "column public.t.b"],
  },
  "the type of an attribute": {
    schema: "create type mood as enum ('a'); create type pair as (a int, b mood); create table t (x pair, y pair[])",
    sql: "drop type mood cascade",
    loses: ["values public.t.x", "values public.t.y"],
  },
  "an attribute": {
    schema: `create type pair as (a int, b int); create type more as (i int, p pair); create table t (x pair, y pair[], z more);
      create table u of pair`,
    sql: "alter type pair drop attribute b cascade",
    loses: ["column public.u.b", "values public.t.x", "values public.t.y", "values public.t.z"],
  },
};

describeEachVersion("what columns hold is lost with", (version) => {
  for (const [name, { schema, sql, loses }] of Object.entries(types)) {
    test(name, async () => {
      await using db = await openTestDatabase({ version, sql: schema });
      expect([...(await lossesOf(sql, db))].sort()).toEqual(loses);
      const columns = async () =>
        new Set((await readCatalog(db)).columns.map(({ table, column }) => `column ${table}.${column}`));
      const before = await columns();
      await db.query(sql);
      const after = await columns();
      const gone = [...before].filter((column) => !after.has(column) && !column.startsWith("column public.t1."));
      expect(gone.sort()).toEqual(loses.filter((loss) => loss.startsWith("column")));
    });
  }
});

interface Conversion {
  readonly from: string;
  readonly values: readonly string[];
  readonly to: string;
  readonly using?: string;
  readonly back?: string;
  readonly kept: boolean;
}

const mood = "create type mood as enum ('a', 'b');";
const conversions: readonly Conversion[] = [
  { from: "int", values: ["1", "-2"], to: "bigint", kept: true },
  { from: "bigint", values: ["1", "-2"], to: "int", kept: true },
  { from: "int", values: ["1", "16777217"], to: "text", back: "a::int", kept: true },
  { from: "int", values: ["16777217"], to: "real", kept: false },
  { from: "int", values: ["16777217"], to: "double precision", kept: true },
  { from: "bigint", values: ["9007199254740993"], to: "double precision", kept: false },
  { from: "numeric(10, 4)", values: ["1.2345"], to: "int", kept: false },
  { from: "numeric(10, 2)", values: ["1.25"], to: "numeric(12, 4)", kept: true },
  { from: "numeric(10, 2)", values: ["1.25"], to: "numeric(12, 1)", kept: false },
  { from: "numeric", values: ["1.25"], to: "numeric(12, 1)", kept: false },
  { from: "int", values: ["125"], to: "numeric(6, 2)", kept: true },
  { from: "timestamp", values: ["'2024-05-06 07:08:09.123456'"], to: "date", kept: false },
  { from: "timestamp", values: ["'2024-05-06 07:08:09.123456'"], to: "timestamp(3)", kept: false },
  { from: "date", values: ["'2024-05-06'"], to: "timestamp", kept: true },
  {
    from: "timestamp",
    values: ["'2024-10-27 01:30'", "'2024-10-27 02:30'"],
    to: "timestamptz",
    using: "a at time zone 'UTC'",
    back: "a at time zone 'UTC'",
    kept: true,
  },
  { from: "varchar(10)", values: ["'abcdefgh'"], to: "varchar(5)", using: "a::varchar(5)", kept: false },
  { from: "varchar(10)", values: ["'abc'"], to: "varchar(5)", kept: true },
  { from: "text", values: ["'a '"], to: "char(5)", kept: false },
  { from: "text", values: ["'007'"], to: "int", using: "a::int", kept: false },
  { from: "text", values: ["'abc'"], to: "text", using: "upper(a)", kept: false },
  { from: "text", values: ["'a'", "'b'"], to: "mood", using: "a::mood", kept: true },
  { from: "mood", values: ["'a'", "'b'"], to: "text", back: "a::mood", kept: true },
  { from: "json", values: [`'{"b": 1,  "a": 2}'`], to: "jsonb", kept: false },
  { from: "jsonb", values: [`'{"b": 1, "a": 2}'`], to: "json", kept: true },
  { from: "uuid", values: ["'10000000-0000-0000-0000-000000000001'"], to: "text", back: "a::uuid", kept: true },
  { from: "bool", values: ["true", "false"], to: "int", using: "a::int", back: "a::bool", kept: true },
];

describeEachVersion("a column that changes its type", (version) => {
  for (const { from, values, to, using, back, kept } of conversions) {
    test(`from ${from} to ${to}${using === undefined ? "" : ` using ${using}`} ${kept ? "keeps" : "loses"} values`, async () => {
      const rows = values.map((value) => `(${value})`).join(", ");
      const schema = `${mood} create table t (a ${from}); insert into t values ${rows}`;
      await using db = await openTestDatabase({ version, sql: schema });
      const change = `alter table t alter a type ${to}${using === undefined ? "" : ` using ${using}`}`;
      expect(await lossesOf(change, db)).toEqual(kept ? [] : ["values public.t.a"]);
      const read = async () => (await db.query("select a::text from t order by 1")).rows;
      const before = await read();
      await db.query(change);
      await db.query(`alter table t alter a type ${from} using ${back ?? `a::${from}`}`);
      if (kept) expect(await read()).toEqual(before);
      else expect(await read()).not.toEqual(before);
    });
  }

  test("whose old one nobody knows is assumed to lose nothing", async () => {
    const { statements } = await parseSqlFile("alter table t alter a type date", { file: "loss" });
    const [predicted] = await predictEffects(statements, { serverVersion: version });
    expect(predicted?.effect.assumptions).toContain("no value of public.t.a loses anything on its way to date");
  });
});
