/**
 * The shortest way from a place back to itself, over places of which each has to come behind the one before.
 * @param behind for each place those that have to come behind it.
 * @param isWaiting whether a place could not be put in order; only these can be in a ring.
 */
export function findRing(
  behind: readonly ReadonlySet<number>[],
  isWaiting: (place: number) => boolean,
): readonly number[] {
  let shortest: readonly number[] = [];
  for (const start of behind.keys()) {
    if (!isWaiting(start)) continue;
    const ring = wayBack(start, behind, isWaiting);
    if (ring.length > 0 && (shortest.length === 0 || ring.length < shortest.length)) shortest = ring;
    // No ring is shorter, and a large schema may have very many of them.
    if (shortest.length === 2) break;
  }
  return shortest;
}

function wayBack(
  start: number,
  behind: readonly ReadonlySet<number>[],
  isWaiting: (place: number) => boolean,
): readonly number[] {
  const cameFrom = new Map<number, number>();
  const reached = [start];
  for (const place of reached) {
    for (const next of behind[place]!) {
      if (next === start) return pathTo(place, cameFrom);
      if (!isWaiting(next) || cameFrom.has(next)) continue;
      cameFrom.set(next, place);
      reached.push(next);
    }
  }
  return [];
}

function pathTo(end: number, cameFrom: ReadonlyMap<number, number>): readonly number[] {
  const path: number[] = [];
  for (let place: number | undefined = end; place !== undefined; place = cameFrom.get(place)) path.unshift(place);
  return path;
}
