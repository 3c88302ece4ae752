import { readCatalog } from "@confiture/schema";
import { observeEffects, predictEffects, type TraceOutcome, traceEffects } from "@confiture/sql";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { predictorSaying } from "./effect-saying.js";

const sql = `
  create table parent (id integer primary key);
  create table lines (id integer primary key, n integer not null, parent_id integer references parent);
  insert into parent select g from generate_series(1, 20) g;
  insert into lines select g, g, g from generate_series(1, 20) g;
  create index lines_n on lines (n);
`;

const ax = (relation: string) => ({ relation, mode: "AccessExclusiveLock" }) as const;
const kinds = (outcomes: readonly { readonly outcome: TraceOutcome }[]) => outcomes.map(({ outcome }) => outcome.kind);

describe("tracing statements on a copy", () => {
  testOnEachVersion("confirms what was predicted, and takes everything back", async (version) => {
    await using db = await openTestDatabase({ version, sql });
    const predict = predictorSaying(
      {
        locks: [ax("public.lines")],
        indexLocks: [ax("public.lines_n"), ax("public.lines_pkey")],
        rewrites: ["public.lines"],
        indexBuilds: ["lines_n", "lines_pkey"].map((index) => ({
          index,
          table: "public.lines",
          method: "btree",
          unique: false,
          concurrently: false,
          columns: ["n"],
          why: "rewrite",
        })),
      },
      { locks: [ax("public.lines"), ax("public.parent")] },
    );
    const trace = await traceEffects(db, "alter table lines alter n type bigint; drop table lines", { predict });
    expect(kinds(trace.statements)).toEqual(["confirmed", "confirmed"]);
    expect(trace.rolledBack).toBe(true);
    expect((await db.query("select from lines")).rowCount).toBe(20);
  });

  testOnEachVersion("does not count what the file itself makes, like a prediction", async (version) => {
    await using db = await openTestDatabase({ version, sql });
    const file = `create table made (id integer primary key, line_id integer); create index on made (line_id);
      alter table made add foreign key (line_id) references lines; comment on table made is 'new'; drop table made`;
    const catalog = await readCatalog(db);
    const { statements } = await traceEffects(db, file, { predict: predictEffects, catalog });
    expect(kinds(statements)).toEqual(statements.map(() => "confirmed"));
  });

  testOnEachVersion("says in words what it did not foresee and what it foresaw for nothing", async (version) => {
    await using db = await openTestDatabase({ version, sql });
    const predict = predictorSaying({
      locks: [{ relation: "public.lines", mode: "ShareLock" }],
      rewrites: ["public.lines"],
    });
    const trace = await traceEffects(db, "alter table lines add check (n > 0)", { predict });
    expect(trace.statements[0]?.outcome).toMatchObject({
      kind: "mismatch",
      under: ["public.lines: ShareLock was predicted, the server took AccessExclusiveLock"],
      over: ["public.lines was predicted to be one that was written anew, and it was not"],
    });
  });

  testOnEachVersion(
    "stops at what the server refuses, and tells the reason without a row's values",
    async (version) => {
      await using db = await openTestDatabase({ version, sql });
      const text = "insert into lines values (1, 4711, 1); select 1";
      const trace = await traceEffects(db, text, { predict: predictorSaying() });
      expect(trace.statements.map(({ outcome }) => outcome)).toEqual([
        { kind: "refused", code: "23505" },
        { kind: "not-run", because: "a statement before it was refused" },
      ]);
      expect(JSON.stringify(trace.statements.map(({ outcome }) => outcome))).not.toContain("4711");
    },
  );

  testOnEachVersion("runs by itself what refuses a transaction, and sees whom it waits for", async (version) => {
    await using db = await openTestDatabase({ version, sql });
    const lock = { relation: "public.lines", mode: "ShareUpdateExclusiveLock" } as const;
    const predict = predictorSaying(
      {},
      {
        locks: [lock],
        indexBuilds: [
          {
            table: "public.lines",
            method: "btree",
            unique: false,
            concurrently: true,
            columns: ["parent_id"],
            why: "new",
          },
        ],
        waits: [{ relation: "public.lines", conflictingWith: "ShareLock", oldSnapshots: true }],
      },
      // At its very end it takes ACCESS EXCLUSIVE on an index that nobody uses any more.
      { locks: [lock], indexLocks: [ax("public.lines_n")] },
    );
    const text = "select 1; create index concurrently on lines (parent_id); drop index concurrently lines_n";
    const trace = await traceEffects(db, text, { predict });
    expect(kinds(trace.statements)).toEqual(["confirmed", "confirmed", "mismatch"]);
    expect(trace.statements[2]?.outcome).toMatchObject({
      under: [
        "public.lines: no wait was predicted, the server had a wait for holders of what conflicts with AccessExclusiveLock",
      ],
      over: [],
    });
    expect(trace.rolledBack).toBe(false);
    expect((await db.query("select to_regclass('lines_n') as gone")).rows).toEqual([{ gone: null }]);
  });

  testOnEachVersion("leaves the session's settings as they were", async (version) => {
    await using db = await openTestDatabase({ version, sql });
    await using session = await db.openSession();
    await session.query("begin; set client_min_messages = error");
    await observeEffects(session, "truncate lines");
    const { rows } = await session.query("select current_setting('client_min_messages') as level");
    expect(rows).toEqual([{ level: "error" }]);
  });

  test("asks for sessions that pass on what the server says", async () => {
    await using db = await openTestDatabase({ sql });
    await using session = await db.openSession();
    const { onNotice: _, ...mute } = session;
    await expect(observeEffects(mute, "select 1")).rejects.toMatchObject({ code: "CONFITURE_USAGE" });
    await expect(observeEffects(session, "select 1; select 2")).rejects.toThrow(RangeError);
  });
});
