import { readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { describe, expect } from "vitest";
import { constraintRules } from "../../src/diff/kinds/constraints.js";
import { faultsOf, runPair } from "./run-pair.js";

const numbered = (sequence: string, start: number) =>
  `create table public."a.b" (id integer generated always as identity (sequence name public.${sequence} start with ${start}))`;

describe("a name that holds a dot", () => {
  testOnEachVersion("may be that of the sequence of an identity column, which gets another one", async (version) => {
    const { there, back } = await runPair(version, numbered('"a.b_id_seq"', 1), numbered('"a.b_id.numbers"', 100));
    expect([...faultsOf(there), ...faultsOf(back)]).toEqual([]);
    expect(there.statements[0]).toBe('alter sequence public."a.b_id_seq" rename to "a.b_id.numbers"');
  });

  testOnEachVersion("may be that of a key, which claims it whole", async (version) => {
    await using db = await openTestDatabase({
      version,
      sql: 'create table public."a.b" (code text, constraint "a.b_key" unique (code))',
    });
    const { constraints } = await readCatalog(db);
    expect(constraints.flatMap((entry) => constraintRules.claims!(entry))).toEqual(['relation public."a.b_key"']);
  });
});
