/**
 * The families of physical work, and what is counted for each. A statement is one or several of them; its time is the
 * sum of amount × price. Prices are measured, see `calibrate`.
 */
export const workTerms = {
  /** A change of the catalog alone, with its commit. */
  statement: ["each"],
  /** A sequential read that looks at each row: CHECK, NOT NULL, a partition's bound. Uncached pages cost that much more. */
  scan: ["each", "pages", "uncachedPages", "rows", "evaluations", "evaluatedMegabytes", "fields"],
  /** A sequential read by a query, which counts. */
  query: ["each", "pages", "rows"],
  /** An expression nobody knows, for each row. Its bounds are those of a range of usual ones. */
  expression: ["rows"],
  /** What makes a new value for each row of a new column: a random uuid, the next number of a sequence. */
  freshValue: ["rows"],
  /** ALTER TABLE writing each row anew through the executor. */
  rewrite: ["each", "rows", "fields", "megabytes", "toastMegabytes"],
  /** VACUUM FULL and CLUSTER, which take rows over as they are; `sorted` in n log₂ n. */
  copy: ["each", "rows", "megabytes", "toastMegabytes", "sorted", "sortedMegabytes"],
  /** CREATE TABLE AS and REFRESH, without the query behind it. */
  insert: ["each", "rows", "fields", "megabytes", "toastMegabytes"],
  /** Comparisons are n log₂ n, by what it takes to compare two values; ties are those of equal ones. */
  btree: [
    "each",
    "workers",
    "pages",
    "rows",
    "numberComparisons",
    "uuidComparisons",
    "numericComparisons",
    "textComparisons",
    "comparedMegabytes",
    "tieComparisons",
    "spilledMegabytes",
    "indexMegabytes",
  ],
  hash: ["each", "pages", "rows", "comparisons"],
  /** Entries that repeat are far cheaper than new ones: `differentMegabytes` are those of values that occur once. */
  gin: ["each", "pages", "rows", "keyMegabytes", "differentMegabytes"],
  gist: ["each", "pages", "rows", "comparisons"],
  spgist: ["each", "pages", "rows", "comparisons"],
  brin: ["each", "pages", "rows"],
  /** What CONCURRENTLY adds to the build: a second look at the heap, a sort of row addresses, more transactions. */
  concurrently: ["each", "pages", "rows"],
  /**
   * Rows of the referencing table looked up in a hash table of the referenced one, which may outgrow the processor's
   * caches; or, where the key is indexed on both sides, rows merged in its order.
   */
  foreignKey: [
    "each",
    "rows",
    "referencedRows",
    "orderedRows",
    "orderedReferencedRows",
    "farLookups",
    "pages",
    "spilledMegabytes",
  ],
  update: ["each", "rows", "megabytes", "indexRows"],
  delete: ["each", "rows", "pages"],
  vacuum: ["each", "pages", "indexMegabytes"],
  analyze: ["each", "sampledPages", "sampledFields"],
  /** Files that go: DROP TABLE, TRUNCATE. */
  remove: ["each", "megabytes"],
} as const;

export type WorkFamily = keyof typeof workTerms;
export type WorkTerm<Family extends WorkFamily> = (typeof workTerms)[Family][number];

/** Amounts of one family of work, on one relation. */
export interface Work {
  readonly family: WorkFamily;
  /** The relation or index it is done on, for the reader. */
  readonly on: string;
  readonly amounts: Readonly<Record<string, number>>;
  /** Amounts that parallel workers share with the leader. */
  readonly shared: Readonly<Record<string, number>>;
  readonly workers: number;
}

/** Says which amounts belong to the family, so that a misspelt term does not compile. */
export function work<Family extends WorkFamily>(
  family: Family,
  on: string,
  amounts: Partial<Readonly<Record<WorkTerm<Family>, number>>>,
): Work {
  return { family, on, amounts: { each: 1, ...amounts }, shared: {}, workers: 0 };
}

/** The amounts of a work as one vector in the order of its family's terms, when a worker adds `gain` to the leader. */
export function amountsOf(work: Work, gain: number): readonly number[] {
  const participants = 1 + gain * work.workers;
  return workTerms[work.family].map((term) => (work.amounts[term] ?? 0) + (work.shared[term] ?? 0) / participants);
}
