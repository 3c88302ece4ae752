import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { assignmentCasts } from "../../../src/effects/facts/assignment-casts.js";

testOnEachVersion("the casts that an assignment takes are those of the server", async (version) => {
  await using db = await openTestDatabase({ version });
  const { rows } = await db.query<{ pair: string }>(
    `select source.typname || '>' || target.typname as pair
     from pg_cast
       join pg_type source on source.oid = castsource
       join pg_type target on target.oid = casttarget
     where castcontext in ('a', 'i') and castsource <> casttarget`,
  );
  expect([...assignmentCasts].sort()).toEqual(rows.map(({ pair }) => pair).sort());
});
