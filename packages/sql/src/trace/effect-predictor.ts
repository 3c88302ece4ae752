import type { Catalog, Effect, Operation, Statement } from "@confiture/model";

/** What the prediction may rest on: how the database is, and how the session that runs the statements is set. */
export interface PredictionBasis {
  readonly catalog?: Catalog;
  /** The major version. */
  readonly serverVersion?: number;
  readonly searchPath?: readonly string[];
  readonly timeZone?: string;
}

/** What is said of one statement before it runs. */
export interface PredictedStatement {
  readonly statement: Statement;
  readonly operations: readonly Operation[];
  /** All operations together. */
  readonly effect: Effect;
}

/** Tells what statements will do, one after another, without a server. */
export type EffectPredictor = (
  statements: readonly Statement[],
  basis?: PredictionBasis,
) => Promise<readonly PredictedStatement[]>;
