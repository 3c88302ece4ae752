import type { OperationKind } from "@confiture/model";
import { columnFacts } from "./column-facts.js";
import { constraintFacts } from "./constraint-facts.js";
import { indexAndViewFacts } from "./index-and-view-facts.js";
import type { OperationFacts } from "./operation-row.js";
import { otherObjectFacts } from "./other-object-facts.js";
import { routineAndTypeFacts } from "./routine-and-type-facts.js";
import { rowAndSessionFacts } from "./row-and-session-facts.js";
import { tableFacts } from "./table-facts.js";
import { tablePartFacts } from "./table-part-facts.js";

/**
 * What is true of each kind of operation whatever it acts on, with the probe that proves its lock and its first
 * version on real servers. PostgreSQL 13–18.
 */
export const operationFacts: Readonly<Record<OperationKind, OperationFacts>> = {
  ...tableFacts,
  ...columnFacts,
  ...constraintFacts,
  ...indexAndViewFacts,
  ...tablePartFacts,
  ...routineAndTypeFacts,
  ...otherObjectFacts,
  ...rowAndSessionFacts,
};
