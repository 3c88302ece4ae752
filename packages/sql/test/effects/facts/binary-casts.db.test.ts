import { openTestDatabase, testOnEachVersion } from "@confiture/testkit";
import { expect } from "vitest";
import { binaryCasts } from "../../../src/effects/facts/binary-casts.js";

testOnEachVersion("the casts that leave the bytes alone are those of the server", async (version) => {
  await using db = await openTestDatabase({ version });
  const { rows } = await db.query<{ pair: string }>(
    `select source.typname || '>' || target.typname as pair
     from pg_cast
       join pg_type source on source.oid = castsource
       join pg_type target on target.oid = casttarget
     where castmethod = 'b'`,
  );
  expect([...binaryCasts].sort()).toEqual(rows.map(({ pair }) => pair).sort());
});
