import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeEachVersion, openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { pgDumpReads, whyNoPgDump } from "../pg-dump.js";
import { createRoles } from "./read-fixtures.js";
import { faultsOf, runPair } from "./run-pair.js";

const corpora = process.env.CONFITURE_CORPORA ?? "";
const folder = join(corpora, "diff");
const isThere = corpora !== "" && existsSync(folder);

describeEachVersion(`pairs that other tools are tried on${isThere ? "" : ": CONFITURE_CORPORA not set"}`, (version) => {
  test.skipIf(!isThere)(`become each other, also by what pg_dump says${whyNoPgDump(version)}`, async () => {
    await using server = await openTestDatabase({ version });
    const found: string[] = [];
    for (const pair of findPairs(folder)) {
      await createRoles(server, { roles: linesOf(join(pair, "roles.txt")) });
      const [a, b] = [readFileSync(join(pair, "a.sql"), "utf8"), readFileSync(join(pair, "b.sql"), "utf8")];
      const outcomes = await runPair(version, a, b, { dump: pgDumpReads(version) });
      for (const [direction, outcome] of Object.entries(outcomes)) {
        const faults = [...faultsOf(outcome), ...(outcome.refused === undefined ? [] : [outcome.refused])];
        if (faults.length > 0) found.push(`${pair} ${direction}: ${faults.join("\n")}`);
      }
    }
    expect(found.join("\n\n")).toBe("");
  });
});

/** Folders with both sides, at any depth. */
function findPairs(under: string): readonly string[] {
  if (existsSync(join(under, "a.sql")) && existsSync(join(under, "b.sql"))) return [under];
  return readdirSync(under, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => findPairs(join(under, name)))
    .sort();
}

function linesOf(file: string): readonly string[] {
  return existsSync(file)
    ? readFileSync(file, "utf8")
        .split(/\s+/)
        .filter((line) => line !== "")
    : [];
}
