import type { LockMode } from "../locks/lock-modes.js";
import type { DataRequirement } from "./data-requirement.js";
import type { Hazard } from "./hazards.js";

/** The strongest lock that is taken on one relation. Held to the end of the transaction. */
export interface RelationLock {
  /** Qualified and quoted where needed; as written when nothing tells which schema it is in. */
  readonly relation: string;
  readonly mode: LockMode;
}

/** A relation that is read in full, and why. */
export interface Scan {
  readonly relation: string;
  readonly why: "check" | "not_null" | "foreign_key" | "partition_bound" | "index_build" | "rewrite" | "query";
}

/** An index that is made, or made anew. */
export interface IndexBuild {
  readonly table: string;
  /** Absent while PostgreSQL has not chosen the name. */
  readonly index?: string;
  /** The access method: `btree`, `gin`, …. */
  readonly method: string;
  readonly unique: boolean;
  readonly concurrently: boolean;
  /** Key columns and expressions, without those of INCLUDE. */
  readonly columns: readonly string[];
  /** `rewrite`: because its table is written anew. */
  readonly why: "new" | "rebuild" | "rewrite";
}

/**
 * A wait for transactions that hold something, without a request in the lock queue: nobody queues behind it. What the
 * CONCURRENTLY forms do.
 */
export interface TransactionWait {
  readonly relation: string;
  /** Waits for each transaction that holds a lock on the relation in conflict with this mode. */
  readonly conflictingWith: LockMode;
  /** Waits for each transaction with an older snapshot, whatever it looks at. */
  readonly oldSnapshots: boolean;
}

/** Rows that are written one by one. Those that were there stay locked to the end: who changes the same ones waits. */
export interface RowChange {
  readonly relation: string;
  readonly what: "insert" | "update" | "delete";
  /** `few`: as many as the text lists, or a key or a LIMIT picks. `any`: nobody knows; all there are, at worst. */
  readonly rows: "few" | "any";
}

/** What is gone afterwards. */
export interface DataLoss {
  /** `values`: a column's old values are converted and some cannot be had back. */
  readonly what: "rows" | "column" | "table" | "values" | "sequence_position";
  readonly of: string;
}

/** What it means to application code that was written for the schema as it was. */
export interface Compatibility {
  /** `depends`: on what the code does, in `because`. */
  readonly runningCode: "works" | "depends" | "breaks";
  readonly because?: string;
}

/**
 * What a statement, or one operation of it, does to the relations that exist before it. Lists are sorted by name and
 * hold each relation once. What a statement creates itself stands in none of them.
 */
export interface Effect {
  /** Tables, partitions, views, materialized views, sequences and foreign tables. */
  readonly locks: readonly RelationLock[];
  /** Indexes, from SHARE UPDATE EXCLUSIVE up. */
  readonly indexLocks: readonly RelationLock[];
  /** Heaps written anew, row by row. */
  readonly rewrites: readonly string[];
  /** Relations that get a new, empty or otherwise filled file without their rows being copied: TRUNCATE, REFRESH, a sequence. */
  readonly fileSwaps: readonly string[];
  readonly indexBuilds: readonly IndexBuild[];
  readonly scans: readonly Scan[];
  readonly waits: readonly TransactionWait[];
  /** Absent where nobody told: a statement on rows then may change any of its target. */
  readonly rowChanges?: readonly RowChange[];
  /** False for what PostgreSQL refuses inside a transaction block. */
  readonly transactional: boolean;
  readonly dataLoss: readonly DataLoss[];
  /** Whether another statement brings back what was: `without_data` brings back the shape alone. */
  readonly reversible: "yes" | "without_data" | "no";
  readonly hazards: readonly Hazard[];
  readonly compatibility: Compatibility;
  /** What the rows that are there must satisfy, or it fails. */
  readonly requires: readonly DataRequirement[];
  /** Why PostgreSQL will refuse it, whatever the rows: the reason in words. Absent where nothing tells that it will. */
  readonly refused?: string;
  /** The first major version that accepts it; 13 also when older ones do. */
  readonly since: number;
  /**
   * `certain`: follows from the statement and the catalog given. `assumed`: it would be otherwise if one of the
   * `assumptions` were wrong. `unknown`: not understood; then the rest says nothing.
   */
  readonly certainty: "certain" | "assumed" | "unknown";
  readonly assumptions: readonly string[];
}

/** The effect of a statement that does nothing to any relation: what every other one adds to. */
export const noEffect: Effect = {
  locks: [],
  indexLocks: [],
  rewrites: [],
  fileSwaps: [],
  indexBuilds: [],
  scans: [],
  waits: [],
  transactional: true,
  dataLoss: [],
  reversible: "yes",
  hazards: [],
  compatibility: { runningCode: "works" },
  requires: [],
  since: 13,
  certainty: "certain",
  assumptions: [],
};
