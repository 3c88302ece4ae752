export type { IndexFacts, RelationFacts } from "./facts/relation-facts.js";
export type { Anchor, Curve } from "./score/curve.js";
export { levelOfDowntime, levelOfScore } from "./score/risk-levels.js";
export type { LevelStarts, RiskScale, RiskScaleChanges } from "./score/risk-scale.js";
export { publishedScale, riskScale } from "./score/risk-scale.js";
export type { RiskInputs, RiskScore } from "./score/score-risk.js";
export { scoreRisk } from "./score/score-risk.js";
