import { publishServers, withdrawServers } from "./server-list.js";
import { startServers } from "./start-servers.js";

/** Starts the servers of a run once, before the first test's process; stops and removes them at its end. */
export default async function setup(): Promise<() => Promise<void>> {
  const started = await startServers();
  publishServers(started.servers);
  return async () => {
    withdrawServers();
    await started.stop();
  };
}
