/** What is known of one relation when its risk is judged. Numbers are the server's statistics, not counts, unless said. */
export interface RelationFacts {
  /** Qualified and quoted where needed, as in an effect. */
  readonly relation: string;
  readonly kind: "table" | "partitioned table" | "materialized view" | "view" | "sequence" | "foreign table";
  /** Bytes of the heap without indexes and TOAST. */
  readonly heapBytes: number;
  readonly toastBytes: number;
  /** Live rows as estimated; of a partitioned table, of its partitions together. */
  readonly rows: number;
  /** Average bytes of a row in the heap. */
  readonly rowWidth: number;
  readonly columns: number;
  readonly indexes: readonly IndexFacts[];
  /** False: nobody ever counted its rows (ANALYZE, VACUUM), and `rows` is reckoned from its size. */
  readonly analyzed?: boolean;
  /** The partitioned table among those asked for that has this one's bytes and rows in its own. */
  readonly within?: string;
  /** What the planner knows of each column, in the order of the columns. Absent where nobody asked. */
  readonly columnFacts?: readonly ColumnFacts[];
}

/** One column as ANALYZE saw it (`pg_stats`). */
export interface ColumnFacts {
  /** Unquoted. */
  readonly column: string;
  /** As format_type prints it. */
  readonly type: string;
  /** Average bytes of a value; what ANALYZE saw, else what the type is expected to take. */
  readonly averageWidth: number;
  /** Different values in the whole table; absent before ANALYZE. */
  readonly distinct?: number;
  /** From -1 to 1: how far the rows lie in the order of this column; absent where it has no order or before ANALYZE. */
  readonly correlation?: number;
}

export interface IndexFacts {
  readonly index: string;
  /** `btree`, `gin`, …. */
  readonly method: string;
  readonly bytes: number;
  /** Types of the key columns, as format_type prints them. */
  readonly keyTypes: readonly string[];
  /** Names of the key columns, unquoted; an expression is an empty text. Absent where nobody asked. */
  readonly keyColumns?: readonly string[];
  readonly unique: boolean;
}
