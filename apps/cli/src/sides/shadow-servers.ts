import { ConfitureError, type Database, type ErrorCode, isConfitureError, type ShadowProvider } from "@confiture/model";

/** A server on which shadow databases may be made. */
export interface ShadowServer {
  /** `environment local`, `the server of postgres://…`. */
  readonly name: string;
  /** Somebody asked for it: no other is taken when it will not do. */
  readonly wanted: boolean;
  readonly open: (version: number | undefined) => Promise<ShadowProvider>;
}

/** What keeps one server from being used, and says nothing about the next. */
const passable: readonly ErrorCode[] = [
  "CONFITURE_SHADOW_UNAVAILABLE",
  "CONFITURE_EMBEDDED_UNAVAILABLE",
  "CONFITURE_CONNECT_FAILED",
  "CONFITURE_AUTHENTICATION_FAILED",
  "CONFITURE_DATABASE_MISSING",
  "CONFITURE_SERVER_VERSION",
  "CONFITURE_ENVIRONMENT_UNKNOWN",
  "CONFITURE_VARIABLE_MISSING",
];

/** Makes shadows on the first of several servers that has the version asked for and lets us. */
export function shadowOnFirst(servers: readonly ShadowServer[]): ShadowProvider {
  return { create: (version) => createOnFirst(servers, version) };
}

async function createOnFirst(
  servers: readonly ShadowServer[],
  version: number | undefined,
): Promise<Database & AsyncDisposable> {
  const refusals: { readonly name: string; readonly error: ConfitureError }[] = [];
  for (const { name, wanted, open } of servers) {
    try {
      return await (await open(version)).create(version);
    } catch (error) {
      if (wanted || !isConfitureError(error) || !passable.includes(error.code)) throw error;
      refusals.push({ name, error });
    }
  }
  throw new ConfitureError(
    "CONFITURE_SHADOW_UNAVAILABLE",
    [
      `DDL is built in a shadow database${version === undefined ? "" : ` of PostgreSQL ${version}, the version of the other side`}, and none can be made.`,
      ...refusals.map(({ name, error }) => `  ${name}: ${error.message}`),
    ].join("\n"),
    {
      hint: "Name an environment whose server may make databases (--env), or give one a shadow_database_url.",
      cause: refusals[0]?.error,
    },
  );
}
