import type { Catalog, Queryable } from "@confiture/model";
import { readCatalog } from "@confiture/schema";

/** Runs statements in a transaction, looks, and undoes them: to make and drop a database for each would take minutes. */
export async function inside<Answer>(
  db: Queryable,
  statements: string | readonly string[],
  look: () => Promise<Answer>,
): Promise<Answer> {
  await db.query("begin");
  try {
    await db.query("set local client_min_messages = error");
    for (const sql of [statements].flat()) if (sql !== "") await db.query(sql);
    return await look();
  } finally {
    await db.query("rollback");
  }
}

/** What is there behind some statements, of which nothing stays. */
export function catalogAfter(db: Queryable, ...statements: readonly string[]): Promise<Catalog> {
  return inside(db, statements, () => readCatalog(db, { insideTransaction: true }));
}
