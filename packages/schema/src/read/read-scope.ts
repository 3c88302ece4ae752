import { quoteLiteral } from "@confiture/sql";
import type { ReadScope } from "./catalog-query.js";
import type { ServerFacts } from "./read-server.js";

/** What a session's temporary objects and the insides of long values live in. */
export const passingSchemas = "'^pg_(temp|toast|temp_[0-9]+|toast_temp_[0-9]+)$'";

/** Makes the conditions that keep system schemas, temporary ones and the caller's exclusions out of every query. */
export function readScope(
  server: Pick<ServerFacts, "version" | "readsSubscriptionSettings">,
  exclude: readonly string[],
): ReadScope {
  const excluded = textArray(exclude);
  const includedName = (expression: string) =>
    `(${expression} not in ('pg_catalog', 'information_schema') and ${expression} !~ ${passingSchemas} and ${expression} <> all (${excluded}))`;
  return {
    version: server.version,
    readsSubscriptionSettings: server.readsSubscriptionSettings,
    includedName,
    included: (alias) => includedName(`${alias}.nspname`),
    notExcluded: (alias) => `(${alias}.nspname !~ ${passingSchemas} and ${alias}.nspname <> all (${excluded}))`,
  };
}

function textArray(names: readonly string[]): string {
  return `array[${names.map(quoteLiteral).join(", ")}]::text[]`;
}
