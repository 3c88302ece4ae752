import type { CatalogDifference } from "./compare-catalogs.js";

/** One property in which an object is not the same on both sides, in canonical words. */
export interface ChangedField {
  readonly field: string;
  /** Absent when it is as usual there. */
  readonly before?: string;
  readonly after?: string;
}

/** What is different about an object that is on both sides; nothing for one that was added or removed. */
export function changedFields({ before, after }: CatalogDifference): readonly ChangedField[] {
  if (before === undefined || after === undefined) return [];
  const [left, right] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((field) => left.get(field) !== right.get(field))
    .sort()
    .map((field) => ({
      field,
      ...(left.has(field) ? { before: left.get(field)! } : {}),
      ...(right.has(field) ? { after: right.get(field)! } : {}),
    }));
}

/** The first line is the object's name; a field begins with two spaces, its further lines with four. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let current: string | undefined;
  for (const line of text.split("\n").slice(1)) {
    if (line.startsWith("    ") && current !== undefined) {
      fields.set(current, `${fields.get(current)}\n${line.slice(4)}`);
      continue;
    }
    const colon = line.indexOf(": ");
    current = line.slice(2, colon);
    fields.set(current, line.slice(colon + 2));
  }
  return fields;
}
