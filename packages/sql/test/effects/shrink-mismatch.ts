import type { EffectDifference, EffectPredictor } from "@confiture/sql";
import { openTestDatabase, type ServerVersion } from "@confiture/testkit";
import { arbitrarySchema } from "./arbitrary-ddl.js";
import { buildDatabase, emptyTally, type Mismatch, tryFile } from "./try-random-ddl.js";

export interface SmallMismatch {
  /** What builds a database on which it still happens. */
  readonly setup: readonly string[];
  readonly behind: readonly string[];
  readonly sql: string;
}

interface Shrinking {
  readonly version: ServerVersion;
  readonly predict: EffectPredictor;
  readonly mismatch: Mismatch;
}

/** Leaves out what builds the database, and earlier statements, as long as the same difference stays. */
export async function shrinkMismatch(work: Shrinking): Promise<SmallMismatch> {
  const { mismatch, version } = work;
  const setup = await leaveOut(arbitrarySchema(mismatch.seed, version), (kept) => happens(work, kept, mismatch.behind));
  const behind = await leaveOut(mismatch.behind, (kept) => happens(work, setup, kept));
  return { setup, behind, sql: mismatch.sql };
}

/** In large pieces first, then in smaller ones. */
async function leaveOut<Item>(
  items: readonly Item[],
  holds: (kept: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  let kept = items;
  for (let size = Math.ceil(items.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    // From the end: what comes later depends on what came before.
    for (let from = Math.floor((kept.length - 1) / size) * size; from >= 0; from -= size) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (fewer.length < kept.length && (await holds(fewer))) kept = fewer;
    }
  }
  return kept;
}

async function happens(work: Shrinking, setup: readonly string[], behind: readonly string[]): Promise<boolean> {
  const { mismatch, version, predict } = work;
  await using database = await openTestDatabase({ version });
  await using session = await database.openSession();
  const catalog = await buildDatabase(session, setup).catch(() => undefined);
  if (catalog === undefined) return false;
  const tally = emptyTally();
  await tryFile({ session, catalog, version, predict, seed: mismatch.seed, file: [...behind, mismatch.sql] }, tally);
  const last = tally.mismatches.find(
    ({ sql, behind: earlier }) => sql === mismatch.sql && earlier.length === behind.length,
  );
  return last !== undefined && signatureOf(last) === signatureOf(mismatch);
}

/** The same mistake, wherever it shows. */
export function signatureOf({ under, over }: Pick<Mismatch, "under" | "over">): string {
  const kinds = (differences: readonly EffectDifference[]) =>
    [
      ...new Set(
        differences.map(
          ({ direction, what, predicted = "-", observed = "-" }) => `${direction} ${what} ${predicted} ${observed}`,
        ),
      ),
    ].sort();
  return [...kinds(under), ...kinds(over)].join("; ");
}
