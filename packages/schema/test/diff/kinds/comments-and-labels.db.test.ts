import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { commentAndLabelRules } from "../../../src/diff/kinds/comments-and-labels.js";
import { testPairs } from "./pairs.js";

testPairs(
  "a comment",
  `create table "T t" (a integer); create function f() returns integer language sql as 'select 1';`,
  {
    "holds any text": {
      before: `comment on table "T t" is 'before';`,
      after: `comment on table "T t" is E'It''s a \\\\ and\\na line';`,
      there: [`comment on table public."T t" is E'It''s a \\\\ and\na line'`],
      back: [`comment on table public."T t" is 'before'`],
    },
    "is taken away": {
      before: `comment on column "T t".a is 'before'; comment on function f() is 'before';`,
      there: [`comment on function public.f() is null`, `comment on column public."T t".a is null`],
    },
    "on what every database is born with comes and goes": {
      after: `
      comment on schema public is 'said';
      comment on extension plpgsql is 'said';`,
      there: ["comment on extension plpgsql is 'said'", "comment on schema public is 'said'"],
      back: ["comment on extension plpgsql is null", "comment on schema public is null"],
    },
  },
);

test("a security label is said to its provider in words the server understands", async () => {
  await using db = await openTestDatabase();
  await db.query("create table t (a integer)");
  const label = {
    name: "table column public.t.a it's",
    on: { kind: "table column", name: "public.t.a" },
    provider: "it's",
    label: "it's secret",
  };
  const { create, alter, drop } = commentAndLabelRules.securityLabels;
  const made = create(label);
  expect(made).toEqual(["security label for 'it''s' on column public.t.a is 'it''s secret'"]);
  expect(alter(label, { ...label, label: "open" })).toEqual([
    "security label for 'it''s' on column public.t.a is 'open'",
  ]);
  expect(alter(label, label)).toEqual([]);
  expect(drop(label)).toEqual(["security label for 'it''s' on column public.t.a is null"]);
  // No provider is at hand: that is all it has to say against them.
  for (const statement of [...made, ...drop(label)])
    await expect(db.query(statement)).rejects.toThrow(`security label provider "it's" is not loaded`);
});
