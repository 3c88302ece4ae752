import { ConfitureError } from "@confiture/model";
import type { ServerAddress } from "./parse-database-url.js";

const authenticationCodes = new Set(["28P01", "28000"]);
const unreachableCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "EACCES",
  "EPIPE",
]);

/** Says why a connection could not be opened, in our words; the driver's error stays as the cause. */
export function connectError(address: ServerAddress, error: unknown): ConfitureError {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const facts = { host: address.host, port: address.port, user: address.user, database: address.database, code };
  const details = { cause: error, facts };
  if (authenticationCodes.has(code) || /^SASL|password must be a string/i.test(message)) {
    return authenticationFailed(address, message, details);
  }
  if (code === "3D000") {
    return new ConfitureError(
      "CONFITURE_DATABASE_MISSING",
      `The server at ${placeOf(address)} has no database "${address.database}".`,
      { ...details, hint: `Create it (create database "${address.database}"), or correct the database in the URL.` },
    );
  }
  return new ConfitureError(
    "CONFITURE_CONNECT_FAILED",
    `Cannot connect to ${placeOf(address)}: ${reasonOf(code, message)}.`,
    {
      ...details,
      hint: hintOf(code, message, address),
    },
  );
}

/** True while the server is starting or recovering: worth trying again shortly. */
export function isStartingUp(error: unknown): boolean {
  return codeOf(error) === "57P03";
}

/** True when the server answered that it does not speak TLS. */
export function refusesTls(error: unknown): boolean {
  return error instanceof Error && /does not support SSL/i.test(error.message);
}

/** `host:port`, or the socket's path. */
export function placeOf(address: ServerAddress): string {
  if (address.host.startsWith("/")) return `${address.host}/.s.PGSQL.${address.port}`;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

export function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  // Node tries several addresses of one name and reports them together.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

function authenticationFailed(
  address: ServerAddress,
  message: string,
  details: { readonly cause: unknown; readonly facts: Readonly<Record<string, unknown>> },
): ConfitureError {
  const given = address.password !== undefined || process.env.PGPASSWORD !== undefined;
  const missing = !given && /password/i.test(message);
  return new ConfitureError(
    "CONFITURE_AUTHENTICATION_FAILED",
    missing
      ? `The server at ${placeOf(address)} wants a password for user "${address.user}", and none was given.`
      : `The server at ${placeOf(address)} does not let user "${address.user}" in.`,
    {
      ...details,
      hint: missing
        ? "Put the password into the URL, into PGPASSWORD or into ~/.pgpass."
        : "Check user and password of the database URL, and pg_hba.conf of the server.",
    },
  );
}

function reasonOf(code: string, message: string): string {
  if (code === "ENOENT") return "there is no such socket";
  if (code === "ECONNREFUSED") return "nothing listens there (ECONNREFUSED)";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `the host name is not known (${code})`;
  if (/timeout expired/i.test(message) || code === "ETIMEDOUT") return "no answer within the time allowed";
  if (code === "53300") return "the server has no connection left (53300)";
  if (code === "57P03") return "the server is still starting up or shutting down (57P03)";
  if (unreachableCodes.has(code)) return code;
  // What the server says at this stage names users, databases and settings, never secrets.
  return message.replace(/\.$/, "");
}

function hintOf(code: string, message: string, { database, user }: ServerAddress): string {
  if (code === "42501") return `Allow it: grant connect on database ${quoted(database)} to ${quoted(user)}`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "Check the spelling of the host, and that it resolves here.";
  if (code === "53300") return "Close idle sessions, or raise max_connections.";
  if (/SSL|certificate|TLS/i.test(message)) return "Check sslmode and sslrootcert of the URL.";
  return "Check host and port, and that the server runs and accepts connections from here.";
}

/** As SQL spells a name. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
