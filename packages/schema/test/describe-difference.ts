import { type CatalogDifference, compareCatalogs } from "@confiture/schema";

type Comparison = Parameters<typeof compareCatalogs>;

/** Every difference on one line: `+ table a.b`, `- table a.b`, `~ table a.b: options, owner`. */
export function describeDifferences(...comparison: Comparison): readonly string[] {
  return compareCatalogs(...comparison).map(describeDifference);
}

function describeDifference({ kind, name, change, before = "", after = "" }: CatalogDifference): string {
  if (change !== "changed") return `${change === "added" ? "+" : "-"} ${kind} ${name}`;
  const [left, right] = [fieldsOf(before), fieldsOf(after)];
  const changed = [...new Set([...left.keys(), ...right.keys()])].filter(
    (field) => left.get(field) !== right.get(field),
  );
  return `~ ${kind} ${name}: ${changed.sort().join(", ")}`;
}

/** The fields of a canonical paragraph; what stands deeper belongs to the field before it. */
function fieldsOf(paragraph: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let last = "";
  for (const line of paragraph.split("\n").slice(1)) {
    const [, field, text = ""] = /^ {2}(\w+): (.*)$/.exec(line) ?? [];
    last = field ?? last;
    fields.set(last, field === undefined ? `${fields.get(last)}\n${line}` : text);
  }
  return fields;
}
