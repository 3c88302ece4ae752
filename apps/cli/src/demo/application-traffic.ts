import { setTimeout as delay } from "node:timers/promises";
import { connectDatabase } from "@confiture/postgres";

/** What an application went through. */
export interface TrafficReport {
  readonly writes: number;
  /** The longest a single write took, in milliseconds: the time its user waited. */
  readonly slowestMs: number;
}

/**
 * An application that writes one row of `w_order_lines` at a time, a hundred times a second, until it is stopped. It is
 * what a migration must not hurt: its slowest write is how long a user waited.
 */
export async function startTraffic(url: string): Promise<{ stop(): Promise<TrafficReport> }> {
  const database = connectDatabase(url, { applicationName: "shop" });
  const session = await database.openSession();
  const { rows } = await session.query<{ id: string }>("select id from w_order_lines order by id limit 1");
  const id = rows[0]?.id;
  let stopped = false;
  let writes = 0;
  let slowestMs = 0;
  const write = async (): Promise<void> => {
    while (!stopped) {
      const began = performance.now();
      await session.query("update w_order_lines set unit_price = unit_price where id = $1", [id]);
      slowestMs = Math.max(slowestMs, performance.now() - began);
      writes += 1;
      await delay(10);
    }
  };
  const writing = write();
  return {
    async stop() {
      stopped = true;
      await writing;
      await session[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      return { writes, slowestMs };
    },
  };
}
