import type { ColumnType } from "../effects/column-types/type-name.js";
import { underlying } from "../effects/column-types/type-name.js";
import { builtinTypes } from "../effects/facts/builtin-names.js";
import type { SaferContext } from "./safer-context.js";

/** `is null` and its opposite, as SQL that stands behind a value. */
export interface NullTest {
  readonly is: string;
  readonly isNot: string;
}

export const ofValue: NullTest = { is: "is null", isNot: "is not null" };

/**
 * Of a row IS NULL asks each of its fields, and `(a,)` neither IS NULL nor IS NOT NULL. This asks whether there is a
 * row at all, as NOT NULL does; for PostgreSQL it is the same test without the fields, so that indexes and plans stay.
 */
export const ofRow: NullTest = { is: "is not distinct from null", isNot: "is distinct from null" };

/** The test for values of a type: the short one where it cannot be the type of a row. */
export function nullTest(type: ColumnType | undefined, { picture, grammar }: SaferContext): NullTest {
  if (type === undefined) return ofRow;
  const { user, isArray, name } = underlying(type, picture, grammar);
  if (isArray) return ofValue;
  return builtinTypes.has(name) || user?.kind === "enum" || user?.kind === "range" ? ofValue : ofRow;
}
