import { diffCatalogs, readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { describeDifferences } from "../../describe-difference.js";
import { testPairs } from "./pairs.js";

const setup = "create table plain (a integer, b text, c text); alter table plain enable row level security;";

testPairs("a policy", setup, {
  "is made with all it says": {
    after: `create policy "Own rows" on plain as restrictive for update to confiture_app, "Confiture Reader" using (a > 0) with check (b <> '');`,
    there: [
      `create policy "Own rows" on public.plain as restrictive for update to "Confiture Reader", confiture_app using ((a > 0)) with check ((b <> ''::text))`,
    ],
    back: [`drop policy "Own rows" on public.plain`],
  },
  "gets other roles and conditions in place": {
    before: "create policy p on plain using (a > 0) with check (a > 1);",
    after: "create policy p on plain to confiture_app using (a > 2) with check (a > 3);",
    there: ["alter policy p on public.plain to confiture_app using ((a > 2)) with check ((a > 3))"],
    back: ["alter policy p on public.plain to PUBLIC using ((a > 0)) with check ((a > 1))"],
  },
  "gains a condition in place, and is made again to lose it": {
    before: "create policy p on plain using (a > 0);",
    after: "create policy p on plain using (a > 0) with check (a > 1);",
    there: ["alter policy p on public.plain with check ((a > 1))"],
    back: ["drop policy p on public.plain", "create policy p on public.plain for all to PUBLIC using ((a > 0))"],
  },
  "for another command is made again": {
    before: "create policy p on plain for insert with check (true);",
    after: "create policy p on plain for update with check (true);",
  },
  "that becomes restrictive is made again": {
    before: "create policy p on plain for select using (a in (select a from plain));",
    after: "create policy p on plain as restrictive for select using (a in (select a from plain));",
  },
});

testPairs("a statistics object", setup, {
  "is made with its target": {
    after: `create statistics "Both" (mcv, ndistinct) on a, b from plain; alter statistics "Both" set statistics 300;`,
    back: [`drop statistics public."Both"`],
  },
  "gets another target in place": {
    before: "create statistics s on a, b from plain; alter statistics s set statistics 0;",
    after: "create statistics s on a, b from plain;",
    there: ["alter statistics public.s set statistics -1"],
    back: ["alter statistics public.s set statistics 0"],
  },
  "over other columns is made again": {
    before: "create statistics s on a, b from plain;",
    after: "create statistics s on a, c from plain;",
  },
  "over expressions": {
    since: 14,
    before: "create statistics s on (lower(b)), a from plain;",
    after: "create statistics s on (upper(b)), a from plain;",
  },
  "gets another owner": {
    before: "grant all on schema public to confiture_app; create statistics s on a, b from plain;",
    after:
      "grant all on schema public to confiture_app; create statistics s on a, b from plain; alter statistics s owner to confiture_app;",
    there: ["alter statistics public.s owner to confiture_app"],
  },
});

testOnEachVersion("a statistics object has its target again behind a change of type", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query(
    "create table t (a integer, b integer); create statistics s on a, b from t; alter statistics s set statistics 7",
  );
  const before = await readCatalog(db);
  const columns = before.columns.map((column) => (column.column === "a" ? { ...column, type: "bigint" } : column));
  const after = { ...before, columns };
  const statements = diffCatalogs(before, after).statements.map(({ sql }) => sql);
  expect(statements).toEqual([
    "alter table public.t alter column a type bigint",
    ...(version < 14 ? [] : ["alter statistics public.s set statistics 7"]),
  ]);
  for (const statement of statements) await db.query(statement);
  expect(describeDifferences(await readCatalog(db), after)).toEqual([]);
});
