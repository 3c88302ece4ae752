import { aclFact, columnOrderFact, type ObservedObject, ownerFact } from "./observed-object.js";

export interface CompareObservationsOptions {
  /** For two databases that different roles built. Default: owners count. */
  readonly ignoreOwners?: boolean;
  /** Grants and default privileges. Default: they count. */
  readonly ignoreGrants?: boolean;
  /** Tell where columns stand in another order too. Default: no, for no ALTER brings it about. */
  readonly columnOrder?: boolean;
}

/** One object the observer did not see the same on both sides. */
export interface ObservedDifference {
  readonly kind: string;
  readonly identity: string;
  /** Seen from `before`. */
  readonly change: "added" | "removed" | "changed";
  /** What is not the same, by name; none for an object that came or went. An absent side has no such fact. */
  readonly facts: readonly { readonly fact: string; readonly before?: string; readonly after?: string }[];
}

/** Every object that differs, by kind and identity. */
export function compareObservations(
  before: readonly ObservedObject[],
  after: readonly ObservedObject[],
  options: CompareObservationsOptions = {},
): readonly ObservedDifference[] {
  const [left, right] = [byName(before, options), byName(after, options)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .sort()
    .flatMap((name) => differenceOf(left.get(name), right.get(name), options));
}

function byName(
  observed: readonly ObservedObject[],
  { ignoreGrants }: CompareObservationsOptions,
): ReadonlyMap<string, ObservedObject> {
  const counted = ignoreGrants === true ? observed.filter((object) => !saysGrantsAlone(object)) : observed;
  return new Map(counted.map((object) => [`${object.kind}\0${object.identity}`, object]));
}

/** Default privileges, and objects of the server that are there for what was granted on them. */
function saysGrantsAlone({ facts }: ObservedObject): boolean {
  const names = Object.keys(facts);
  return names.length === 1 && names[0] === aclFact;
}

function differenceOf(
  before: ObservedObject | undefined,
  after: ObservedObject | undefined,
  options: CompareObservationsOptions,
): ObservedDifference[] {
  const object = before ?? after;
  if (object === undefined) return [];
  const { kind, identity } = object;
  if (before === undefined) return [{ kind, identity, change: "added", facts: [] }];
  if (after === undefined) return [{ kind, identity, change: "removed", facts: [] }];
  const facts = [...new Set([...Object.keys(before.facts), ...Object.keys(after.facts)])]
    .filter((fact) => factCounts(fact, options) && before.facts[fact] !== after.facts[fact])
    .sort()
    .map((fact) => ({ fact, ...side("before", before.facts[fact]), ...side("after", after.facts[fact]) }));
  return facts.length === 0 ? [] : [{ kind, identity, change: "changed", facts }];
}

function side<Name extends "before" | "after">(
  name: Name,
  value: string | undefined,
): { readonly [N in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: string };
}

function factCounts(fact: string, options: CompareObservationsOptions): boolean {
  if (fact === columnOrderFact) return options.columnOrder === true;
  if (fact === ownerFact) return options.ignoreOwners !== true;
  return !(fact === aclFact && options.ignoreGrants === true);
}
