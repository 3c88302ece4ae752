/** An open transaction that is waited for. */
export interface Awaited {
  readonly ageMs: number;
  /** It ends at the latest after this many milliseconds more, whatever its age: it steps aside. */
  readonly atMostMs?: number;
}

/**
 * Chance that a wait for all of `awaited` lasts longer than `ms`. `runningAges` are the ages of all transactions open now.
 *
 * The ages are taken for a sample of a stream of transactions that goes on as it is. In such a stream the chance that one
 * at least `a` old lasts `ms` more is the share of those at least `a + ms` old among those at least `a` old. A few ages
 * say little, so one imagined observation joins them: the rule that what has lasted `a` lasts `ms` more with chance
 * a / (a + ms), which is what is left to say of something when its age is all that is known. The transactions are taken
 * to end independently of each other. Where short and long transactions mix, this leans to the long side: a young one
 * is judged together with all that are older.
 */
export function chanceToOutlast(awaited: readonly Awaited[], ms: number, runningAges: readonly number[]): number {
  const nobodyLasts = awaited.reduce((chance, one) => chance * (1 - chanceOfOne(one, ms, runningAges)), 1);
  return 1 - nobodyLasts;
}

/** How long the wait lasts that is as likely shorter as longer; 0 with nobody to wait for. */
export function typicalWait(awaited: readonly Awaited[], runningAges: readonly number[]): number {
  if (awaited.length === 0) return 0;
  let [low, high] = [0, 1];
  while (chanceToOutlast(awaited, high, runningAges) > 0.5 && high < 1e12) high *= 2;
  for (let step = 0; step < 50; step += 1) {
    const middle = (low + high) / 2;
    if (chanceToOutlast(awaited, middle, runningAges) > 0.5) low = middle;
    else high = middle;
  }
  return high;
}

function chanceOfOne({ ageMs, atMostMs }: Awaited, ms: number, runningAges: readonly number[]): number {
  if (atMostMs !== undefined && ms >= atMostMs) return 0;
  const itself = runningAges.includes(ageMs) ? 1 : 0;
  const asOld = runningAges.filter((age) => age >= ageMs).length - itself;
  const older = runningAges.filter((age) => age >= ageMs + ms).length - (ms === 0 ? itself : 0);
  const byAgeAlone = ageMs + ms === 0 ? 1 : ageMs / (ageMs + ms);
  return (older + byAgeAlone) / (asOld + 1);
}
