import type { CatalogIndex } from "../catalog-index.js";
import { bareType } from "./change-type.js";

/** What SET STORAGE takes for the storage a type has by itself: before 16 it has to be said which that is. */
export function usualStorage(type: string, index: CatalogIndex): string {
  if (index.catalog.serverVersion >= 160_000) return "default";
  if (type.endsWith("[]")) return "extended";
  const found = index.find("types", bareType(type));
  if (found?.kind === "domain") return usualStorage(found.type, index);
  if (found?.kind === "base type") return found.storage;
  return ofTheServer.get(bareType(type)) ?? "extended";
}

/** The server's own types of variable length that are not extended: `select from pg_type where typlen = -1 and typstorage <> 'x'`. */
const ofTheServer: ReadonlyMap<string, string> = new Map([
  ["cidr", "main"],
  ["inet", "main"],
  ["numeric", "main"],
  ["gtsvector", "plain"],
  ["int2vector", "plain"],
  ["oidvector", "plain"],
  ["tsquery", "plain"],
]);
