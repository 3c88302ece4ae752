export { deployOrder } from "./advice/deploy-order.js";
export type { FindAnomaliesOptions } from "./anomalies/find-anomalies.js";
export { findAnomalies } from "./anomalies/find-anomalies.js";
export type { AnomaliesFound } from "./anomalies/search-scope.js";
export type { AskOptions } from "./ask/bounded-queries.js";
export type { AssessRiskInput } from "./assess/assess-risk.js";
export { assessRisk } from "./assess/assess-risk.js";
export type { ProjectConventions } from "./assess/project-conventions.js";
export type { CheckDataOptions } from "./checks/check-data.js";
export { checkData } from "./checks/check-data.js";
export type { DataCheck, RowKey } from "./checks/data-check.js";
export type { Calibration, CalibrationEnvironment, Rate } from "./duration/calibration.js";
export type { WorkContext } from "./duration/describe-work.js";
export type { EstimateDurationInput } from "./duration/estimate-duration.js";
export { estimateDuration, usualCaveats } from "./duration/estimate-duration.js";
export type { PastOperation } from "./duration/past-operation.js";
export { pastOperation } from "./duration/past-operation.js";
export { readColumnFacts } from "./duration/read-column-facts.js";
export type { WorkFamily } from "./duration/work.js";
export type { ReadRiskFactsOptions } from "./facts/read-risk-facts.js";
export { readRiskFacts } from "./facts/read-risk-facts.js";
export type { ColumnFacts, IndexFacts, RelationFacts } from "./facts/relation-facts.js";
export { relationsOf } from "./facts/relations-of.js";
export type {
  ActivityFacts,
  DependentFacts,
  ForeignKeyFacts,
  RiskFacts,
  SessionFacts,
  SessionLock,
  TriggerFacts,
} from "./facts/risk-facts.js";
export type { AssessedOperation, EstimateDuration, SaferWay } from "./plan/assessed-operation.js";
export type { Anchor, Curve } from "./score/curve.js";
export { levelOfDowntime, levelOfScore, reachesLevel } from "./score/risk-levels.js";
export type { LevelStarts, RiskScale, RiskScaleChanges } from "./score/risk-scale.js";
export { publishedScale, riskScale } from "./score/risk-scale.js";
export type { RiskInputs, RiskScore } from "./score/score-risk.js";
export { scoreRisk } from "./score/score-risk.js";
export type { Awaited } from "./waits/outlasting.js";
export { chanceToOutlast } from "./waits/outlasting.js";
export type { PredictWaitsInput } from "./waits/predict-waits.js";
export { predictWaits } from "./waits/predict-waits.js";
export type { MaintenanceWindow } from "./windows/maintenance-window.js";
export { checkMaintenanceWindows } from "./windows/maintenance-window.js";
