import { describeEachVersion, openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { answerFor, catalogOf, runBothWays } from "./run-both-ways.js";
import { runSteps, sequenceFor, withRole } from "./run-sequence.js";

const table = `
  create table t (id int primary key, v text);
  insert into t values (1, '1'), (2, '2'), (3, null);
`;

/** What keeps an UPDATE from rows, by what the answer says of it. */
const swallowers: Readonly<Record<string, readonly [what: RegExp, sql: string]>> = {
  "a rule": [/the rule r of public\.t/, "create rule r as on update to t do instead nothing"],
  "forced row security": [
    /row level security is forced on public\.t/,
    "alter table t enable row level security, force row level security",
  ],
  "a trigger that gives back NULL": [
    /the trigger holds of public\.t/,
    `create function hold() returns trigger language plpgsql as $$ begin
       if new.id = 1 then return new; end if; -- return new;
       return null;
     end $$;
     create trigger holds before update on t for each row execute function hold()`,
  ],
};

const fillings = [
  "alter table t alter v type int using v::int",
  "alter table t alter v type varchar(9)",
  "alter table t add column u uuid default gen_random_uuid()",
];

const harmless = `${table}
  create function touch() returns trigger language plpgsql as $$ begin new.id := new.id; RETURN NEW; end $$;
  create trigger touches before insert or update on t for each row execute function touch();
  create function deny() returns trigger language plpgsql as $$ begin return null; end $$;
  create trigger denies_ids before update of id on t for each row execute function deny();
  create trigger denies_delete before delete on t for each row execute function deny();
  create policy mine on t using (id > 1);
  alter table t enable row level security;
  create rule r as on delete to t do instead nothing;
`;

describeEachVersion("no row is left out when a column is filled", (version) => {
  test("where something is known to keep an UPDATE from rows, there is no gentler form", async () => {
    for (const [what, sql] of Object.values(swallowers)) {
      const catalog = await catalogOf({ version, schema: `${table}${sql}` });
      for (const statement of fillings) {
        const answer = await answerFor(statement, { catalog });
        expect(answer.kind, statement).toBe("none");
        expect(answer.because, statement).toMatch(what);
      }
    }
  });

  test("where it came after the catalog was read, the sequence stops before anything is lost", async () => {
    const catalog = await catalogOf({ version, schema: table });
    for (const [name, [, sql]] of Object.entries(swallowers)) {
      for (const statement of fillings) {
        const sequence = await sequenceFor(statement, { catalog });
        await using db = await openTestDatabase({ version, sql: table });
        await withRole(db, async (role) => {
          await db.query(
            `${sql}; grant create on schema public to ${role}; alter table t owner to ${role}; set role ${role}`,
          );
          await expect(runSteps(sequence, db), `${name}: ${statement}`).rejects.toThrow(
            /were not filled in|row-level security/,
          );
          await db.query("reset role");
          const { rows } = await db.query("select v from t order by id");
          expect(rows).toEqual([{ v: "1" }, { v: "2" }, { v: null }]);
        });
      }
    }
  });

  test("triggers, policies and rules that let every UPDATE pass are in nobody's way", async () => {
    await runBothWays({ version, schema: harmless, statement: fillings[0]! });
    await runBothWays({ version, schema: harmless, statement: fillings[2]!, drawn: ["u"] });
  });
});
