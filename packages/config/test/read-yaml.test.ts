import { expect, test } from "vitest";
import { describeYamlProblems, readYaml } from "../src/index.js";

const read = (text: string) =>
  readYaml(text, {
    file: "m.yaml",
    code: "CONFITURE_MIGRATION_INVALID",
    schema: (z) => z.strictObject({ migration: z.strictObject({ ddl: z.string() }) }),
  });

test.each([
  ["a block", "migration:\n  ddl: |\n    select 1;\n      select 2;\n", { firstLine: 3, indent: 4 }],
  ["a block that begins with an empty line", "migration:\n  ddl: |\n\n    select 1;\n", { firstLine: 3, indent: 4 }],
  [
    "a block that says its indentation",
    "migration:\n  ddl: |2\n      select 1;\n    select 2;\n",
    { firstLine: 3, indent: 4 },
  ],
  ["a text on the key's line", "migration:\n  ddl: select 1\n", { firstLine: 2, indent: 7 }],
  ["a quoted text", 'migration:\n  ddl: "select 1"\n', { firstLine: 2, indent: 8 }],
])("%s tells where its text begins", async (_name, text, expected) => {
  const yaml = await read(text);
  expect(yaml.textAt(["migration", "ddl"])).toEqual(expected);
});

test("an error has the code asked for and lists its problems", async () => {
  const error = await read("migration: { dll: x }").catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "CONFITURE_MIGRATION_INVALID" });
  const messages = describeYamlProblems(error).map(({ message }) => message);
  expect(messages).toContain("There is no key `dll` in `migration`. Did you mean `ddl`?");
  expect(messages).toContain("`migration.ddl` is missing: a text is expected.");
});
