import { type LockMode, lockModes, lockModesConflict, type Session } from "@confiture/model";
import { openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";

/** `AccessShareLock` as LOCK TABLE wants it: `access share`. */
function lockTableMode(mode: LockMode): string {
  return mode
    .replace(/Lock$/, "")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
}

async function isRefused(session: Session, mode: LockMode): Promise<boolean> {
  await session.query("begin");
  try {
    await session.query(`lock table probe in ${lockTableMode(mode)} mode nowait`);
    return false;
  } catch (error) {
    const notAvailable = "55P03";
    if ((error as { code?: string }).code !== notAvailable) throw error;
    return true;
  } finally {
    await session.query("rollback");
  }
}

test("all 64 pairs of lock modes conflict on the server exactly as the table says", async () => {
  await using db = await openTestDatabase();
  await db.query("create table probe (n int)");
  await using holder = await db.openSession();
  await using asker = await db.openSession();

  const measured: string[] = [];
  for (const held of lockModes) {
    await holder.query("begin");
    await holder.query(`lock table probe in ${lockTableMode(held)} mode`);
    const granted = await holder.query<{ mode: string }>(
      "select mode from pg_locks where pid = pg_backend_pid() and relation = 'probe'::regclass",
    );
    expect(granted.rows.map((row) => row.mode)).toEqual([held]);
    for (const wanted of lockModes) measured.push(`${held} ${wanted} ${await isRefused(asker, wanted)}`);
    await holder.query("rollback");
  }

  const expected = lockModes.flatMap((held) =>
    lockModes.map((wanted) => `${held} ${wanted} ${lockModesConflict(held, wanted)}`),
  );
  expect(measured).toHaveLength(64);
  expect(measured).toEqual(expected);
});
