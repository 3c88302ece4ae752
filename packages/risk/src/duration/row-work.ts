import type { Operation } from "@confiture/model";
import type { RelationFacts } from "../facts/relation-facts.js";
import type { CalibrationEnvironment } from "./calibration.js";
import { scanned } from "./scanned-columns.js";
import { analyzeWork, deleteWork, queryWork, rewriteWork, updateWork, vacuumWork } from "./table-work.js";
import type { Work } from "./work.js";

type Known = (names: readonly string[]) => readonly RelationFacts[];

/** Statements on rows, and upkeep: how much they touch depends on more than the shape of the table. */
export function rowWork(
  operation: Operation,
  known: Known,
  environment: CalibrationEnvironment,
  caveats: string[],
): readonly Work[] {
  const target = operation.on === undefined ? [] : [operation.on.name];
  switch (operation.kind) {
    case "update":
    case "merge":
      caveats.push("counted as if it changed every row; which rows it changes is not known");
      return known(target).map(updateWork);
    case "delete":
      caveats.push("counted as if it deleted every row; triggers and referencing tables are not counted");
      return known(target).map(deleteWork);
    case "vacuum":
      caveats.push("depends on how many pages changed since the last one");
      return known(target).map(vacuumWork);
    case "analyze":
      return known(target).map((relation) => analyzeWork(relation, environment));
    case "refresh_materialized_view":
      return [...known(target).map((relation) => rewriteWork(relation, "insert")), ...query()];
    case "create_table_as":
    case "create_materialized_view":
      caveats.push("how many rows it will have is not known; only reading its sources is counted");
      return query();
    case "insert":
    case "copy_from":
    case "call":
    case "do":
      caveats.push(`${operation.kind}: the rows it writes are not known and not in the estimate`);
      return [];
    default:
      return [];
  }

  function query(): readonly Work[] {
    caveats.push("its query counts as one sequential read of each table: joins, sorts and groups are not counted");
    return known(scanned(operation, "query")).map(queryWork);
  }
}
