import type { Effect } from "./effect.js";
import type { OperationKind } from "./operation-kinds.js";

/** The object that an operation is about. */
export interface OperationTarget {
  /** PostgreSQL's word: `table`, `index`, `view`, `function`, …. */
  readonly kind: string;
  /** Qualified where that is known; as written where it is not. */
  readonly name: string;
}

/** One thing PostgreSQL is asked to do. A statement is one or more of them. */
export interface Operation {
  readonly kind: OperationKind;
  /** Absent where there is no object: `SET`, `NOTIFY`, what is not understood. */
  readonly on?: OperationTarget;
  /** The column, constraint, trigger, … of the object that it is about. */
  readonly part?: string;
  /** Where it stands when it is not the statement itself: inside a DO block or a function that is called. */
  readonly inside?: string;
  readonly effect: Effect;
}
