import { compareCatalogs, readCatalog } from "@confiture/schema";
import { parseSqlFile, type SaferAnswer, type SaferSequence, saferSequences } from "@confiture/sql";
import { describeEachVersion, openTestDatabase, type ServerVersion } from "@confiture/testkit";
import { expect, test } from "vitest";
import { runSteps } from "./run-sequence.js";

const schema = `
  create table t (id int primary key, a int, b text);
  insert into t select n, n, 'b' || n from generate_series(1, 300) n;
  create table u (a int);
  create schema app;
  create table app.x (a int);
  create domain d as int;
  create table ds (d d);
  create table p (k int, note text) partition by range (k);
  create table p_low partition of p for values from (0) to (100);
`;

interface Answered {
  readonly text: string;
  readonly answer: SaferAnswer;
}

async function answersFor(text: string, version: ServerVersion): Promise<readonly Answered[]> {
  await using db = await openTestDatabase({ version, sql: schema });
  const { statements } = await parseSqlFile(text, { file: "m.sql" });
  const answers = await saferSequences(statements, { catalog: await readCatalog(db) });
  return statements.map((statement, position) => ({ text: statement.text, answer: answers[position]! }));
}

/** Runs a file as it is, and with the sequences of its statements in their places, to the same end. */
async function runFileBothWays(text: string, version: ServerVersion): Promise<readonly SaferAnswer["kind"][]> {
  const answered = await answersFor(text, version);
  await using plain = await openTestDatabase({ version, sql: schema });
  await using gentle = await openTestDatabase({ version, sql: schema });
  for (const one of answered) {
    await plain.query(one.text);
    if (one.answer.kind === "safer") await runSteps(only(one.answer, "now"), gentle);
    else await gentle.query(one.text);
  }
  for (const { answer } of answered) if (answer.kind === "safer") await runSteps(only(answer, "later"), gentle);
  expect(compareCatalogs(await readCatalog(plain), await readCatalog(gentle)), text).toEqual([]);
  return answered.map(({ answer }) => answer.kind);
}

function only({ steps }: SaferSequence, wanted: "now" | "later") {
  return { steps: steps.filter(({ when }) => when === wanted) };
}

/** Files, and what each statement is answered. */
const files: readonly (readonly [file: string, ...kinds: SaferAnswer["kind"][]])[] = [
  ["alter table u rename to w; create index w_a on w (a); alter table w add check (a > 0)", "none", "safer", "safer"],
  ["alter table t rename a to c; alter table t add check (c > 0)", "none", "safer"],
  ["alter table u rename to w; create table u (n int)", "none", "already-safe"],
  ["update t set a = a + 1; alter table u rename to w", "already-safe", "safer"],
  ["set search_path = app; alter table x add check (a > 0); create index on x (a)", "already-safe", "safer", "safer"],
  ["alter table t add check (a > 0); alter table t add check (a < 1000)", "safer", "safer"],
  [
    "alter table t add check (a > 0) not valid; alter table t add check (a > b::int) not valid; alter table t add check (a < 1000)",
    "already-safe",
    "already-safe",
    "safer",
  ],
  [
    "alter table t add check (a > 0), add check (id > 0 and a > 0); alter table t add check (id >= a), add check (a < 1000)",
    "safer",
    "safer",
  ],
  [
    "create index on t (a); create index on t (a); alter table t add unique (a, b); create unique index on t (a, b)",
    "safer",
    "safer",
    "safer",
    "safer",
  ],
  ["alter table t drop constraint t_pkey; alter table t add primary key (id, a)", "already-safe", "safer"],
  ["alter table t rename to t2; alter table t2 add check (a > 0)", "none", "safer"],
  [
    "create table n (a int check (a > 0), b serial, unique (a, b)); create index on n (a); alter table n add check (a < 5); alter table n alter a type bigint; drop index n_a_idx; alter table n rename a to z; alter table n add column e serial primary key",
    "already-safe",
    "already-safe",
    "already-safe",
    "already-safe",
    "already-safe",
    "already-safe",
    "already-safe",
  ],
  ["alter table t add check (a is not null); alter table t alter a set not null", "safer", "already-safe"],
  ["alter table t add column e int; alter table t alter a type bigint", "already-safe", "none"],
  [
    "alter table t alter a type bigint; alter table t alter a set not null; create index on t (a)",
    "safer",
    "safer",
    "safer",
  ],
  ["alter domain d add check (value > 0); alter domain d add check (value < 9)", "safer", "safer"],
  [
    "create table p_high partition of p for values from (100) to (200); create index on p (k); alter table p add check (k >= 0)",
    "safer",
    "safer",
    "safer",
  ],
  ["alter table t add column i int generated always as identity; alter table t add column s serial", "safer", "safer"],
  [
    "alter table t add column c uuid default gen_random_uuid(); drop table t; create table t (c int); alter table t add unique (c)",
    "safer",
    "already-safe",
    "already-safe",
    "already-safe",
  ],
];

const more: typeof files = [
  ["create index on p_low (k); create index on p (k)", "safer", "none"],
  [
    "create index concurrently on t (a); create unique index concurrently t_new on t (id); alter table t drop constraint t_pkey, add constraint made primary key using index t_new; alter table t add unique (a)",
    "already-safe",
    "already-safe",
    "already-safe",
    "safer",
  ],
  [
    "create index on p (note); create table q (k int not null, note text); alter table p attach partition q for values from (200) to (300)",
    "safer",
    "already-safe",
    "already-safe",
  ],
  [
    "create unique index concurrently t_b on t (b); alter table t drop constraint t_pkey; alter table t add primary key using index t_b",
    "already-safe",
    "already-safe",
    "safer",
  ],
];

describeEachVersion("the statements of a file end the same both ways", (version) => {
  for (const [file, ...kinds] of [...files, ...more]) {
    test(file, async () => {
      expect(await runFileBothWays(file, version)).toEqual(kinds);
    });
  }

  test("of a table that is not there nothing is claimed", async () => {
    const file =
      "alter table nobody add check (a > 0); create index on nobody (a); alter table if exists nobody add check (a > 0)";
    const kinds = (await answersFor(file, version)).map(({ answer }) => answer.kind);
    expect(kinds).toEqual(["none", "none", "already-safe"]);
  });
});
