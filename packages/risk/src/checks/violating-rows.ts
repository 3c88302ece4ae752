import type { DataRequirement } from "@confiture/model";
import { unqualified } from "../ask/relation-name.js";
import type { CheckedCatalog, CheckedRelation } from "./checked-relation.js";
import { uncastable } from "./uncastable.js";
import type { ViolationQuery } from "./violation-query.js";

/** The SQL that finds them, as PostgreSQL itself would judge when it validates. Nulls satisfy checks and match no key. */
export function violatingRows(
  requirement: DataRequirement,
  catalog: CheckedCatalog,
  serverVersion: number,
): ViolationQuery {
  const relation = catalog.relations.get(requirement.relation);
  if (relation === undefined) return { kind: "unknown", because: `the server has no ${requirement.relation}` };
  switch (requirement.kind) {
    case "not_null":
      return { kind: "rows", from: relation.name, where: `${requirement.column} is null` };
    case "check":
      return { kind: "rows", from: relation.name, where: `(${requirement.expression}) is false` };
    case "unique": {
      const { columns, nullsNotDistinct, where } = requirement;
      const conditions = [
        ...(where === undefined ? [] : [`(${where})`]),
        ...(nullsNotDistinct ? [] : columns.map((column) => `(${column}) is not null`)),
      ];
      return { kind: "rows", from: alone(relation), where: conditions.join(" and ") || "true", alike: columns };
    }
    case "foreign_key":
      return withoutPartner(requirement, relation, catalog);
    case "castable": {
      const types = catalog.types.get(requirement);
      if (types === undefined) {
        return {
          kind: "unknown",
          because: `the server has no column ${requirement.column} or no type ${requirement.type}`,
        };
      }
      return uncastable(requirement, { relation, ...types, serverVersion });
    }
    default:
      return requirement satisfies never;
  }
}

function withoutPartner(
  requirement: Extract<DataRequirement, { kind: "foreign_key" }>,
  relation: CheckedRelation,
  catalog: CheckedCatalog,
): ViolationQuery {
  const { columns, references, match } = requirement;
  const referenced = catalog.relations.get(references);
  if (referenced === undefined) return { kind: "unknown", because: `the server has no ${references}` };
  const partners = requirement.referencedColumns ?? referenced.primaryKey;
  if (partners.length !== columns.length) {
    return { kind: "unknown", because: `${references} has no primary key of ${columns.length} columns` };
  }
  const own = columns.map((column) => `${unqualified(relation.name)}.${column}`);
  const pairs = own.map((column, index) => `partner.${partners[index]} = ${column}`).join(" and ");
  const isMissing = `not exists (select from ${alone(referenced)} as partner where ${pairs})`;
  const whole = own.map((column) => `${column} is not null`).join(" and ");
  const some = own.map((column) => `${column} is not null`).join(" or ");
  const where = match === "full" ? `(${some}) and ${isMissing}` : `${whole} and ${isMissing}`;
  return { kind: "rows", from: alone(relation), where };
}

/** A key of a plain table does not look at its children; that of a partitioned one is about its partitions. */
function alone({ name, partitioned }: CheckedRelation): string {
  return partitioned ? name : `only ${name}`;
}
