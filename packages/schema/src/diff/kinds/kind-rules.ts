import type { CatalogKinds, CatalogReference } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";

/**
 * How objects of one kind are put into SQL. Statements have no semicolon at the end; names stand in a catalog as SQL
 * spells them and are used as they are. Owners, comments, grants and security labels are not said here: they are
 * entries, or fields, that are seen to for all kinds alike.
 */
export interface KindRules<Kind extends keyof CatalogKinds> {
  /** What DROP, ALTER and OWNER TO call it: `table public.t`, `trigger t on public.t`. */
  named(entry: CatalogKinds[Kind]): string;
  /** Makes it as `after` has it. Everything it depends on there is in place. */
  create(entry: CatalogKinds[Kind], after: CatalogIndex): readonly string[];
  /** Absent: `drop` and its name. */
  drop?(entry: CatalogKinds[Kind], before: CatalogIndex): readonly string[];
  /**
   * From one form to the other with everything that depends on it in place: no statement when nothing that counts
   * differs. `replace`: only dropping it and making it again leads there, which takes what depends on it along.
   */
  alter(before: CatalogKinds[Kind], after: CatalogKinds[Kind], sides: Sides): readonly string[] | "replace";
  /** The object it is a part of and goes with, when that is dropped. */
  partOf?(entry: CatalogKinds[Kind]): CatalogReference | undefined;
  /** Whether it has an owner to set by `ALTER … OWNER TO`. Absent: when the entry has an `owner`. */
  hasOwner?: false;
}

export interface Sides {
  readonly before: CatalogIndex;
  readonly after: CatalogIndex;
}
