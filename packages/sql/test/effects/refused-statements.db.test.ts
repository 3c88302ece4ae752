import { readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { parseSqlFile, predictEffects, saferSequence } from "../../src/index.js";

const schema = `
create type mood as enum ('fine');
create type span as range (subtype = int4);
create domain small as int check (value < 100);
create table t (
  word text, words text[], varying varchar(5), whole int, numbers int[], held small, broken numeric, day date, moment timestamp,
  feeling mood, spread span, document json, yes bool, bytes bytea, bits bit(3), key uuid, lapse interval, letter "char",
  object oid
);
create function to_mood(date) returns mood language sql immutable as $$ select 'fine'::mood $$;
create cast (date as mood) with function to_mood(date) as assignment;`;

const columns =
  "word words varying whole numbers held broken day moment feeling spread document yes bytes bits key lapse letter object";
const types = `int int[] text text[] mood small date timestamp timestamptz boolean jsonb span bigint numeric(4) bytea uuid
  regclass varchar(4) int4range interval time name`;

testOnEachVersion("a type that PostgreSQL does not bring to another is told, and no other", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query(schema);
  const catalog = await readCatalog(db);
  const wrong: string[] = [];
  for (const column of columns.split(/\s+/)) {
    for (const type of types.split(/\s+/)) {
      for (const using of ["", ` using ${column}::text`]) {
        const sql = `alter table t alter column ${column} type ${type}${using}`;
        const { statements } = await parseSqlFile(sql, { file: "m.sql" });
        const [{ effect } = { effect: undefined }] = await predictEffects(statements, { catalog });
        await db.query("begin");
        const refusal = await db.query(sql).then(
          () => "",
          (error: unknown) => String(error),
        );
        await db.query("rollback");
        const isRefused = /cast automatically|result of USING clause/.test(refusal);
        if ((effect?.refused !== undefined) !== isRefused)
          wrong.push(`${sql}: ${effect?.refused ?? "accepted"}; ${refusal}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

testOnEachVersion("no steps are offered for what the server refuses at once", async (version) => {
  await using db = await openTestDatabase({ version });
  await db.query(schema);
  const { statements } = await parseSqlFile("alter table t alter column word type int", { file: "m.sql" });
  const answer = await saferSequence(statements[0]!, { catalog: await readCatalog(db) });
  expect(answer).toEqual({
    kind: "none",
    because:
      "the server refuses the statement: PostgreSQL does not bring text to int4 of its own accord, whatever the rows: it asks for USING",
  });
});
