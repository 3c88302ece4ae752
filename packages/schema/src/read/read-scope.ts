import type { ReadScope, ServerVersion } from "./catalog-query.js";

/** Makes the conditions that keep system schemas, temporary ones and the caller's exclusions out of every query. */
export function readScope(version: ServerVersion, exclude: readonly string[]): ReadScope {
  const excluded = textArray(exclude);
  const includedName = (expression: string) =>
    `(${expression} !~ '^pg_' and ${expression} <> 'information_schema' and ${expression} <> all (${excluded}))`;
  return {
    version,
    includedName,
    included: (alias) => includedName(`${alias}.nspname`),
    notExcluded: (alias) =>
      `(${alias}.nspname !~ '^pg_(toast|temp)' and ${alias}.nspname <> 'information_schema' and ${alias}.nspname <> all (${excluded}))`,
  };
}

function textArray(names: readonly string[]): string {
  return `array[${names.map(quoteLiteral).join(", ")}]::text[]`;
}

/** Safe under `standard_conforming_strings`, which the reader switches on before anything else. */
function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
