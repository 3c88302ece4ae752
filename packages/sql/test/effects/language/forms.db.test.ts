import { describeEachVersion, openTestDatabase, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formsSince } from "./forms-since.js";
import { kindsOfCommandTag } from "./kinds-of-command-tags.js";
import { readForms } from "./read-forms.js";

const files = await readForms();
const forms = files.flatMap((file) => file.forms);
const divisionByZero = "22012";
/** `syntax_error`, and what the grammar knows and refuses. */
const refused = ["42601", "0A000"];
const told = "TAGGE";

/** Servers have no event triggers for what belongs to no database. */
const isShared = /\b(database|tablespace|role|user|group|event trigger|parameter|owned)\b/;
const kindsWithTags = new Set(Object.values(kindsOfCommandTag).flat());
const tagged = forms.filter(({ kinds }) => kindsWithTags.has(kinds[0]!));

describeEachVersion("the language as the server reads it", (version) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase({
      version,
      sql: `
        create function tell_tag() returns event_trigger language plpgsql as
          $$ begin raise exception using errcode = '${told}', message = tg_tag; end $$;
        create table berth (id int, name text, depth int);
        create event trigger tell_tag on ddl_command_start execute function tell_tag()`,
    });
  });
  afterAll(() => db[Symbol.asyncDispose]());

  // The server parses all of the text before it runs the first statement, which fails.
  test("its grammar takes the forms that are said to be of its version, and no others", async () => {
    const expected = Object.entries(formsSince).flatMap(([since, texts]) => (Number(since) > version ? texts : []));
    const found: string[] = [];
    for (const { statement } of forms) {
      const { code } = await refusalOf(db, `select 1 / 0;\n${statement.text}`);
      expect([divisionByZero, ...refused]).toContain(code);
      if (code !== divisionByZero) found.push(statement.text);
    }
    expect(found.sort()).toEqual(expected.sort());
  });

  test("the kinds of a statement are those of its command tag", async () => {
    const wrong: string[] = [];
    const silent: string[] = [];
    for (const { statement, kinds } of tagged) {
      const { code, message } = await refusalOf(db, statement.text);
      if (code === told && kinds.some((kind) => !kindsOfCommandTag[message]?.includes(kind)))
        wrong.push(`${message} is not ${kinds}: ${statement.text}`);
      if (code !== told && !refused.includes(code) && !isShared.test(statement.text))
        silent.push(`${code} ${message}: ${statement.text}`);
    }
    expect.soft(wrong).toEqual([]);
    expect(silent).toEqual([]);
  }, 240_000);
});

async function refusalOf(db: TestDatabase, sql: string): Promise<{ readonly code: string; readonly message: string }> {
  await db.query("begin");
  try {
    await db.query(sql);
    return { code: "none", message: "it ran" };
  } catch (error) {
    for (let at = error; at instanceof Error; at = at.cause) {
      if ("code" in at && typeof at.code === "string" && /^[0-9A-Z]{5}$/.test(at.code))
        return { code: at.code, message: at.message };
    }
    throw error;
  } finally {
    await db.query("rollback");
  }
}
