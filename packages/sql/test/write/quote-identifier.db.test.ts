import { quoteIdentifier, quoteLiteral } from "@confiture/sql";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";

testOnEachVersion("every keyword is quoted that the server itself would quote", async (version) => {
  await using db = await openTestDatabase({ version });
  const { rows } = await db.query<{ word: string; quoted: string }>(
    "select word, quote_ident(word) as quoted from pg_get_keywords()",
  );
  expect(rows.length).toBeGreaterThan(400);
  const wrong = rows.filter(({ word, quoted }) => quoted !== word && quoteIdentifier(word) !== quoted);
  expect(wrong).toEqual([]);
});

testOnEachVersion("hostile names and texts come back as they were", async (version) => {
  await using db = await openTestDatabase({ version });
  const hostile = ['a"b', "a'; drop table t; --", "Größe", "a\\b", "with space", "😀", "select", "$1", "a\nb", "\\'"];
  for (const setting of ["on", "off"]) {
    await db.query(`set standard_conforming_strings = ${setting}`);
    for (const text of hostile) {
      const { rows } = await db.query<Record<string, string>>(
        `select ${quoteLiteral(text)}::text as ${quoteIdentifier(text)}`,
      );
      expect(rows).toEqual([{ [text]: text }]);
    }
  }
});
