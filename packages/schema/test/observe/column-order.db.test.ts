import { compareCatalogs, compareObservations, observeSchema, readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";

testOnEachVersion("the order of a table's columns shows nowhere else", async (version) => {
  const rest = `
    alter table t add primary key (a);
    create statistics two on a, b from t;
    create statistics three (ndistinct) on c, "B c", a from t;
    ${version >= 14 ? "create statistics computed on (a + 1), c, b from t" : ""};
    create publication p for table t${version >= 15 ? ' (b, "B c", a, c) where (a > 0)' : ""};
    alter table t add constraint more check (b > a and c > 0);
    create view nested as select * from (select t.a, t.b from t) x;
    create view joined as select a from t join t as u using (a, b);
    create view whole as select row_to_json(t) as row from t;
    create table child () inherits (t);
    create function f(t) returns integer language sql immutable as 'select 1';
    create trigger g before update of c, a on t for each row execute function tr();
    create policy po on t using (f(t.*) > 1);
    grant select (c, a) on t to public`;
  const build = async (columns: string) => {
    const db = await openTestDatabase({ version });
    await db.query("create function tr() returns trigger language plpgsql as 'begin return new; end'");
    await db.query(`create table t (${columns}); ${rest}`);
    return db;
  };
  await using one = await build('a int not null, b int, c int, "B c" int');
  await using other = await build('"B c" int, c int, b int, a int not null');
  expect(compareObservations(await observeSchema(one), await observeSchema(other))).toEqual([]);
  expect(compareCatalogs(await readCatalog(one), await readCatalog(other))).toEqual([]);
});
