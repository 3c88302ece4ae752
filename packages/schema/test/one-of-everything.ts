import { readFileSync } from "node:fs";
import type { Queryable } from "@confiture/model";
import { openTestDatabase, type ServerVersion, type TestDatabase } from "@confiture/testkit";

const folder = new URL("./fixtures/one-of-everything/", import.meta.url);

/** DDL with at least one object of every kind that this version has. */
export function oneOfEverything(version: ServerVersion): string {
  const parts = ["schema.sql", "spare.sql"];
  for (const since of [14, 15, 18]) if (version >= since) parts.push(`since-${since}.sql`);
  return parts.map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
}

/** With one of everything, and what else the statements under `fixtures/changes` need. */
export async function openForChanges(version: ServerVersion): Promise<TestDatabase> {
  const db = await openTestDatabase({ version });
  await db.query(oneOfEverything(version));
  // Made by whoever comes first and left to the server: a tablespace belongs to all databases.
  if (version >= 15) {
    await db.query("set allow_in_place_tablespaces = on");
    await db.query("create tablespace confiture_place location ''").catch(unlessItExists);
  }
  return db;
}

/** A subscription keeps its database from being dropped. */
export async function dropSubscriptions(db: Queryable): Promise<void> {
  const { rows } = await db.query<{ name: string }>(`
    select quote_ident(subname) as name
    from pg_subscription
    where subdbid = (select oid from pg_database where datname = current_database())`);
  for (const { name } of rows) {
    await db.query(`alter subscription ${name} disable`);
    await db.query(`alter subscription ${name} set (slot_name = none)`);
    await db.query(`drop subscription ${name}`);
  }
}

function unlessItExists(error: unknown): void {
  if (!(error instanceof Error && "code" in error && (error.code === "42710" || error.code === "23505"))) throw error;
}
