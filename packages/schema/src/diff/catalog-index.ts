import type { Catalog } from "@confiture/model";
import type { DiffKind, DiffKinds, DiffReference } from "./diff-kinds.js";

/** The key of one entry among all of a catalog. */
export type ObjectKey = string;

export function keyOf({ kind, name }: DiffReference): ObjectKey {
  return `${kind} ${name}`;
}

/** One entry with the list it stands in: whoever asks for the kind knows the entry. */
export type DiffEntry<Kind extends DiffKind = DiffKind> = {
  readonly [One in Kind]: {
    readonly key: ObjectKey;
    readonly kind: One;
    readonly name: string;
    readonly entry: DiffKinds[One];
  };
}[Kind];

/** A catalog with ways to look things up. */
export interface CatalogIndex {
  readonly catalog: Catalog;
  readonly entries: ReadonlyMap<ObjectKey, DiffEntry>;
  find<Kind extends DiffKind>(kind: Kind, name: string): DiffKinds[Kind] | undefined;
  /** A table or a foreign table. */
  tableOf(name: string): DiffEntry<"tables" | "foreignTables"> | undefined;
  /** In the order of the table. */
  columnsOf(table: string): readonly DiffKinds["columns"][];
  /** With values of a type, or of the rows of a table, bare or in arrays. */
  columnsOfType(type: string): readonly DiffKinds["columns"][];
  /** Of a table or a domain. */
  constraintsOf(owner: string): readonly DiffKinds["constraints"][];
  indexesOf(table: string): readonly DiffKinds["indexes"][];
  /** Its partitions, and the tables that inherit from it. */
  childrenOf(table: string): readonly string[];
  /** What the object cannot be without. */
  needsOf(key: ObjectKey): readonly ObjectKey[];
  /** What cannot be without the object. */
  dependentsOf(key: ObjectKey): readonly ObjectKey[];
}
