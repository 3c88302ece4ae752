import type { CanonicalOptions } from "@confiture/schema";
import type { ReadSide } from "./read-sides.js";

/** What of a schema is compared. */
export interface ComparedFlags {
  /** Absent: between two live databases. */
  readonly owners?: boolean;
  readonly grants: boolean;
}

/**
 * What counts. DDL is built by whoever may make databases, so who owns what says nothing unless somebody asks for it, or
 * both sides are live.
 */
export function whatCounts({ owners, grants }: ComparedFlags, ...sides: readonly ReadSide[]): CanonicalOptions {
  const allLive = sides.every(({ ddl }) => ddl === undefined);
  return { ignoreOwners: !(owners ?? allLive), ignoreGrants: !grants };
}
