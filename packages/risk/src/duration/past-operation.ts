import type { Operation, OperationKind } from "@confiture/model";
import type { RelationFacts } from "../facts/relation-facts.js";
import type { WorkContext } from "./describe-work.js";
import { describeWork } from "./describe-work.js";
import { type PredictionInterval, predictionInterval } from "./prediction-interval.js";
import type { Work } from "./work.js";

/** An operation that ran, as far as it can tell how long another one will take. Plain JSON. */
export interface PastOperation {
  readonly kind: OperationKind;
  /** What it was in terms of work, as `rewrite+btree+btree`: kinds of one name can be either quick or long. */
  readonly workClass: string;
  /** Rows and bytes (heap and TOAST) of the relations it worked on, together, before it ran. */
  readonly rows: number;
  readonly bytes: number;
  readonly durationMs: number;
}

export interface OperationSize {
  readonly workClass: string;
  readonly rows: number;
  readonly bytes: number;
}

/** What to keep of an operation once it has run, so that later estimates can be made from it. */
export function pastOperation(operation: Operation, context: WorkContext, durationMs: number): PastOperation {
  const { works } = describeWork(operation, context);
  return { kind: operation.kind, ...operationSize(operation, works, context.relations), durationMs };
}

export function operationSize(
  { effect, on }: Operation,
  works: readonly Work[],
  relations: ReadonlyMap<string, RelationFacts>,
): OperationSize {
  const names = new Set([
    ...effect.rewrites,
    ...effect.fileSwaps,
    ...effect.indexBuilds.map(({ table }) => table),
    ...effect.scans.map(({ relation }) => relation),
    ...(on === undefined ? [] : [on.name]),
  ]);
  const facts = [...names].flatMap((name) => relations.get(name) ?? []);
  return {
    workClass: works
      .map(({ family }) => family)
      .sort()
      .join("+"),
    rows: facts.reduce((sum, { rows }) => sum + rows, 0),
    bytes: facts.reduce((sum, { heapBytes, toastBytes }) => sum + heapBytes + toastBytes, 0),
  };
}

/** With fewer, an interval says more about the sample than about the operation. */
const leastSimilar = 5;
/** Sizes of up to four times more or less are compared; time is taken to grow with them. */
const furthest = Math.log(4);
/** The nearest in size are looked at, and no more: the server and its tables change over the years. */
const mostSimilar = 30;

/**
 * Times in milliseconds of similar operations of the past, brought to this size, as an interval; undefined when there are
 * fewer than five. Similar: of the same kind, the same work, and within a factor of four in both rows and bytes.
 */
export function estimateFromHistory(
  kind: OperationKind,
  size: OperationSize,
  history: readonly PastOperation[],
): (PredictionInterval & { readonly similar: number }) | undefined {
  // A change of the catalog takes as long on a large table as on a small one.
  const grows = size.workClass !== "statement";
  const similar = history
    .filter((past) => past.kind === kind && past.workClass === size.workClass && past.durationMs > 0)
    .map((past) => ({ past, distance: grows ? distance(size, past) : 0 }))
    .filter(({ distance }) => distance <= furthest)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, mostSimilar);
  if (similar.length < leastSimilar) return undefined;
  const logarithms = similar.map(({ past }) => Math.log(past.durationMs * (grows ? growth(size, past) : 1)));
  const { lower, middle, upper } = predictionInterval(logarithms);
  return { lower: Math.exp(lower), middle: Math.exp(middle), upper: Math.exp(upper), similar: similar.length };
}

/** In the logarithm of sizes: 2 to 4 GB is as far as 2 to 4 MB. */
function distance(size: OperationSize, past: PastOperation): number {
  return Math.max(Math.abs(ratio(size.rows, past.rows)), Math.abs(ratio(size.bytes, past.bytes)));
}

/** By rows and bytes alike: which of them decides depends on the work, and the two seldom differ much. */
function growth(size: OperationSize, past: PastOperation): number {
  return Math.exp((ratio(size.rows, past.rows) + ratio(size.bytes, past.bytes)) / 2);
}

const ratio = (now: number, then: number) => Math.log((now + 1) / (then + 1));
