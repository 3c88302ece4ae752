import { connectDatabase } from "@confiture/postgres";

/**
 * A reader and a writer of single rows, as an application has them, for as long as something else is at work on the table. Tells how
 * long each of their statements took.
 * @param {string} url
 * @param {{ table: string, ids: readonly string[] }} what
 */
export async function watchWaits(url, { table, ids }) {
  const database = connectDatabase(url);
  const [reading, writing] = [await database.openSession(), await database.openSession()];
  const waits = { reader: [], writer: [] };
  let going = true;
  const keepOn = async (session, sql, times) => {
    while (going) {
      const id = ids[Math.floor(Math.random() * ids.length)];
      const started = performance.now();
      await session.query(sql, [id]);
      times.push(performance.now() - started);
      await new Promise((done) => setTimeout(done, 2));
    }
  };
  const ends = Promise.all([
    keepOn(reading, `select total from ${table} where id = $1`, waits.reader),
    keepOn(writing, `update ${table} set touched = touched + 1 where id = $1`, waits.writer),
  ]);
  return {
    async stop() {
      going = false;
      await ends;
      await database[Symbol.asyncDispose]();
      return { reader: summary(waits.reader), writer: summary(waits.writer) };
    },
  };
}

function summary(times) {
  const sorted = times.toSorted((left, right) => left - right);
  return { count: sorted.length, p50: sorted[Math.floor(sorted.length / 2)] ?? 0, longest: sorted.at(-1) ?? 0 };
}
