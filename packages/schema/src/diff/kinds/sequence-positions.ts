import type { CatalogColumn, CatalogSequence } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import type { CatalogIndex } from "../catalog-index.js";
import type { Sides } from "./kind-rules.js";

/** Goes on where the other one stands; `is_called` says whether that number was given out. */
export function takePosition(sequence: string, from: string): string {
  return `select pg_catalog.setval(${quoteLiteral(sequence)}, last_value, is_called) from ${from}`;
}

/** The sequence that belongs to a column without being its identity: a serial column's. */
export function ownedSequence(column: string, { catalog }: CatalogIndex): CatalogSequence | undefined {
  return catalog.sequences.find(({ ownedBy }) => ownedBy === column);
}

/** A serial column becomes an identity: its sequence goes, and the new one is to go on where that stood. */
export function successorOfSerial({ name, ownedBy }: CatalogSequence, sides: Sides): CatalogColumn | undefined {
  if (ownedBy === undefined || sides.after.find("sequences", name) !== undefined) return undefined;
  const column = sides.after.find("columns", ownedBy);
  const hadIdentity = sides.before.find("columns", ownedBy)?.identity !== undefined;
  return column?.identity === undefined || hadIdentity ? undefined : column;
}

/** An identity becomes a serial column: the sequence that comes is to go on where the identity's stood. */
export function successorOfIdentity({ name, identity }: CatalogColumn, sides: Sides): CatalogSequence | undefined {
  if (identity === undefined || sides.after.find("columns", name)?.identity !== undefined) return undefined;
  const sequence = ownedSequence(name, sides.after);
  return sequence === undefined || sides.before.find("sequences", sequence.name) !== undefined ? undefined : sequence;
}
