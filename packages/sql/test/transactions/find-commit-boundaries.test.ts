import { findCommitBoundaries, parseSqlFile } from "@confiture/sql";
import { expect, test } from "vitest";

async function boundariesOf(sql: string, serverVersion?: number) {
  const { statements } = await parseSqlFile(sql, { file: "f.sql" });
  const found = await findCommitBoundaries(statements, serverVersion === undefined ? {} : { serverVersion });
  return found.map(({ after }) => after);
}
const add = "alter type e add value 'v';";

const files: Record<string, readonly [string, readonly number[]]> = {
  "a value that is not used": [`${add} create table t (c e); select 'w'`, []],
  "a value used at once": [`${add} select 'v'`, [0]],
  "a value used later": [`${add} create table a (); create table b (); insert into t values ('v')`, [0]],
  "behind the last addition before the use": [`${add} alter type e add value 'w'; create table a (); select 'v'`, [1]],
  "two uses need one commit": [`${add} select 'v'; select 'v'`, [0]],
  "two additions with their uses need two": [`${add} select 'v'; alter type e add value 'w'; select 'w'`, [0, 2]],
  "in an array": [`${add} insert into t values ('{a,v}')`, [0]],
  "in inline data": [`${add} copy t from stdin;\nv\n\\.\n`, [0]],
  "in a function body": [`${add} create function f() returns e language plpgsql as $$ begin return 'v'; end $$`, [0]],
  "in a DO body": [`${add} do $$ begin insert into t values ('v'); end $$`, [0]],
  "a word of a function body that holds it is no use": [`${add} do $$ begin raise notice 'over'; end $$`, []],
  "a comment is no use": [`${add} select 1 /* v */; comment on type e is 'v'`, []],
  "a name is no use": [`${add} select v from v`, []],
  "a commit of the author's stands in between": [`begin; ${add} commit; select 'v'`, []],
  "a statement that runs alone stands in between": [`${add} vacuum; select 'v'`, []],
  "a savepoint commits nothing": [`${add} savepoint s; select 'v'`, [0]],
  "placing another value beside it is no use": [`${add} alter type e add value 'w' after 'v'`, []],
};
for (const [name, [sql, after]] of Object.entries(files)) {
  test(name, async () => expect(await boundariesOf(sql)).toEqual(after));
}

test("an enum of the same stretch needs a commit below PostgreSQL 17, and when the version is not known", async () => {
  const sql = `create type e as enum ('a'); ${add} select 'v'`;
  expect(await boundariesOf(sql)).toEqual([1]);
  expect(await boundariesOf(sql, 16)).toEqual([1]);
  expect(await boundariesOf(sql, 17)).toEqual([]);
  expect(await boundariesOf(`create type e as enum ('a'); commit; ${add} select 'v'`, 17)).toEqual([2]);
});
