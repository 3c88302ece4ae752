import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { ConfitureError } from "@confiture/model";
import pg from "pg";
import { connectError, isStartingUp, placeOf, refusesTls } from "./connect-errors.js";
import type { ServerAddress } from "./parse-database-url.js";

export interface ConnectedClient {
  readonly client: pg.Client;
  /** The server's major version, from the handshake. */
  readonly majorVersion: number;
}

export interface ConnectClientOptions {
  readonly applicationName: string;
  readonly connectTimeoutMs: number;
  /** Remembers for the next connection that this server does not speak TLS (sslmode=prefer only). */
  readonly tls: { refused: boolean };
}

const oldestServer = 13;
const newestServer = 18;

/** Opens one connection, waits for a server that is starting up, and turns every failure into a ConfitureError. */
export async function connectClient(address: ServerAddress, options: ConnectClientOptions): Promise<ConnectedClient> {
  const deadline = performance.now() + options.connectTimeoutMs;
  for (;;) {
    // Of several connections opened at once, each must learn for itself that its own attempt was refused.
    const triedTls = address.sslMode === "prefer" && !options.tls.refused;
    try {
      return checkVersion(address, await connectOnce(address, options, deadline));
    } catch (error) {
      if (error instanceof ConfitureError) throw error;
      const mayRetry = performance.now() + 250 < deadline;
      if (refusesTls(error) && triedTls) options.tls.refused = true;
      else if (isStartingUp(error) && mayRetry) await delay(100);
      else throw connectError(address, error);
    }
  }
}

async function connectOnce(
  address: ServerAddress,
  options: ConnectClientOptions,
  deadline: number,
): Promise<ConnectedClient> {
  const client = new pg.Client({
    host: address.host,
    port: address.port,
    user: address.user,
    // undefined lets the driver look at PGPASSWORD and ~/.pgpass
    ...(address.password === undefined ? {} : { password: address.password }),
    database: address.database,
    ssl: sslOptions(address, options.tls.refused),
    application_name: address.applicationName ?? options.applicationName,
    ...(address.options === undefined ? {} : { options: address.options }),
    connectionTimeoutMillis: Math.max(1, Math.ceil(deadline - performance.now())),
    keepAlive: true,
  });
  const version = watchServerVersion(client);
  // The driver reports some failures both by rejecting and by an event; unheard, the event would end the process.
  const ignored = () => undefined;
  client.on("error", ignored);
  try {
    await client.connect();
  } catch (error) {
    // Without a stream that is gone, the failed attempt would keep the process alive until the server closes it.
    client.end().catch(ignored);
    throw error;
  }
  client.off("error", ignored);
  return { client, majorVersion: version() };
}

/** Says goodbye and closes; over a network that has died nobody answers, so it does not wait for long. */
export async function closeClient(client: pg.Client): Promise<void> {
  const { connection } = client as unknown as { readonly connection: { readonly stream: Socket } };
  const timer = setTimeout(() => connection.stream.destroy(), 2_000);
  await client.end().finally(() => clearTimeout(timer));
}

interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

/** The server tells its version in the handshake, so asking needs no round trip. */
function watchServerVersion(client: pg.Client): () => number {
  let major = Number.NaN;
  const { connection } = client as unknown as { readonly connection: NodeJS.EventEmitter };
  connection.on("parameterStatus", ({ parameterName, parameterValue }: ParameterStatus) => {
    if (parameterName === "server_version") major = Number.parseInt(parameterValue, 10);
  });
  return () => major;
}

function checkVersion(address: ServerAddress, connected: ConnectedClient): ConnectedClient {
  const error = versionError(connected.majorVersion, placeOf(address));
  if (error === undefined) return connected;
  connected.client.end().catch(() => undefined);
  throw error;
}

/** CONFITURE_SERVER_VERSION for a server we do not know, else undefined. */
export function versionError(majorVersion: number, place: string): ConfitureError | undefined {
  if (majorVersion >= oldestServer && majorVersion <= newestServer) return undefined;
  return new ConfitureError(
    "CONFITURE_SERVER_VERSION",
    `The server at ${place} is PostgreSQL ${majorVersion}; Confiture knows ${oldestServer} to ${newestServer}.`,
    {
      hint: majorVersion < oldestServer ? "Upgrade the server." : "Upgrade Confiture.",
      facts: { majorVersion, oldestServer, newestServer },
    },
  );
}

type SslOptions = boolean | Record<string, unknown>;

/** What each sslmode means to libpq: only verify-ca and verify-full check the certificate. */
function sslOptions(address: ServerAddress, tlsRefused: boolean): SslOptions {
  if (address.sslMode === "disable" || (address.sslMode === "prefer" && tlsRefused)) return false;
  return {
    rejectUnauthorized: address.sslMode.startsWith("verify"),
    ...(address.sslMode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
    ...readCertificate(address, "ca", address.sslRootCert),
    ...readCertificate(address, "cert", address.sslCert),
    ...readCertificate(address, "key", address.sslKey),
  };
}

function readCertificate(address: ServerAddress, name: string, path: string | undefined): Record<string, string> {
  if (path === undefined || path === "system") return {};
  try {
    return { [name]: readFileSync(path, "utf8") };
  } catch (cause) {
    throw new ConfitureError(
      "CONFITURE_FILE_NOT_FOUND",
      `Cannot read ${path}, which the URL of ${placeOf(address)} names.`,
      {
        hint: "Correct sslrootcert, sslcert or sslkey in the URL.",
        cause,
      },
    );
  }
}
