import type { DataRequirement } from "@confiture/model";
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
      return { kind: "rows", from: relation.name, where: `${requirement.column} ${isNull}` };
    case "check":
      return { kind: "rows", from: relation.name, where: `(${requirement.expression}\n) is false` };
    case "unique": {
      if (requirement.withoutOverlaps === true) return overlapping(requirement, relation);
      const { columns, nullsNotDistinct, where } = requirement;
      const conditions = [
        ...(where === undefined ? [] : [`(${where}\n)`]),
        ...(nullsNotDistinct ? [] : columns.map((column) => `(${column}) ${isNotNull}`)),
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
  const own = columns.map((column) => `${row}.${column}`);
  const last = columns.length - 1;
  const pairs = own.flatMap((column, index) =>
    requirement.period === true && index === last ? [] : [`${other}.${partners[index]} = ${column}`],
  );
  const isMissing =
    requirement.period === true
      ? isUncovered(referenced, { pairs, covered: own[last]!, covering: `${other}.${partners[last]}` })
      : `not exists (select from ${alone(referenced)} as ${other} where ${pairs.join(" and ")})`;
  const whole = own.map((column) => `${column} ${isNotNull}`).join(" and ");
  const some = own.map((column) => `${column} ${isNotNull}`).join(" or ");
  const where = match === "full" ? `(${some}) and ${isMissing}` : `${whole} and ${isMissing}`;
  return { kind: "rows", from: `${alone(relation)} as ${row}`, where };
}

interface Cover {
  readonly pairs: readonly string[];
  readonly covered: string;
  readonly covering: string;
}

/** As RI_FKey_check asks it: the ranges that meet it, together, hold all of it. */
function isUncovered(referenced: CheckedRelation, { pairs, covered, covering }: Cover): string {
  const meets = [...pairs, `${covering} operator(pg_catalog.&&) ${covered}`].join(" and ");
  const together = `select pg_catalog.range_agg(${covering}) from ${alone(referenced)} as ${other} where ${meets}`;
  return `not coalesce(${covered} operator(pg_catalog.<@) (${together}), false)`;
}

/** An empty range is refused as well: it would overlap nothing, not even itself. */
function overlapping(
  { columns }: Extract<DataRequirement, { kind: "unique" }>,
  relation: CheckedRelation,
): ViolationQuery {
  const range = columns.at(-1);
  const equal = columns.slice(0, -1).map((column) => `${other}.${column} = ${row}.${column}`);
  const meets = [
    ...equal,
    `${other}.${range} operator(pg_catalog.&&) ${row}.${range}`,
    `(${other}.tableoid <> ${row}.tableoid or ${other}.ctid <> ${row}.ctid)`,
  ].join(" and ");
  const where = `pg_catalog.isempty(${row}.${range}) or exists (select from ${alone(relation)} as ${other} where ${meets})`;
  return { kind: "rows", from: `${alone(relation)} as ${row}`, where };
}

/** Names that no table and no column has: one that is called like the other side would be taken for it. */
const row = "confiture_row";
const other = "confiture_other";

/** Of a composite value IS NULL asks its fields; these ask whether there is one. */
const isNull = "is not distinct from null";
const isNotNull = "is distinct from null";

/** A key of a plain table does not look at its children; that of a partitioned one is about its partitions. */
function alone({ name, partitioned }: CheckedRelation): string {
  return partitioned ? name : `only ${name}`;
}
