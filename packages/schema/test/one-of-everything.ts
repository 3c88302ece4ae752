import { readFileSync } from "node:fs";
import type { ServerVersion } from "@confiture/testkit";

const folder = new URL("./fixtures/one-of-everything/", import.meta.url);

/** DDL with at least one object of every kind that this version has. */
export function oneOfEverything(version: ServerVersion): string {
  const parts = ["schema.sql", "spare.sql"];
  for (const since of [14, 15, 18]) if (version >= since) parts.push(`since-${since}.sql`);
  return parts.map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
}

/** A subscription keeps its database from being dropped. */
export const dropSubscription =
  "alter subscription news disable; alter subscription news set (slot_name = none); drop subscription news";
