import type { CalibrationEnvironment } from "../duration/calibration.js";
import type { Work } from "../duration/work.js";
import type { RelationFacts } from "../facts/relation-facts.js";

/** One statement, timed on the tables of one shape. */
export interface Measurement {
  readonly name: string;
  readonly statement: string;
  /** The measurement of the same round whose table it goes on with. */
  readonly after?: string;
  /** Run before it, untimed. */
  readonly before?: readonly string[];
  /** Brings back what was, untimed. */
  readonly undo?: readonly string[];
  /** The work whose price is wanted stands first; the others are priced already and taken off. */
  readonly work: (table: RelationFacts, environment: CalibrationEnvironment) => readonly Work[];
}

/** One run of one measurement. */
export interface Observation {
  /** Measurement and table: runs of one cell repeat each other. */
  readonly cell: string;
  readonly works: readonly Work[];
  readonly ms: number;
}
