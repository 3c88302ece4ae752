import type { ServerAddress } from "./parse-database-url.js";

/** An address as libpq reads it from the environment. A program that gets these needs no argument, which anybody could see. */
export function clientVariables(address: ServerAddress): Readonly<Record<string, string>> {
  const variables = {
    PGHOST: address.host,
    PGPORT: String(address.port),
    PGUSER: address.user,
    PGDATABASE: address.database,
    PGPASSWORD: address.password,
    PGSSLMODE: address.sslMode,
    PGSSLROOTCERT: address.sslRootCert,
    PGSSLCERT: address.sslCert,
    PGSSLKEY: address.sslKey,
    PGOPTIONS: address.options,
    PGCONNECT_TIMEOUT:
      address.connectTimeoutMs === undefined ? undefined : String(Math.ceil(address.connectTimeoutMs / 1000)),
  };
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
