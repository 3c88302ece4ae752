import {
  type DataRequirement,
  type Effect,
  hazards,
  type IndexBuild,
  type LockMode,
  type RowChange,
  type Scan,
} from "@confiture/model";
import { sortedLocks, strengthen } from "./effect-draft.js";

const reversibility = ["yes", "without_data", "no"] as const;
const certainties = ["certain", "assumed", "unknown"] as const;
const codeWorks = ["works", "depends", "breaks"] as const;

/** Several operations as one: of each lock the strongest, of each promise the weakest. */
export function mergeEffects(effects: readonly Effect[]): Effect {
  const worst = <Word extends string>(order: readonly Word[], words: readonly Word[]): Word =>
    order[Math.max(0, ...words.map((word) => order.indexOf(word)))]!;
  const runningCode = worst(
    codeWorks,
    effects.map(({ compatibility }) => compatibility.runningCode),
  );
  const because = effects.find(({ compatibility }) => compatibility.runningCode === runningCode)?.compatibility.because;
  return {
    locks: mergeLocks(effects.map(({ locks }) => locks)),
    indexLocks: mergeLocks(effects.map(({ indexLocks }) => indexLocks)),
    rewrites: union(effects.map(({ rewrites }) => rewrites)),
    fileSwaps: union(effects.map(({ fileSwaps }) => fileSwaps)),
    indexBuilds: inOrder(
      distinct<IndexBuild>(
        effects.flatMap(({ indexBuilds }) => indexBuilds),
        buildKey,
      ),
      buildKey,
    ),
    scans: inOrder(
      distinct<Scan>(
        effects.flatMap(({ scans }) => scans),
        scanKey,
      ),
      scanKey,
    ),
    waits: effects.flatMap(({ waits }) => waits),
    rowChanges: mergeRowChanges(effects.flatMap(({ rowChanges }) => rowChanges ?? [])),
    transactional: effects.every(({ transactional }) => transactional),
    dataLoss: distinct(
      effects.flatMap(({ dataLoss }) => dataLoss),
      ({ what, of }) => `${what} ${of}`,
    ),
    reversible: worst(
      reversibility,
      effects.map(({ reversible }) => reversible),
    ),
    hazards: hazards.filter((hazard) => effects.some((effect) => effect.hazards.includes(hazard))),
    compatibility: { runningCode, ...(because === undefined ? {} : { because }) },
    requires: distinct<DataRequirement>(
      effects.flatMap(({ requires }) => requires),
      (one) => JSON.stringify(one),
    ),
    ...firstRefusal(effects),
    since: Math.max(13, ...effects.map(({ since }) => since)),
    certainty: worst(
      certainties,
      effects.map(({ certainty }) => certainty),
    ),
    assumptions: [...new Set(effects.flatMap(({ assumptions }) => assumptions))],
  };
}

/** The server stops at the first. */
function firstRefusal(effects: readonly Effect[]): Pick<Effect, "refused"> {
  const refused = effects.find((effect) => effect.refused !== undefined)?.refused;
  return refused === undefined ? {} : { refused };
}

function mergeLocks(lists: readonly Effect["locks"][]): Effect["locks"] {
  const merged = new Map<string, LockMode>();
  for (const list of lists) for (const { relation, mode } of list) strengthen(merged, relation, mode);
  return sortedLocks(merged);
}

/** Few rows here and any there are any. */
function mergeRowChanges(changes: readonly RowChange[]): readonly RowChange[] {
  const key = ({ relation, what }: RowChange) => `${relation} ${what}`;
  const fewFirst = [...changes].sort((a, b) => Number(a.rows === "any") - Number(b.rows === "any"));
  return inOrder(distinct(fewFirst, key), key);
}

const scanKey = ({ relation, why }: Scan) => `${relation} ${why}`;
const buildKey = ({ table, index, columns }: IndexBuild) => `${table} ${index ?? columns.join()}`;

function inOrder<Item>(items: readonly Item[], key: (item: Item) => string): readonly Item[] {
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function union(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].sort();
}

function distinct<Item>(items: readonly Item[], key: (item: Item) => string): readonly Item[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
