import { describeEachVersion, openTestDatabase, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { indexCatalog } from "../../../src/diff/index-catalog.js";
import { changeRights } from "../../../src/diff/rights/change-rights.js";
import { describeDifferences } from "../../describe-difference.js";
import { catalogAfter } from "../../inside.js";
import { createRoles } from "../kinds/annotation-rules.js";

interface OtherOwner {
  readonly before?: string;
  readonly after?: string;
  readonly statements?: readonly string[];
}

/** The table belongs to confiture_app before, and to confiture_clerk after. */
const cases: Readonly<Record<string, OtherOwner>> = {
  "goes with the owner": {
    before: `grant select on shop.t to "Confiture Reader"; revoke insert on shop.t from confiture_app;`,
    after: `grant select on shop.t to "Confiture Reader"; revoke insert on shop.t from confiture_clerk;`,
    statements: [],
  },
  "of the new owner is his own": {
    before: "grant select on shop.t to confiture_clerk; grant select (a) on shop.t to confiture_clerk;",
    statements: ["revoke select (a) on table shop.t from confiture_clerk"],
  },
  "that the old owner lacked and the new one had is there": {
    before: `
      revoke all on shop.t from confiture_app;
      grant select, update on shop.t to confiture_clerk with grant option;`,
    after: "revoke truncate on shop.t from confiture_clerk;",
  },
  "granted by the new owner is the owner's": {
    before: `
      grant select on shop.t to confiture_clerk with grant option;
      set local role confiture_clerk;
      grant select on shop.t to "Confiture Reader" with grant option;
      set local role "Confiture Reader";
      grant select on shop.t to public;
      reset role;`,
    after: `grant select on shop.t to "Confiture Reader";`,
  },
  "is given to the old owner": {
    after: "grant select on shop.t to confiture_app;",
    statements: ["grant select on table shop.t to confiture_app"],
  },
  "on the sequences of its columns goes along": {
    before:
      "revoke usage on sequence shop.t_id_seq from confiture_app; grant usage on sequence shop.t_id_seq to public;",
    after:
      "revoke usage on sequence shop.t_id_seq from confiture_clerk; grant select on sequence shop.t_id_seq to public;",
    statements: [
      "revoke usage on sequence shop.t_id_seq from PUBLIC",
      "grant select on sequence shop.t_id_seq to PUBLIC",
    ],
  },
};

describeEachVersion("a privilege on a table that gets another owner", (version) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase({ version });
    await db.query(createRoles);
    await db.query(`
      create schema shop;
      grant all on schema shop to confiture_app, confiture_clerk, "Confiture Reader";
      create table shop.t (id integer generated always as identity, a integer)`);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  const ownedBy = (role: string) => `alter table shop.t owner to ${role}`;

  for (const [sentence, { before = "", after = "", statements }] of Object.entries(cases)) {
    test(sentence, async () => {
      const sides = {
        before: indexCatalog(await catalogAfter(db, ownedBy("confiture_app"), before)),
        after: indexCatalog(await catalogAfter(db, ownedBy("confiture_clerk"), after)),
      };
      const plan = changeRights({ kind: "tables", name: "shop.t" }, sides, { isNew: () => false });
      expect(plan).toEqual(statements ?? plan);
      const got = await catalogAfter(db, ownedBy("confiture_app"), before, ownedBy("confiture_clerk"), ...plan);
      expect(describeDifferences(got, sides.after.catalog), plan.join(";\n")).toEqual([]);
    });
  }
});
