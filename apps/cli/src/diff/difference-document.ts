import { type CatalogDifference, changedFields } from "@confiture/schema";

/** An object that is not as it was wanted, as the commands that hold a schema against a database print it. */
export function differenceDocument(difference: CatalogDifference): Record<string, unknown> {
  const { change, kind, name } = difference;
  return {
    change,
    kind,
    name,
    fields: changedFields(difference).map(({ field, before, after }) => ({
      field,
      wanted: before ?? null,
      is: after ?? null,
    })),
  };
}
