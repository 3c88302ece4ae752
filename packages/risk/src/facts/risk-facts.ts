import type { Anomaly, LockMode } from "@confiture/model";
import type { DataCheck } from "../checks/data-check.js";
import type { RelationFacts } from "./relation-facts.js";

/**
 * What a server tells about the relations a plan touches, and about who else is there. Plain data. A list that could not be
 * read is null, and `notInspected` says why.
 */
export interface RiskFacts {
  /** 13 to 18. */
  readonly serverVersion: number;
  readonly relations: readonly RelationFacts[];
  /** Relations asked for that the server does not have. */
  readonly missing: readonly string[];
  /** From and to the relations, each once; those of partitions are in their parent's. */
  readonly foreignKeys: readonly ForeignKeyFacts[] | null;
  readonly triggers: readonly TriggerFacts[] | null;
  /** Views and materialized views over the relations, also through other views. */
  readonly views: readonly DependentFacts[] | null;
  /** Functions whose text mentions the relation's name, or that depend on it. */
  readonly functions: readonly DependentFacts[] | null;
  readonly activity: ActivityFacts;
  /** What was found; null when nobody looked. */
  readonly anomalies: readonly Anomaly[] | null;
  /** False: there may be more; something could not be looked at. */
  readonly anomaliesComplete: boolean;
  /** Whether the rows that are there allow what is planned. */
  readonly checks: readonly DataCheck[];
  /** Settings that decide over duration and waiting, as `SHOW` prints them; the timeouts are the session's own, in ms. */
  readonly settings: Readonly<Record<string, string>>;
  /** What could not be read, as sentences. */
  readonly notInspected: readonly string[];
}

export interface ForeignKeyFacts {
  readonly constraint: string;
  readonly from: string;
  readonly columns: readonly string[];
  readonly to: string;
  readonly referencedColumns: readonly string[];
  readonly match: "simple" | "full" | "partial";
  readonly validated: boolean;
  /** False only on PostgreSQL 18 and newer. */
  readonly enforced: boolean;
  /** A key over ranges: PERIOD, on PostgreSQL 18 and newer. */
  readonly period?: boolean;
}

export interface TriggerFacts {
  readonly trigger: string;
  readonly relation: string;
  readonly enabled: boolean;
}

export interface DependentFacts {
  /** Qualified; a function with its argument types. */
  readonly name: string;
  /** The relation among those asked for. */
  readonly relation: string;
}

/** One moment of the server. */
export interface ActivityFacts {
  /** Null when it could not be read. */
  readonly connections: { readonly used: number; readonly max: number } | null;
  /** Transactions open in this database and sessions that hold or await a lock on the relations; ours is left out. */
  readonly sessions: readonly SessionFacts[] | null;
  /** Sessions in this database whose transactions are hidden from this role. */
  readonly hidden: number;
}

/** A session or a prepared transaction. Never its query text. */
export interface SessionFacts {
  /** 0 for a prepared transaction. */
  readonly pid: number;
  readonly applicationName: string;
  /** `active`, `idle in transaction`, `prepared transaction`, …; `hidden` when this role may not see it. */
  readonly state: string;
  /** `client backend`, `autovacuum worker`, …; empty when hidden. */
  readonly backend: string;
  /** Milliseconds since its transaction began; null outside one and when hidden. */
  readonly transactionAgeMs: number | null;
  /** It has a snapshot that others may have to wait for. */
  readonly holdsSnapshot: boolean;
  /** An autovacuum worker that steps aside for who waits longer than `deadlock_timeout`. */
  readonly yields: boolean;
  /** On the relations asked for. */
  readonly locks: readonly SessionLock[];
}

export interface SessionLock {
  readonly relation: string;
  readonly mode: LockMode;
  /** False: it waits for it, and whoever comes later waits behind it. */
  readonly granted: boolean;
}
