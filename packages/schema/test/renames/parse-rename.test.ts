import { expect, test } from "vitest";
import { readRenameDirectives } from "../../src/renames/read-rename-directives.js";
import { parseRename, renameStatement } from "../../src/renames/rename.js";

const said: Readonly<Record<string, readonly [from: string, to: string, sql: string]>> = {
  "table shop.orders to shop.purchases": [
    "shop.orders",
    "shop.purchases",
    "alter table shop.orders rename to purchases",
  ],
  "table orders to purchases": ["public.orders", "public.purchases", "alter table public.orders rename to purchases"],
  "column shop.orders.note to remark": [
    "shop.orders.note",
    "shop.orders.remark",
    "alter table shop.orders rename column note to remark",
  ],
  "column orders.note to orders.remark": [
    "public.orders.note",
    "public.orders.remark",
    "alter table public.orders rename column note to remark",
  ],
  'COLUMN "Odd Shop"."a.b"."to" TO "Two ""Words"""': [
    '"Odd Shop"."a.b"."to"',
    '"Odd Shop"."a.b"."Two ""Words"""',
    'alter table "Odd Shop"."a.b" rename column "to" to "Two ""Words"""',
  ],
  "schema shop to store;": ["shop", "store", "alter schema shop rename to store"],
  "materialized  view shop.sums to totals": [
    "shop.sums",
    "shop.totals",
    "alter materialized view shop.sums rename to totals",
  ],
  "type shop.Mood to feeling": ["shop.mood", "shop.feeling", "alter type shop.mood rename to feeling"],
  "index shop.i to j": ["shop.i", "shop.j", "alter index shop.i rename to j"],
  "constraint shop.orders.positive to more_than_nothing": [
    "positive on shop.orders",
    "more_than_nothing on shop.orders",
    "alter table shop.orders rename constraint positive to more_than_nothing",
  ],
  "trigger shop.orders.audit to log": [
    "audit on shop.orders",
    "log on shop.orders",
    "alter trigger audit on shop.orders rename to log",
  ],
  "function shop.total( integer , numeric(10,2)) to sum": [
    "shop.total(integer,numeric(10,2))",
    "shop.sum(integer,numeric(10,2))",
    "alter function shop.total(integer,numeric(10,2)) rename to sum",
  ],
};

test("a rename is said in words, and becomes the statement that keeps the rows", () => {
  for (const [words, [from, to, sql]] of Object.entries(said)) {
    const rename = parseRename(words);
    expect([rename.from, rename.to, renameStatement(rename)]).toEqual([from, to, sql]);
  }
});

test("what cannot be read as a rename is refused with the reason and the place", () => {
  const refused: Readonly<Record<string, string>> = {
    "tabel a to b": "it begins with none of",
    "table shop.orders": "`to` and the new name are missing",
    "table shop.orders to": "`to` and the new name are missing",
    "table shop.orders to 1": "no name stands behind `to`",
    "table shop.orders to store.orders": "a rename keeps what stands before the last dot",
    "table shop.orders to orders": "both names are the same",
    "table a.b.c to d": "the name of a table has 2 parts",
    "column note to remark": "the name of a column has 3 parts",
    "function shop.total to sum": "with the types of its arguments",
    "table a to b to c": "`to c` behind the new name",
  };
  for (const [words, reason] of Object.entries(refused))
    expect(() => parseRename(words, { file: "a.sql", line: 3, column: 1 })).toThrowError(
      expect.objectContaining({
        code: "CONFITURE_RENAME",
        message: expect.stringContaining(reason),
        at: { file: "a.sql", line: 3, column: 1 },
      }),
    );
});

test("directives stand in comments anywhere in DDL, and nowhere else", () => {
  const sql = `-- confiture: rename table a to b
create table b (
  remark text, --confiture: rename column b.note to remark
  other text default '
-- confiture: rename table x to y'
);
/* -- confiture: rename table c to d */
create function f() returns void language plpgsql as $$
-- confiture: rename table e to f
begin end $$;
-- a word about: confiture: rename table g to h
  --  Confiture:  RENAME  schema i to j`;
  expect(readRenameDirectives(sql, "b.sql").map(({ from, to, at }) => [from, to, `${at?.line}:${at?.column}`])).toEqual(
    [
      ["public.a", "public.b", "1:1"],
      ["public.b.note", "public.b.remark", "3:16"],
      ["i", "j", "12:3"],
    ],
  );
});
