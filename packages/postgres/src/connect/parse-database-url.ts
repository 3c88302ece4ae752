import { userInfo } from "node:os";
import { ConfitureError } from "@confiture/model";
import { redactUrl } from "./redact-url.js";

/** How much of TLS the caller asked for, as libpq names it. */
export type SslMode = "disable" | "prefer" | "require" | "verify-ca" | "verify-full";

/** A database URL, taken apart. */
export interface ServerAddress {
  /** A host name, an IP address, or the folder of a unix socket (it then begins with `/`). */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly database: string;
  readonly sslMode: SslMode;
  readonly sslRootCert?: string;
  readonly sslCert?: string;
  readonly sslKey?: string;
  readonly applicationName?: string;
  readonly connectTimeoutMs?: number;
  /** `-c name=value` settings for the backend. */
  readonly options?: string;
}

const sslModes: Readonly<Record<string, SslMode>> = {
  disable: "disable",
  allow: "prefer",
  prefer: "prefer",
  require: "require",
  "verify-ca": "verify-ca",
  "verify-full": "verify-full",
};

const knownParameters = new Set(
  "host port user password dbname sslmode sslrootcert sslcert sslkey ssl application_name connect_timeout options".split(
    " ",
  ),
);

/**
 * Reads `postgres://user:password@host:port/database?…`; a unix socket is `postgres://user@/database?host=/folder`
 * or `postgres://user@%2Ffolder/database`. Throws CONFITURE_URL_INVALID saying which part is wrong, never the password.
 */
export function parseDatabaseUrl(url: string): ServerAddress {
  const parts = splitUrl(url);
  const parameters = readParameters(url, parts.query);
  const database = parameters.get("dbname") ?? decode(url, parts.path.replace(/^\//, ""), "database");
  if (database === "") {
    throw invalid(url, "names no database", "Put the database behind the host: postgres://user@host:5432/database.");
  }
  const host = parameters.get("host") ?? decode(url, parts.host, "host");
  const password = parameters.get("password") ?? decode(url, parts.password, "password");
  return withoutUndefined({
    host: host || process.env.PGHOST || "localhost",
    port: readPort(url, parameters.get("port") ?? parts.port),
    user: parameters.get("user") || decode(url, parts.user, "user") || process.env.PGUSER || userInfo().username,
    password: password === "" ? undefined : password,
    database,
    sslMode: readSslMode(url, parameters, host),
    sslRootCert: parameters.get("sslrootcert"),
    sslCert: parameters.get("sslcert"),
    sslKey: parameters.get("sslkey"),
    applicationName: parameters.get("application_name"),
    connectTimeoutMs: readTimeout(url, parameters.get("connect_timeout")),
    options: parameters.get("options"),
  });
}

interface UrlParts {
  readonly user: string;
  readonly password: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
}

/** WHATWG's URL refuses hosts like `%2Fvar%2Frun` and echoes its input in errors, so the split is ours. */
function splitUrl(url: string): UrlParts {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url);
  if (scheme === null) {
    throw invalid(url, "has no scheme", "Write postgres://user@host:5432/database, or `embedded`.", true);
  }
  if (!/^postgres(ql)?$/i.test(scheme[1]!)) {
    throw invalid(url, `has the scheme ${scheme[1]}:, not postgres:`, "Write postgres://user@host:5432/database.");
  }
  const rest = url.slice(scheme[0].length);
  const [beforeQuery = "", query = ""] = cutAt(rest, rest.search(/[?#]/));
  if (/^[^=&]*@|#.*@/.test(query)) {
    // The password goes on behind it, so host and port would be read out of the password, and be shown in errors.
    throw invalid(url, "holds a ? or # before its host", "Percent-encode them in user and password: %3F and %23.");
  }
  // A raw `/` or `@` in the password is common: the last @ still ends the credentials.
  const at = beforeQuery.lastIndexOf("@");
  const [user = "", password = ""] = at < 0 ? [] : cutAt(beforeQuery.slice(0, at), beforeQuery.indexOf(":"));
  const place = beforeQuery.slice(at + 1);
  const [authority = "", path = ""] = cutAt(place, place.indexOf("/"), true);
  const { host, port } = splitAuthority(url, authority);
  return { user, password, host, port, path, query };
}

function splitAuthority(url: string, authority: string): { host: string; port: string } {
  if (authority.includes(",")) {
    throw invalid(url, "names several hosts", "Name the one server to connect to; migrations need the primary.");
  }
  const bracketed = /^\[([^\]]+)\](?::(.*))?$/.exec(authority);
  if (bracketed !== null) return { host: bracketed[1]!, port: bracketed[2] ?? "" };
  const colon = authority.indexOf(":");
  if (colon !== authority.lastIndexOf(":")) {
    throw invalid(url, "has more than one colon in its host", "Write an IPv6 address in brackets: [::1]:5432.");
  }
  const [host = "", port = ""] = cutAt(authority, colon);
  return { host, port };
}

function cutAt(text: string, index: number, keepSeparator = false): [string, string] {
  if (index < 0 || index > text.length) return [text, ""];
  return [text.slice(0, index), text.slice(keepSeparator ? index : index + 1)];
}

function readParameters(url: string, query: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query.split("#")[0]!.split("&").filter(Boolean)) {
    const [name = "", value = ""] = cutAt(pair, pair.indexOf("="));
    // An unknown parameter is not an error: other tools put their own (schema=, pgbouncer=) into the same URL.
    if (knownParameters.has(name)) parameters.set(name, decode(url, value.replaceAll("+", " "), name));
  }
  return parameters;
}

function readPort(url: string, text: string): number {
  if (text === "") return process.env.PGPORT === undefined ? 5432 : readPort(url, process.env.PGPORT);
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw invalid(url, `has a port that is not a number from 1 to 65535${shownPort(url, text)}`, portHint(url));
  }
  return port;
}

/** Shown only where it cannot be a piece of a password: behind the last @. */
function shownPort(url: string, text: string): string {
  return redactUrl(url).includes(`:${text}`) ? `: "${text}"` : "";
}

/** An unencoded `@`, `:` or `/` in the password moves where the port seems to be. */
function portHint(url: string): string {
  const encoded = "If the password holds @ : / ? or #, percent-encode them (%40 %3A %2F %3F %23).";
  return url.includes("@") ? `Write the port behind the host: host:5432. ${encoded}` : "Write host:5432.";
}

function readSslMode(url: string, parameters: ReadonlyMap<string, string>, host: string): SslMode {
  const text = parameters.get("sslmode") ?? (parameters.get("ssl") === "true" ? "require" : process.env.PGSSLMODE);
  if (text === undefined || text === "") return host.startsWith("/") ? "disable" : "prefer";
  const mode = sslModes[text];
  if (mode === undefined) {
    throw invalid(url, `has sslmode=${text}`, `Use one of ${Object.keys(sslModes).join(", ")}.`);
  }
  return host.startsWith("/") ? "disable" : mode;
}

function readTimeout(url: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text))
    throw invalid(url, "has a connect_timeout that is not a number of seconds", "Write seconds.");
  return Number(text) * 1000;
}

function decode(url: string, text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw invalid(url, `has a ${part} with a broken % escape`, "Write a literal % as %25.", false, cause);
  }
}

function invalid(url: string, problem: string, hint: string, withholdUrl = false, cause?: unknown): ConfitureError {
  // Without a scheme we cannot tell where a password would stand, so nothing of the text is shown.
  const subject = withholdUrl ? "The database URL" : `The database URL ${redactUrl(url)}`;
  return new ConfitureError("CONFITURE_URL_INVALID", `${subject} ${problem}.`, { hint, cause });
}

function withoutUndefined(address: { [Key in keyof ServerAddress]: ServerAddress[Key] | undefined }): ServerAddress {
  return Object.fromEntries(
    Object.entries(address).filter(([, value]) => value !== undefined),
  ) as unknown as ServerAddress;
}
