import { readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { alterEnum } from "../../../src/diff/kinds/enum-types.js";
import { inside } from "../../inside.js";
import { applyStatements, describePairs, differencesOf, type Pair } from "./describe-pairs.js";
import { madeAnew, mood } from "./type-ddl.js";

const moods = (before: readonly string[], after: readonly string[], does: Pair["does"]): Pair => ({
  before: mood(...before),
  after: mood(...after),
  does,
});

describePairs("enums", "create schema s", {
  "a label at the end": moods(["calm"], ["calm", "busy"], ["alter type s.mood add value 'busy'"]),
  "labels at the beginning": moods(
    ["calm", "busy"],
    ["asleep", "it''s", "calm", "busy"],
    ["alter type s.mood add value 'asleep' before 'calm'", "alter type s.mood add value 'it''s' after 'asleep'"],
  ),
  "labels everywhere": moods(
    ["b", "d"],
    ["a", "b", "c1", "c2", "d", "e", "f"],
    [
      "alter type s.mood add value 'a' before 'b'",
      "alter type s.mood add value 'c1' after 'b'",
      "alter type s.mood add value 'c2' after 'c1'",
      "alter type s.mood add value 'e'",
      "alter type s.mood add value 'f'",
    ],
  ),
  "the first labels of all": moods(
    [],
    ["a", "b"],
    ["alter type s.mood add value 'a'", "alter type s.mood add value 'b'"],
  ),
  "forty labels in one place": moods(
    ["a", "z"],
    ["a", ...Array.from({ length: 40 }, (_, number) => `m${number}`), "z"],
    Array.from(
      { length: 40 },
      (_, number) => `alter type s.mood add value 'm${number}' after '${number === 0 ? "a" : `m${number - 1}`}'`,
    ),
  ),
  "a label less": moods(["a", "b"], ["a"], madeAnew("s.mood")),
  "another order": moods(["a", "b"], ["b", "a"], madeAnew("s.mood")),
  "a label that goes and one that comes, which nobody called a rename": moods(
    ["a", "b"],
    ["a", "c"],
    madeAnew("s.mood"),
  ),
  "an enum that is new": { before: "", after: mood("a", "\\b"), does: [] },
  "an enum that is no more": { before: mood("a"), after: "", does: [] },
  "an enum where a domain was": { before: "create domain s.mood as text", after: mood("a"), does: madeAnew("s.mood") },
});

testOnEachVersion("a label is renamed where somebody has declared it, beside labels that come", async (version) => {
  await using db = await openTestDatabase({ version, sql: "create schema s" });
  const read = () => readCatalog(db, { insideTransaction: true });
  const after = await inside(db, mood("new", "quiet", "busy"), read);
  await inside(db, mood("calm", "busy"), async () => {
    const [from, to] = [(await read()).types[0], after.types[0]];
    if (from?.kind !== "enum" || to?.kind !== "enum") throw new Error("no enums");
    const statements = alterEnum(from, to, new Map([["calm", "quiet"]]));
    expect(statements).toEqual([
      "alter type s.mood rename value 'calm' to 'quiet'",
      "alter type s.mood add value 'new' before 'quiet'",
    ]);
    await applyStatements(db, statements as readonly string[]);
    expect(differencesOf(await read(), after)).toEqual([]);
    expect(alterEnum(from, to)).toBe("replace");
  });
});
