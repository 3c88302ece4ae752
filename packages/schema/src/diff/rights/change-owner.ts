import { combineShares, type Holding, keyOfHolding, type Share, usualAsSaid, usualOn } from "./holding.js";

/**
 * What `ALTER … OWNER TO` makes of the holdings of an object: the new owner stands wherever the old one stood, as
 * grantee and as grantor, and holds what either of them held.
 */
export function changeOwner(holdings: readonly Holding[], from: string, to: string): readonly Holding[] {
  if (from === to) return holdings;
  const groups = new Map<string, { readonly holding: Holding; readonly shares: Share[] }>();
  for (const holding of [...holdings, ...ownersOf(holdings, from, to)]) {
    const moved = {
      ...holding,
      grantee: holding.grantee === from ? to : holding.grantee,
      grantor: holding.grantor === to ? undefined : holding.grantor,
    };
    const key = keyOfHolding(moved);
    const group = groups.get(key) ?? { holding: moved, shares: [] };
    groups.set(key, group);
    const unmentioned = holding.grantor === undefined ? usualOn(holding.on, holding.grantee, from) : () => 0 as const;
    group.shares.push({ privileges: holding.privileges, unmentioned });
  }
  return [...groups.values()].map(({ holding, shares }) => ({
    ...holding,
    // What is usual for anybody else has nothing to do with the owner.
    privileges: combineShares(shares, holding.grantee === to ? usualOn(holding.on, to, to) : usualAsSaid(shares)),
  }));
}

/** Both owners hold something by themselves on every object, whether or not anything was ever granted to them. */
function ownersOf(holdings: readonly Holding[], from: string, to: string): readonly Holding[] {
  const has = new Set(holdings.map(keyOfHolding));
  return holdings
    .flatMap(({ on }) => [from, to].map((grantee) => ({ on, grantee, grantor: undefined, privileges: new Map() })))
    .filter((holding) => {
      const key = keyOfHolding(holding);
      return !has.has(key) && has.add(key);
    });
}
