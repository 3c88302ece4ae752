import { fieldsIn, stringOf, type TreeFields, type TreeValue } from "../../parse/parse-tree.js";
import type { StatementContext } from "../statement-context.js";
import type { ColumnPlace } from "./column-place.js";
import { readConstraint } from "./read-constraint.js";

/** What stands behind a column's type in ADD COLUMN or CREATE TABLE. */
export interface ColumnConstraints {
  readonly notNull: boolean;
  readonly default: TreeValue | undefined;
  readonly identity: boolean;
  readonly generated: "stored" | "virtual" | undefined;
  /** Notes what CHECK, UNIQUE, PRIMARY KEY and REFERENCES do. */
  readonly apply: (place: ColumnPlace) => void;
}

export function columnConstraints(definition: TreeFields, context: StatementContext): ColumnConstraints {
  const constraints = fieldsIn(definition.constraints, "Constraint");
  const ofType = (type: string) => constraints.find(({ contype }) => contype === type);
  const generated = ofType("CONSTR_GENERATED");
  const isVirtual = generated !== undefined && isVirtualGenerated(generated, context);
  return {
    notNull:
      definition.is_not_null === true ||
      ofType("CONSTR_NOTNULL") !== undefined ||
      ofType("CONSTR_PRIMARY") !== undefined,
    default: ofType("CONSTR_DEFAULT")?.raw_expr ?? definition.raw_default,
    identity: ofType("CONSTR_IDENTITY") !== undefined,
    generated: generated === undefined ? undefined : isVirtual ? "virtual" : "stored",
    apply: (place) => {
      for (const [position, constraint] of constraints.entries()) {
        readConstraint({ place, constraint, attributes: constraints.slice(position + 1) });
      }
    },
  };
}

/** VIRTUAL is what PostgreSQL 18 takes when neither word is written; before there was only STORED, and it had to be. */
function isVirtualGenerated(generated: TreeFields, { version }: StatementContext): boolean {
  return version >= 18 && stringOf(generated.generated_kind) !== "s";
}
