import { compareCatalogs, readCatalog } from "@confiture/schema";
import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { indexCatalog } from "../../../src/diff/index-catalog.js";
import { setTypeAside } from "../../../src/diff/kinds/set-type-aside.js";
import { typeKinds } from "../../../src/diff/kinds/user-types.js";
import { inside } from "../../inside.js";
import { applyStatements } from "./describe-pairs.js";
import { canonical, domain, mood, pair, span, tiny } from "./type-ddl.js";

/** Types that are made anew under columns with values: the old form, the new, and a value of both. */
const remade: readonly (readonly [before: string, after: string, name: string, value: string])[] = [
  [mood("a", "b"), mood("b"), "s.mood", "b"],
  [pair("a integer, b text"), pair("b integer, a text"), "s.pair", "(1,2)"],
  [domain("integer check (value > 1)"), domain("bigint constraint d_check check (value > 1)"), "s.d", "2"],
  [span("subtype = text"), span("subtype = text, subtype_opclass = text_pattern_ops"), "s.span", "[a,b)"],
  [span("subtype = integer"), span("subtype = bigint"), "s.span", "empty"],
  [
    canonical,
    canonical.replace("canonical = s.canon", "canonical = s.canon, subtype_diff = int4range_subdiff"),
    "s.span",
    "[1,3)",
  ],
  [tiny("like = int4"), tiny("like = int4, category = 'N'"), "s.tiny", "7"],
];

testOnEachVersion("a type set aside leaves its names to the one that columns go over to", async (version) => {
  await using db = await openTestDatabase({ version, sql: "create schema s" });
  const read = () => readCatalog(db, { insideTransaction: true });
  for (const [from, to, name, value] of remade) {
    const table = `; create table s.t (v ${name}, vs ${name}[])`;
    const after = await inside(db, to + table, read);
    const filled = `${from}${table}; insert into s.t values ('${value}', array['${value}'::${name}])`;
    await inside(db, filled, async () => {
      const sides = { before: indexCatalog(await read()), after: indexCatalog(after) };
      const [was, is] = [sides.before.find("types", name), sides.after.find("types", name)];
      if (was === undefined || is === undefined) throw new Error(`no ${name}`);
      const aside = (qualified: string) => `${qualified.slice(qualified.indexOf(".") + 1)}__before`;
      const drop = typeKinds.types.drop(was, sides.before);
      await applyStatements(db, [
        ...setTypeAside(was, sides.before, aside),
        ...typeKinds.types.create(is, sides.after),
        `alter table s.t alter column v type ${name} using v::text::${name}, alter column vs type ${name}[] using vs::text::${name}[]`,
        ...drop.map((text) => text.replace(name, () => `s.${aside(name)}`)),
      ]);
      expect(compareCatalogs(await read(), after), `${from} -> ${to}`).toEqual([]);
      expect((await db.query("select v::text, vs::text from s.t")).rows).toMatchObject([{ v: value }]);
    });
  }
});
