import { ConfitureError } from "@confiture/model";

/** Relations, schemas, types and functions that are not there. */
const missing = new Set<unknown>(["42P01", "3F000", "42704", "42883"]);

/** On an empty database, migrations on top of a schema that was built from DDL miss what it made. */
export function withBaseHint(error: ConfitureError, { script }: { readonly script?: string }): ConfitureError {
  if (script !== undefined || !missing.has(error.facts.sqlState)) return error;
  return new ConfitureError(error.code, error.message, {
    ...(error.at === undefined ? {} : { at: error.at }),
    hint: "The migrations began on an empty database. When the schema is built from DDL first, say so: `--base ddl` (`script` in the API).",
    cause: error,
    facts: error.facts,
  });
}
