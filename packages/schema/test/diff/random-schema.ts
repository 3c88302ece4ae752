import { drawWith } from "@confiture/testkit/draw";
import fc from "fast-check";
import type { Making } from "./random/making.js";
import { mutateSchema } from "./random/mutate-schema.js";
import { addFunction, addOther, addSchema, addSequence, addType, addView } from "./random/new-objects.js";
import { addTable } from "./random/new-table.js";
import { renderSchema } from "./random/render-schema.js";
import { repairSchema } from "./random/repair-schema.js";
import type { SchemaModel } from "./random/schema-model.js";

/** Two schemas, the second made of the first; always the same for the same seed and version. */
export interface RandomPair {
  readonly seed: number;
  readonly version: number;
  /** DDL, a statement an entry. */
  readonly a: readonly string[];
  readonly b: readonly string[];
  /** What was done to `a`: `change a column's type`, …. */
  readonly mutations: readonly string[];
  readonly models: { readonly a: SchemaModel; readonly b: SchemaModel };
}

export interface RandomPairOptions {
  readonly version: number;
  /** How many tables `a` has at most. Default 5. */
  readonly tables?: number;
  /** How many changes lead to `b` at most. Default 6. */
  readonly mutations?: number;
}

export function randomPair(seed: number, { version, tables = 5, mutations = 6 }: RandomPairOptions): RandomPair {
  const draw = drawWith(seed);
  const making: Making = { draw, model: emptySchema(version) };
  fillSchema(making, tables);
  const a = repairSchema(structuredClone(making.model));
  const changing: Making = { draw, model: structuredClone(a) };
  const done: string[] = [];
  for (let count = 1 + draw.int(mutations - 1); count > 0; count -= 1) {
    done.push(mutateSchema(changing));
    repairSchema(changing.model);
  }
  return pairOf({ seed, version, mutations: done, models: { a, b: changing.model } });
}

/** For properties; a counterexample is made small by `shrinkPair`, not by fast-check. */
export function arbitraryPair(options: RandomPairOptions): fc.Arbitrary<RandomPair> {
  return fc.noShrink(fc.noBias(fc.nat())).map((seed) => ({
    ...randomPair(seed, options),
    // A report names the seed; the pair fills pages.
    [fc.toStringMethod]: () => `the pair of seed ${seed}`,
  }));
}

function pairOf(pair: Omit<RandomPair, "a" | "b">): RandomPair {
  return { ...pair, a: renderSchema(pair.models.a), b: renderSchema(pair.models.b) };
}

function emptySchema(version: number): SchemaModel {
  const home = { id: 1, name: "public", isPublic: true, grants: [] };
  return {
    version,
    next: 1,
    schemas: [home],
    types: [],
    sequences: [],
    functions: [],
    tables: [],
    views: [],
    others: [],
  };
}

function fillSchema(making: Making, tables: number): void {
  const { draw } = making;
  const times = (most: number, make: (making: Making) => void) => {
    for (let count = draw.int(most); count > 0; count -= 1) make(making);
  };
  times(2, addSchema);
  times(3, addType);
  times(2, addSequence);
  addFunction(making, "number");
  addFunction(making, "trigger");
  times(2, addOther);
  for (let count = 1 + draw.int(tables - 1); count > 0; count -= 1) addTable(making);
  times(3, addFunction);
  times(4, addView);
  times(2, addOther);
}

/**
 * The smallest pair, by taking things out of both sides or by undoing what the second did to one, for which `fails` is
 * still true.
 */
export async function shrinkPair(
  pair: RandomPair,
  fails: (smaller: RandomPair) => Promise<boolean>,
): Promise<RandomPair> {
  let best = pair;
  for (let found = true; found; ) {
    found = false;
    for (const models of smallerModels(best.models)) {
      const smaller = pairOf({ ...best, models });
      if (sizeOf(smaller) >= sizeOf(best) || !(await fails(smaller))) continue;
      [best, found] = [smaller, true];
      break;
    }
  }
  return best;
}

function sizeOf({ a, b }: RandomPair): number {
  return a.join("\n").length + b.join("\n").length;
}

const lists = ["others", "views", "tables", "functions", "sequences", "types", "schemas"] as const;
const tableLists = [
  "columns",
  "uniques",
  "checks",
  "excludes",
  "foreignKeys",
  "indexes",
  "triggers",
  "policies",
  "rules",
  "statistics",
  "grants",
] as const;

function* smallerModels({ a, b }: RandomPair["models"]): Generator<RandomPair["models"]> {
  const without = (change: (model: SchemaModel) => void) => {
    const models = { a: structuredClone(a), b: structuredClone(b) };
    for (const model of [models.a, models.b]) {
      change(model);
      repairSchema(model);
    }
    return models;
  };
  for (const list of lists) {
    const ids = new Set(
      [...a[list], ...b[list]].filter((part) => !("isPublic" in part && part.isPublic)).map(({ id }) => id),
    );
    for (const id of ids)
      yield without((model) => void Object.assign(model, { [list]: model[list].filter((part) => part.id !== id) }));
  }
  for (const table of new Set([...a.tables, ...b.tables].map(({ id }) => id))) {
    yield* smallerTables(table, without);
  }
  for (const side of [a, b]) yield { a: structuredClone(side), b: structuredClone(side) };
}

type Without = (change: (model: SchemaModel) => void) => RandomPair["models"];

function* smallerTables(id: number, without: Without): Generator<RandomPair["models"]> {
  const onTable = (change: (table: SchemaModel["tables"][number]) => void) =>
    without((model) => {
      const table = model.tables.find((candidate) => candidate.id === id);
      if (table !== undefined) change(table);
    });
  for (const list of tableLists) {
    for (let place = 0; place < 8; place += 1) yield onTable((table) => void table[list].splice(place, 1));
  }
  for (let place = 0; place < 4; place += 1) yield onTable((table) => void table.partition?.parts.splice(place, 1));
  yield onTable((table) => void Object.assign(table, { primaryKey: undefined }));
  yield onTable((table) => void Object.assign(table, { partition: undefined }));
  yield onTable(
    (table) => void Object.assign(table, { comment: undefined, owner: undefined, options: {}, unlogged: false }),
  );
  yield onTable((table) => {
    for (const column of table.columns)
      Object.assign(column, { comment: undefined, grants: [], statistics: undefined, distinct: undefined });
  });
  yield onTable((table) => {
    for (const column of table.columns)
      Object.assign(column, { default: undefined, identity: undefined, generated: undefined });
  });
}
