/** What the rows of a check say. */
export type ReadComparison =
  | { readonly kind: "compared"; readonly expected: string; readonly actual: string }
  /** Each must be nothing. */
  | { readonly kind: "variances"; readonly names: readonly string[]; readonly values: readonly string[] }
  | { readonly kind: "nothing"; readonly because: string };

/**
 * Reads the answer of a check: columns whose names end in `variance`, `difference` or `diff` must be 0. Otherwise the first
 * value in reading order is what is expected and the last is what is there: two columns of a row, or two rows under each other.
 */
export function readComparison(rows: readonly Readonly<Record<string, unknown>>[]): ReadComparison {
  const [first] = rows;
  if (first === undefined) return { kind: "nothing", because: "the query gave no row" };
  const names = Object.keys(first);
  if (names.length > 0 && names.every((name) => /(?:variance|difference|diff)$/i.test(name)))
    return variances(rows, names);
  const values = rows.flatMap((row) => Object.values(row));
  const [expected, actual] = [numberText(values[0]), numberText(values.at(-1))];
  if (values.length < 2)
    return {
      kind: "nothing",
      because: "the query gave one value; it takes two, with names of their own: expected and actual",
    };
  if (expected === undefined || actual === undefined)
    return {
      kind: "nothing",
      because: "the first and the last value of the answer must be numbers; for no rows write coalesce(sum(…), 0)",
    };
  return { kind: "compared", expected, actual };
}

function variances(rows: readonly Readonly<Record<string, unknown>>[], names: readonly string[]): ReadComparison {
  const values = rows.flatMap((row) => Object.values(row)).map(numberText);
  if (values.some((value) => value === undefined))
    return {
      kind: "nothing",
      because: "nothing was compared: a variance is null; for no rows write coalesce(sum(…), 0)",
    };
  return { kind: "variances", names, values: values.filter((value) => value !== undefined) };
}

function numberText(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)) ? value : undefined;
}
