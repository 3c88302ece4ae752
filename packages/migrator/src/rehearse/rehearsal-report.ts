import type { HeldLock } from "@confiture/model";
import type { CatalogDifference } from "@confiture/schema";
import type { MigrationFailure, MigrationResult } from "../execute/migration-outcome.js";

/** What a rehearsal saw. Every number was measured; what was not measured is null or listed in `notRehearsed`. */
export interface RehearsalReport {
  /** Migrations, or the parts of them, that ran on the target and were rolled back. */
  readonly onTarget: readonly MigrationResult[];
  /** Those that ran on a shadow made from the record: its rows are not the target's, and their times say nothing about it. */
  readonly onShadow: readonly MigrationResult[];
  /** Rows the part on the target changed, by table. */
  readonly rows: readonly TableRows[];
  /**
   * Locks on relations that existed before, seen from a second session every 20 ms until the last statement ended: as a
   * run would hold them. The rehearsal holds them until its rollback, for `openMs` at most. Null: no second session watched.
   */
  readonly locks: readonly HeldLock[] | null;
  /** Objects added, removed or changed: catalogs before and after, compared. */
  readonly changes: readonly CatalogDifference[];
  /** Constraints that the target's rows violate: found by a statement, or by the check of deferred ones. */
  readonly violations: readonly Violation[];
  /** A rollback does not take back nextval: these sequences stand elsewhere now. */
  readonly sequencesMoved: readonly string[];
  /** Set when locks were held for longer than `maxLockHoldMs`: it was rolled back after `afterMs` milliseconds. */
  readonly bounded: { readonly afterMs: number; readonly lock: HeldLock | null } | null;
  /** Where the shadow's schema, built from the record, is not what the target has; null: no shadow was used. */
  readonly shadowDiffers: readonly CatalogDifference[] | null;
  /** Migrations that were not run at all, or not to their end, and why. */
  readonly notRehearsed: readonly NotRehearsed[];
  /** Milliseconds the transaction on the target was open. */
  readonly openMs: number;
}

/** Rows changed in one table. */
export interface TableRows {
  /** `schema.table`, not quoted. */
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** A constraint that rows violate, without the rows. */
export interface Violation {
  readonly version: string | null;
  readonly step: number | null;
  readonly table: string | null;
  readonly constraint: string | null;
  /** PostgreSQL's code, of class 23. */
  readonly sqlState: string;
  readonly message: string;
}

/** What was left out of a rehearsal. */
export interface NotRehearsed {
  readonly version: string;
  readonly because: string;
}

/** What became of the part that ran on the target. */
export interface TargetPart {
  readonly ran: readonly MigrationResult[];
  readonly failed: MigrationFailure | null;
  /** Where it had to stop because what follows needs a commit: index into the plan's migrations, and why. */
  readonly stoppedAt: { readonly migration: number; readonly because: string } | null;
}
