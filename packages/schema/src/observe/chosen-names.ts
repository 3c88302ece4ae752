/** PostgreSQL cuts names here. */
const longestName = 63;

/**
 * Whether the server would give a NOT NULL constraint this name by itself. It joins the names of table and column (of a
 * domain, its name alone) and `not_null`, cuts the longer of the two until all fits, and tries numbers behind it until
 * the name is free.
 */
export function isChosenNotNullName(name: string, of: string, column: string | undefined): boolean {
  const label = /_(not_null\d*)$/.exec(name)?.[1];
  return label !== undefined && name === chosenName(of, column, label);
}

function chosenName(of: string, column: string | undefined, label: string): string {
  const [first, second] = [Buffer.from(of), Buffer.from(column ?? "")];
  const room = longestName - label.length - (column === undefined ? 1 : 2);
  let [one, other] = [first.length, second.length];
  while (one + other > room) {
    if (one > other) one -= 1;
    else other -= 1;
  }
  return [cutWhole(first, one), ...(column === undefined ? [] : [cutWhole(second, other)]), label].join("_");
}

/** At most so many bytes, and no half characters. */
function cutWhole(text: Buffer, bytes: number): string {
  let end = Math.min(bytes, text.length);
  while (end > 0 && end < text.length && (text[end]! & 0b1100_0000) === 0b1000_0000) end -= 1;
  return text.subarray(0, end).toString();
}
