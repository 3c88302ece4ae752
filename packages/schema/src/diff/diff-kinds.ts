import type { CatalogKinds, CatalogObject } from "@confiture/model";

/** That a table is a partition: apart from the table, because it ends and begins on its own. Named `child of parent`. */
export interface PartitionMembership extends CatalogObject {
  readonly table: string;
  readonly of: string;
  readonly bound: string;
}

/** That a column owns a sequence: the sequence is there before the column, and may outlive it. Named as the sequence. */
export interface SequenceOwnership extends CatalogObject {
  readonly sequence: string;
  readonly column: string;
}

/** The kinds of a catalog, and what is taken apart further to be put in order. */
export interface DiffKinds extends CatalogKinds {
  readonly ownerships: SequenceOwnership;
  readonly partitions: PartitionMembership;
}

export type DiffKind = keyof DiffKinds;

export interface DiffReference {
  readonly kind: DiffKind;
  readonly name: string;
}
