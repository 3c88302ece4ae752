import { readFileSync } from "node:fs";
import type { Catalog, Session } from "@confiture/model";
import { readCatalog } from "@confiture/schema";
import { compareEffects, describeDifference, observeEffects, predictEffects } from "@confiture/sql";
import { openTestDatabase, type ServerVersion, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { type Form, readForms } from "./read-forms.js";
import { truthStillWrong } from "./truth-still-wrong.js";

const files = await readForms();
const harbour = readFileSync(new URL("harbour.sql", import.meta.url), "utf8");
const withoutQuay = harbour.slice(0, harbour.indexOf("-- Here the quay begins."));

const isKnown = (text: string) => truthStillWrong.includes(text);

// Roles belong to the whole server, and a cursor to a transaction.
const setup = `begin;
  create role harbourmaster; create role clerk; create role sailors; create role captains; create role mate; create role sailor`;
const cursor = "declare reading scroll cursor for select g from generate_series(1, 9) g";
/** What ends the transaction, or makes one of the roles again. */
const notRun = /^(TransactionStmt|CreateRoleStmt)$/;

testOnEachVersion(
  "forms that can be run in a harbour do what is said of them",
  async (version) => {
    const tried = [await tryForms(withoutQuay, version), await tryForms(harbour, version)];
    const wrong = tried.flatMap((found) => [...found].filter(([text, all]) => all.length > 0 && !isKnown(text)));
    expect(wrong).toEqual([]);
    // The others need what a rolled-back transaction has not: an extension's files, another database, a subscription.
    expect(new Set(tried.flatMap((found) => [...found.keys()])).size).toBeGreaterThan(650);
  },
  300_000,
);

/** In what the prediction of each form was wrong that this database runs. */
async function tryForms(sql: string, version: ServerVersion): Promise<ReadonlyMap<string, readonly string[]>> {
  await using db = await openTestDatabase({ version, sql });
  await using session = await db.openSession();
  const catalog = await readCatalog(session);
  const found = new Map<string, readonly string[]>();
  for (const form of files.flatMap(({ forms }) => forms)) {
    if (notRun.test(form.statement.kind) || form.statement.transactionality.kind === "alone") continue;
    const differences = await tryForm(form, session, catalog);
    if (differences !== undefined) found.set(form.statement.text, differences);
  }
  return found;
}

/** Undefined when the server refuses it. */
async function tryForm({ statement, kinds }: Form, session: Session, catalog: Catalog) {
  const [predicted] = await predictEffects([statement], { catalog });
  await session.query(setup);
  try {
    if (kinds.includes("cursor") && statement.kind !== "DeclareCursorStmt") await session.query(cursor);
    const observed = await observeEffects(session, statement.text);
    const { under, over } = compareEffects(predicted!.effect, observed);
    return [...under, ...over].map((one) => `${one.direction}: ${describeDifference(one)}`);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  } finally {
    await session.query("rollback");
  }
}
