import {
  parseSqlFile,
  renderMigration,
  type SaferAnswer,
  type SaferSequenceOptions,
  saferSequence,
  saferSequences,
} from "@confiture/sql";
import { expect, test } from "vitest";

async function answerFor(sql: string, options: SaferSequenceOptions = {}): Promise<SaferAnswer> {
  const { statements } = await parseSqlFile(sql, { file: "test" });
  return saferSequence(statements[0]!, options);
}

async function stepsOf(sql: string, options: SaferSequenceOptions = {}): Promise<readonly string[]> {
  const answer = await answerFor(sql, options);
  if (answer.kind !== "safer") throw new Error(answer.because);
  return answer.steps.map((step) => step.sql);
}

test("without a catalog the names are those an empty schema gives", async () => {
  expect(await stepsOf("alter table app.t add unique (a, b)")).toEqual([
    "create unique index concurrently t_a_b_key on app.t (a, b)",
    "alter table app.t add constraint t_a_b_key unique using index t_a_b_key",
  ]);
});

test("a commentless, exact text of each expression stands in the steps", async () => {
  const sql = `alter table t -- the table
    add constraint c check (a > 0 /* no, ) */ and b <> ', )'), add column d text collate "C" default $$,)$$ not null`;
  expect(await stepsOf(sql, { serverVersion: 17 })).toEqual([
    `alter table t add column d text collate "C" default $$,)$$ not null, add constraint c check (a > 0             and b <> ', )') not valid`,
    "alter table t validate constraint c",
  ]);
});

test("SET NOT NULL goes by a CHECK up to 17 and by NOT VALID from 18 on", async () => {
  expect(await stepsOf("alter table t alter a set not null", { serverVersion: 17 })).toEqual([
    "alter table t add constraint t_a_not_null check (a is not null) not valid",
    "alter table t validate constraint t_a_not_null",
    "alter table t alter column a set not null;\nalter table t drop constraint t_a_not_null",
  ]);
  expect(await stepsOf("alter table t alter a set not null", { serverVersion: 18 })).toEqual([
    "alter table t add constraint t_a_not_null not null a not valid",
    "alter table t validate constraint t_a_not_null",
  ]);
});

test("what a sequence needs of the server stands in it", async () => {
  const since = async (sql: string, serverVersion: number) => {
    const answer = await answerFor(sql, { serverVersion });
    return answer.kind === "safer" ? answer.since : answer.kind;
  };
  expect(await since("alter table t alter a set not null", 18)).toBe(18);
  expect(await since("alter table t alter a set not null", 14)).toBe(13);
});

test("without a catalog nothing is made up about a type change, a rename or a partition", async () => {
  for (const sql of [
    "alter table t alter a type bigint",
    "alter table t rename a to b",
    "alter table t attach partition p for values in (1)",
    "alter table t detach partition p",
    "create table p partition of t default",
    "refresh materialized view m",
  ]) {
    const answer = await answerFor(sql);
    expect(answer.kind, sql).toBe("none");
    expect(answer.because, sql).toMatch(/pass a catalog/);
  }
});

test("what has no gentler form stays in its ALTER TABLE, and a caveat names it", async () => {
  const answer = await answerFor("alter table t add check (a > 0), set logged");
  if (answer.kind !== "safer") throw new Error(answer.because);
  expect(answer.caveats.join("\n")).toMatch(/`set logged` stays as it is: SET LOGGED writes the table anew/);
  expect(answer.steps.map(({ sql }) => sql)).toEqual([
    "alter table t add constraint t_a_check check (a > 0) not valid",
    "alter table t validate constraint t_a_check",
    "alter table t set logged",
  ]);
});

test("a step that goes through the rows under its lock says so", async () => {
  const long: Readonly<Record<string, readonly string[]>> = {
    "alter table t add check (a > 0), set unlogged, set tablespace fast, alter a type bigint": [
      "alter table t alter a type bigint",
      "alter table t set unlogged, set tablespace fast",
    ],
    "alter domain d add check (value > 0)": ["alter domain d validate constraint d_check"],
  };
  for (const [sql, wanted] of Object.entries(long)) {
    const answer = await answerFor(sql);
    if (answer.kind !== "safer") throw new Error(answer.because);
    const steps = answer.steps.filter(({ isLong }) => isLong === true);
    expect(steps.map((step) => step.sql)).toEqual(wanted);
    const rendered = renderMigration({ ...answer, steps });
    expect(rendered).not.toMatch(/moment/);
    if (sql.startsWith("alter table")) expect(rendered).toMatch(/ACCESS EXCLUSIVE on public\.t for as long as/);
  }
});

test("what changes rows is not said to change none", async () => {
  for (const sql of ["update t set a = a + 1", "delete from t", "select * from t for update"]) {
    expect((await answerFor(sql)).because).toMatch(/who writes the same rows waits/);
  }
  expect((await answerFor("select * from t")).because).not.toMatch(/same rows/);
});

test("IF NOT EXISTS has to know whether the column is there", async () => {
  for (const rest of ["int default 5 check (c > 0)", "int unique", "uuid default gen_random_uuid()"]) {
    const answer = await answerFor(`alter table t add column if not exists c ${rest}`);
    expect(answer).toMatchObject({ kind: "none", because: expect.stringMatching(/IF NOT EXISTS.*pass a catalog/) });
  }
});

test("the rendered migration says why, commits where it must, and repeats batches", async () => {
  const answer = await answerFor("alter table t add column a uuid not null default gen_random_uuid()", {
    serverVersion: 16,
  });
  if (answer.kind !== "safer") throw new Error(answer.because);
  const text = renderMigration(answer, { lockTimeoutMs: 3000 });
  const { statements } = await parseSqlFile(text, { file: "up.sql" });
  expect(statements.filter(({ kind }) => kind === "unparsable")).toEqual([]);
  expect(
    statements.map(({ transactionality }) => transactionality.kind).filter((kind) => kind === "alone"),
  ).toHaveLength(1);
  expect(text).toMatchInlineSnapshot(`
    "-- The statement writes every row of public.t anew under ACCESS EXCLUSIVE on public.t. a gets a value of its own in every row: the table is written anew.
    -- Note: gen_random_uuid() must not give NULL: a row whose new value is NULL counts as not filled in, and is tried again.
    -- Note: Triggers of t fire for the rows that are filled in.
    -- Note: Without a catalog it is taken for granted that the names PostgreSQL would choose are free, and that no table has partitions or children.

    -- A default that comes after the column counts for new rows alone, so that no row is written.
    -- ACCESS EXCLUSIVE on public.t for a moment: run it with a lock_timeout, and again when that fires.
    begin;
    set local lock_timeout = 3000;
    alter table t add column a uuid, alter column a set default gen_random_uuid();
    commit;

    -- Gives the rows that were there a value each, under row locks alone. A batch of t at a time, by where its rows are stored: without a catalog its key is not known.
    do $$
    declare
      confiture_page bigint;
      confiture_pages bigint;
      confiture_rows_of_batch bigint;
      confiture_rows_of_pass bigint := 1;
    begin
      while confiture_rows_of_pass > 0 loop
        confiture_rows_of_pass := 0;
        confiture_page := 0;
        confiture_pages := pg_relation_size('t'::regclass) / current_setting('block_size')::bigint;
        while confiture_page < confiture_pages loop
          update t
          set a = default
          where ctid >= format('(%s,%s)', confiture_page, 0)::tid and ctid < format('(%s,%s)', confiture_page + 100, 0)::tid
            and a is null;
          get diagnostics confiture_rows_of_batch = row_count;
          confiture_rows_of_pass := confiture_rows_of_pass + confiture_rows_of_batch;
          commit;
          confiture_page := confiture_page + 100;
        end loop;
      end loop;
    end
    $$;

    -- New rows are held to it from here on.
    -- ACCESS EXCLUSIVE on public.t for a moment: run it with a lock_timeout, and again when that fires.
    begin;
    set local lock_timeout = 3000;
    alter table t add constraint t_a_not_null check (a is not null) not valid;
    commit;

    -- Reads the rows while others read and write them.
    begin;
    alter table t validate constraint t_a_not_null;
    commit;

    -- The valid CHECK proves NOT NULL, so that no row is read; then it has done its work.
    -- ACCESS EXCLUSIVE on public.t for a moment: run it with a lock_timeout, and again when that fires.
    begin;
    set local lock_timeout = 3000;
    alter table t alter column a set not null;
    alter table t drop constraint t_a_not_null;
    commit;
    "
  `);
});

test("plain data: a sequence is the same after JSON", async () => {
  const answer = await answerFor("alter table t add foreign key (a) references r");
  expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
});

test("without a catalog too, a file's statements see what the ones before them made and took", async () => {
  const file = `alter table t add check (a > 0); alter table t add check (a < 100);
    create table n (a int); create index on n (a); alter table n add check (a > 0);
    alter table t rename constraint t_a_check to x; alter table t add check (a <> 7), add column u uuid default gen_random_uuid()`;
  const { statements } = await parseSqlFile(file, { file: "test" });
  const answers = await saferSequences(statements);
  expect(answers.map((one) => (one.kind === "safer" ? one.steps[0]!.sql : one.kind))).toEqual([
    "alter table t add constraint t_a_check check (a > 0) not valid",
    "alter table t add constraint t_a_check1 check (a < 100) not valid",
    "already-safe",
    "already-safe",
    "already-safe",
    "already-safe",
    "alter table t add column u uuid, alter column u set default gen_random_uuid()",
  ]);
  const last = answers.at(-1)!;
  expect(JSON.stringify(last)).toContain("add constraint t_a_check check (a <> 7)");
  expect(JSON.stringify(last)).toContain("without a catalog its key is not known");
});
