import type { CatalogIndex } from "../catalog-index.js";
import type { DiffKind, DiffKinds, DiffReference } from "../diff-kinds.js";

/**
 * How objects of one kind are put into SQL. Statements have no semicolon at the end; names stand in a catalog as SQL
 * spells them and are used as they are. Owners, comments, grants and security labels are not said here: they are
 * entries, or fields, that are seen to for all kinds alike.
 */
export interface KindRules<Kind extends DiffKind> {
  /** What DROP, ALTER and OWNER TO call it: `table public.t`, `trigger t on public.t`. */
  named(entry: DiffKinds[Kind]): string;
  /** Makes it as `after` has it. Everything it depends on there is in place. */
  create(entry: DiffKinds[Kind], after: CatalogIndex, sides: Sides): readonly string[];
  /** Absent: `drop` and its name. */
  drop?(entry: DiffKinds[Kind], before: CatalogIndex, sides: Sides): readonly string[];
  /**
   * From one form to the other with everything that depends on it in place: no statement when nothing that counts
   * differs. `replace`: only dropping it and making it again leads there, which takes what depends on it along.
   */
  alter(before: DiffKinds[Kind], after: DiffKinds[Kind], sides: Sides): readonly string[] | "replace";
  /** The objects it is a part of: it goes when one of them is dropped. */
  partOf?(entry: DiffKinds[Kind], index: CatalogIndex): DiffReference | readonly DiffReference[] | undefined;
  /** Objects whose making makes it too (a column of a new table, a part that a partition gets from its parent). */
  madeWith?(entry: DiffKinds[Kind], sides: Sides): DiffReference | undefined;
  /**
   * When something it depends on is replaced, and it holds rows or is otherwise not to be dropped: how to let go of that
   * before and take it up again behind. Absent, or undefined: it is replaced too.
   */
  letGo?(
    entry: DiffKinds[Kind],
    needed: DiffReference,
    sides: Sides,
  ): { readonly before: readonly string[]; readonly behind: readonly string[] } | undefined;
  /** It is never dropped because something it depends on is replaced: that would lose rows. */
  holdsRows?(entry: DiffKinds[Kind]): boolean;
  /** Absent: when the entry has an `owner`, it is set by `ALTER … OWNER TO`. */
  hasOwner?: false;
  /** Names only one object at a time can have, beyond that of its own kind: `relation public.t`. */
  claims?(entry: DiffKinds[Kind]): readonly string[];
}

export interface Sides {
  readonly before: CatalogIndex;
  readonly after: CatalogIndex;
  /** Tables that are made anew, beyond those of another partition key: found while fates are decided. */
  readonly madeAnew?: Set<string>;
}
