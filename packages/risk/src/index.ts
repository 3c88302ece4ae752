export type { Calibration, CalibrationEnvironment, Rate } from "./duration/calibration.js";
export type { WorkContext } from "./duration/describe-work.js";
export type { EstimateDurationInput } from "./duration/estimate-duration.js";
export { estimateDuration } from "./duration/estimate-duration.js";
export type { PastOperation } from "./duration/past-operation.js";
export { pastOperation } from "./duration/past-operation.js";
export { readColumnFacts } from "./duration/read-column-facts.js";
export type { WorkFamily } from "./duration/work.js";
export type { ColumnFacts, IndexFacts, RelationFacts } from "./facts/relation-facts.js";
