export type { IndexFacts, RelationFacts } from "./facts/relation-facts.js";
