import type { Operation } from "@confiture/model";
import { nameOf } from "../advice/deploy-order.js";
import type { RelationFacts } from "../facts/relation-facts.js";
import { rowChangesOf } from "../plan/row-changes.js";
import type { CalibrationEnvironment } from "./calibration.js";
import type { Doubts } from "./doubts.js";
import { scanned } from "./scanned-columns.js";
import { analyzeWork, deleteWork, queryWork, rewriteWork, updateWork, vacuumWork } from "./table-work.js";
import type { Work } from "./work.js";

type Known = (names: readonly string[]) => readonly RelationFacts[];

/** Statements on rows, and upkeep: how much they touch depends on more than the shape of the table. */
export function rowWork(
  operation: Operation,
  known: Known,
  environment: CalibrationEnvironment,
  { caveats, unpriced }: Doubts,
): readonly Work[] {
  const target = operation.on === undefined ? [] : [operation.on.name];
  switch (operation.kind) {
    case "vacuum":
      caveats.push("depends on how many pages changed since the last one");
      return known(target).map(vacuumWork);
    case "analyze":
      return known(target).map((relation) => analyzeWork(relation, environment));
    case "refresh_materialized_view":
      if (scanned(operation, "query").length > 1)
        unpriced.push(`${nameOf(operation)}: what the joins of its query take is not known`);
      return [...known(target).map((relation) => rewriteWork(relation, "insert")), ...query()];
    case "create_table_as":
    case "create_materialized_view":
      if (scanned(operation, "query").length > 0)
        unpriced.push(`${nameOf(operation)}: how many rows it will have is not known`);
      return query();
    case "select":
      return queryOf(readBy(operation));
    case "call":
      unpriced.push(`${nameOf(operation)}: what a procedure takes is not known`);
      return [];
    default:
      return changes();
  }

  function changes(): readonly Work[] {
    const all = rowChangesOf(operation).filter(({ rows }) => rows === "any");
    if (all.length === 0) return [];
    if (operation.inside !== undefined) {
      unpriced.push(`${nameOf(operation)} in ${operation.inside}: how often it runs is not known`);
      return [];
    }
    if (all.some(({ what }) => what === "insert"))
      unpriced.push(`${nameOf(operation)}: how many rows it writes is not known`);
    const works = all.flatMap(({ relation, what }) => {
      if (what === "insert") return [];
      caveats.push(`counted as if it changed every row of ${relation}; which rows it changes is not known`);
      return known([relation]).map((facts) => {
        if (what === "delete") return deleteWork(facts);
        if (facts.indexes.length > 0)
          caveats.push(`the ${facts.indexes.length} indexes of ${relation} count as ones in order that memory holds`);
        return updateWork(facts);
      });
    });
    if (all.some(({ what }) => what === "delete"))
      caveats.push("triggers and the search for rows that refer to those deleted are not counted");
    return [...works, ...queryOf(readBy(operation))];
  }

  function query(): readonly Work[] {
    return queryOf(scanned(operation, "query"));
  }

  function queryOf(sources: readonly string[]): readonly Work[] {
    if (sources.length > 0)
      caveats.push("its query counts as one sequential read of each table: joins, sorts and groups are not counted");
    return known(sources).map(queryWork);
  }
}

/** Relations a statement on rows reads: their locks say no more. */
function readBy({ effect }: Operation): readonly string[] {
  return effect.locks.flatMap(({ relation, mode }) => (mode === "AccessShareLock" ? [relation] : []));
}
