import { findCommitBoundaries, parseSqlFile } from "@confiture/sql";
import { describeEachVersion, openTestDatabase, type TestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";

/** What follows `create type mood as enum ('calm')`, committed. */
const files = {
  "a value used by a constant": "alter type mood add value 'glad'; select 'glad'::mood;",
  "a value used by a default": "alter type mood add value 'glad'; create table t (m mood default 'glad');",
  "a value used by a check": "alter type mood add value 'glad'; create table t (m mood check (m = 'glad'));",
  "a value used by a SQL function":
    "alter type mood add value 'glad'; create function f() returns mood language sql as $$ select 'glad'::mood $$;",
  "a value used in an array": "alter type mood add value 'glad'; select '{calm,glad}'::mood[];",
  "a value used by a DO block": "alter type mood add value 'glad'; do $$ begin perform 'glad'::mood; end $$;",
  "a value used with an escape": "alter type mood add value 'it''s'; select E'it\\'s'::mood;",
  "values listed by a function": "alter type mood add value 'glad'; select enum_range(null::mood);",
  "two values, used after the second":
    "alter type mood add value 'glad'; alter type mood add value 'sad'; select 'glad'::mood;",
  "values that are not used": "alter type mood add value 'glad'; create table t (m mood); select 'calm'::mood;",
  "a value after another new one": "alter type mood add value 'glad'; alter type mood add value 'sad' after 'glad';",
  "an enum of the same transaction":
    "create type own as enum ('a'); alter type own add value 'b'; create table t (o own default 'b');",
} satisfies Record<string, string>;

/** Runs as the migrator does: one transaction, with a commit at each boundary. */
async function run(db: TestDatabase, sql: string, after: ReadonlySet<number>): Promise<string> {
  await db.query("begin");
  try {
    for (const statement of (await parseSqlFile(sql, { file: "f.sql" })).statements) {
      await db.query(statement.text);
      if (after.has(statement.index)) await db.query("commit; begin");
    }
    await db.query("commit");
    return "runs";
  } catch (error) {
    await db.query("rollback");
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

describeEachVersion("commit boundaries", (version) => {
  for (const [name, sql] of Object.entries(files)) {
    test(`${name}: a boundary stands exactly where the server needs one`, async () => {
      const { statements } = await parseSqlFile(sql, { file: "f.sql" });
      const boundaries = await findCommitBoundaries(statements, { serverVersion: version });
      const template = "create type mood as enum ('calm')";
      await using without = await openTestDatabase({ version, sql: template });
      await using with_ = await openTestDatabase({ version, sql: template });
      const refused = await run(without, sql, new Set());
      expect(refused).toBe(boundaries.length === 0 ? "runs" : "55P04");
      expect(await run(with_, sql, new Set(boundaries.map(({ after }) => after)))).toBe("runs");
    });
  }
});
