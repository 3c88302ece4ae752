import type { Grammar } from "../../parse/parse-statement.js";
import { shapeOf } from "./index-shape.js";
import type { Index, Relation } from "./relation.js";

/**
 * Tells which indexes of a table ATTACH PARTITION takes for those of the partitioned table, so that they need not be
 * built: CompareIndexInfo, and the choice in AttachPartitionEnsureIndexes. Each serves once.
 */
export class MatchingIndexes {
  private readonly free: Set<Index>;

  constructor(
    table: Relation,
    private readonly grammar: Grammar,
  ) {
    this.free = new Set([...table.indexes].filter(({ parent, valid }) => parent === undefined && valid));
  }

  /** The index that serves, which from then on is taken; undefined when one has to be built. */
  take(wanted: Index): Index | undefined {
    const found = [...this.free].find((own) => this.serves(own, wanted));
    if (found !== undefined) this.free.delete(found);
    return found;
  }

  private serves(own: Index, wanted: Index): boolean {
    const [mine, theirs] = [shapeOf(own, this.grammar), shapeOf(wanted, this.grammar)];
    // A constraint of the parent wants one of the same kind; an index of it does with a constraint's.
    const kind = wanted.constraint?.kind;
    return (
      own.unique === wanted.unique &&
      mine.match !== undefined &&
      mine.match === theirs.match &&
      (kind === undefined || own.constraint?.kind === kind)
    );
  }
}
