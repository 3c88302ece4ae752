/** The servers of this run: set by the global setup, read by the tests' processes. */
const variable = "CONFITURE_TEST_SERVERS";

/** URL of the maintenance database by major version. */
export type ServerList = Readonly<Record<string, string>>;

export function publishServers(servers: ServerList): void {
  process.env[variable] = JSON.stringify(servers);
}

export function withdrawServers(): void {
  delete process.env[variable];
}

export function readServers(): ServerList | undefined {
  const text = process.env[variable];
  return text === undefined || text === "" ? undefined : (JSON.parse(text) as ServerList);
}

/** Templates made from `sql`; they stay for the whole run. */
export const templatePrefix = "confiture_template_";
