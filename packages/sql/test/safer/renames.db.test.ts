import { readCatalog } from "@confiture/schema";
import { describeEachVersion, openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { answerFor } from "./run-both-ways.js";
import { runSteps, sequenceFor, withRole } from "./run-sequence.js";

const schema = `
  create table docs (id int primary key, tenant text, secret text, open text);
  insert into docs values (1, 'a', 's', 'o'), (2, 'b', 's', 'o');
`;

const renames = ["alter table docs rename to papers", "alter table docs rename open to shown"];

const policies = `
  alter table docs enable row level security;
  create policy own on docs using (tenant = current_setting('my.tenant', true));
`;

describeEachVersion("through the old name of a rename nobody can do more than before", (version) => {
  test.skipIf(version < 15)("row level security shows each his own rows", async () => {
    for (const rename of renames) {
      await using db = await openTestDatabase({ version, sql: `${schema}${policies}` });
      await withRole(db, async (role) => {
        await db.query(`grant select on docs to ${role}`);
        const { steps } = await sequenceFor(rename, { catalog: await readCatalog(db) });
        await runSteps({ steps: steps.filter(({ when }) => when === "now") }, db);
        await db.query(`set role ${role}; set my.tenant = 'b'`);
        const { rows } = await db.query("select id from docs");
        expect(rows, rename).toEqual([{ id: 2 }]);
      });
    }
  });

  test("where no view can keep row level security, there is no gentler form", async () => {
    await using db = await openTestDatabase({ version, sql: `${schema}${policies}` });
    if (version >= 15) await db.query("grant select (id) on docs to public");
    for (const rename of renames) {
      const answer = await answerFor(rename, { catalog: await readCatalog(db) });
      expect(answer).toMatchObject({ kind: "none", because: expect.stringMatching(/row level security/) });
    }
  });

  test("rights on columns stay rights on columns, and default privileges give nothing", async () => {
    for (const rename of renames) {
      await using db = await openTestDatabase({ version, sql: schema });
      await withRole(db, async (role) => {
        await db.query(`
          grant select (id, open), update (open) on docs to ${role};
          revoke delete on docs from current_user;
          alter default privileges grant all on tables to public;
          alter default privileges in schema public grant all on tables to ${role}`);
        const { steps } = await sequenceFor(rename, { catalog: await readCatalog(db) });
        await runSteps({ steps: steps.filter(({ when }) => when === "now") }, db);
        await db.query(`set role ${role}`);
        await db.query("update docs set open = 'x' where id = 1");
        expect((await db.query("select open from docs order by id")).rows).toEqual([{ open: "x" }, { open: "o" }]);
        if (rename.includes("shown")) await db.query("update docs set shown = open");
        await expect(db.query("select secret from docs"), rename).rejects.toThrow(/permission denied/);
        await expect(db.query("insert into docs values (3)"), rename).rejects.toThrow(/permission denied/);
        await db.query("reset role");
        const { rows } = await db.query(
          "select acl.privilege_type from pg_class, aclexplode(relacl) acl where relname = 'docs' and (acl.grantee = 0 or acl.privilege_type = 'DELETE')",
        );
        expect(rows).toEqual([]);
      });
    }
  });
});
