import type { Queryable } from "@confiture/model";

/** Gets the number (from 1) and the text of each query before it goes out, and says what goes out. */
export type Interrupt = (number: number, text: string) => string | Promise<string>;

/** A real session with a hand in it. */
export function withInterruption(session: Queryable, interrupt: Interrupt): Queryable {
  let number = 0;
  return {
    async query<Row>(text: string, values?: readonly unknown[]) {
      number += 1;
      return session.query<Row>(await interrupt(number, text), values);
    },
  };
}

/** The texts of the queries that something sends over a session. */
export async function recordQueries(
  session: Queryable,
  work: (recorded: Queryable) => Promise<unknown>,
): Promise<readonly string[]> {
  const texts: string[] = [];
  const recorded = withInterruption(session, (_, text) => {
    texts.push(text);
    return text;
  });
  await work(recorded);
  return texts;
}
