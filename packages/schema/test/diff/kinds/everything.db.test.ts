import type { Catalog } from "@confiture/model";
import { readCatalog } from "@confiture/schema";
import { describeEachVersion, openTestDatabase, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { indexCatalog } from "../../../src/diff/index-catalog.js";
import { isDrawn, quarter } from "../../drawn-part.js";
import { inside } from "../../inside.js";
import { dropSubscriptions, oneOfEverything } from "../../one-of-everything.js";
import { changeFiles, readChanges } from "../../read-changes.js";
import { applyStatements, differencesOf } from "./describe-pairs.js";
import { planByRules, ruledKinds, ruledPart, rulesOf } from "./rules-alone.js";

/** Leaves what the rules under test are about: relations, and what is made for them, go. */
const dropRelations = `
  do $$
  declare
    command text;
  begin
    foreach command in array
      array(select format('event trigger %I', evtname) from pg_event_trigger)
      || array(select format('publication %I', pubname) from pg_publication)
      || array(select format('foreign data wrapper %I', fdwname) from pg_foreign_data_wrapper)
      || array(
        select format('%s %s', case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end, oid::regclass)
        from pg_class where relkind in ('r', 'p', 'v', 'm') and relnamespace::regnamespace::text in ('shop', 'spare'))
      || array(select format('sequence %s', oid::regclass) from pg_class where relkind = 'S')
    loop
      execute 'drop ' || regexp_replace(command, '^([a-z ]+) ', '\\1 if exists ') || ' cascade';
    end loop;
  end $$`;

/** The files about the kinds under test. */
const files = changeFiles.filter((file) =>
  /^(access|agg|cast|coll|conv|ext|fun|lang|oper|schema|text|trans|types)/.test(file),
);

/** What no statement but one that writes to the server's own tables undoes, and what extensions own. */
const unreachable = /allow_system_table_mods|alter extension \w+ (add|drop)/;

describeEachVersion(`the rules, on one of everything (CONFITURE_TEST_SEED=${quarter})`, (version) => {
  let db: TestDatabase;
  let everything: Catalog;
  const read = () => readCatalog(db, { insideTransaction: true });
  beforeAll(async () => {
    db = await openTestDatabase({ version });
    await db.query(oneOfEverything(version));
    await dropSubscriptions(db);
    await db.query(dropRelations);
    everything = await readCatalog(db);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  /** From where the open transaction is; what still differs then. */
  async function go(from: Catalog, to: Catalog): Promise<readonly unknown[]> {
    await applyStatements(db, planByRules(from, to).statements);
    return differencesOf(await read(), to);
  }

  test("drop it all, and make it all again", async () => {
    const lists = ruledPart(everything);
    expect(ruledKinds.filter((kind) => lists[kind].length === 0)).toEqual([]);
    await using other = await openTestDatabase({ version });
    const empty = await readCatalog(other);
    await inside(db, "", async () => {
      expect(await go(everything, empty)).toEqual([]);
      expect(await go(await read(), everything)).toEqual([]);
    });
  });

  test("say nothing where only the owner differs, and name everything as ALTER … OWNER TO takes it", async () => {
    const sides = { before: indexCatalog(everything), after: indexCatalog(everything), madeAnew: new Set<string>() };
    await inside(db, "", async () => {
      for (const { kind, entry, name } of indexCatalog(ruledPart(everything)).entries.values()) {
        const rule = rulesOf(kind);
        const other = { ...entry, owner: "confiture_app" };
        expect(rule.alter(entry as never, other as never, sides), `${kind} ${name}`).toEqual([]);
        if ("owner" in entry && rule.hasOwner !== false)
          await db.query(`alter ${rule.named(entry as never)} owner to confiture_app`);
      }
      const owners = Object.values(ruledPart(await read())).flatMap((entries) =>
        Array.isArray(entries)
          ? entries.flatMap(({ owner, version }) => (version === undefined ? (owner ?? []) : []))
          : [],
      );
      expect(new Set(owners)).toEqual(new Set(["confiture_app"]));
    });
  });

  for (const file of files) {
    const changes = readChanges(file, version).filter(({ sql }) => !unreachable.test(sql));
    const sample = changes.filter((_, place) => isDrawn(place));
    test.runIf(sample.length > 0)(`go there and back over changes of ${file.replace(".sql", "")}`, async () => {
      for (const { sql } of sample) {
        const after = await inside(db, sql, async () => {
          const changed = await read();
          expect(await go(changed, everything), `back over: ${sql}`).toEqual([]);
          return changed;
        });
        await inside(db, "", async () => expect(await go(everything, after), sql).toEqual([]));
      }
    });
  }
});
