/** Bytes of a name, at most: NAMEDATALEN - 1. */
export const maxNameBytes = 63;

/**
 * Puts a name together as PostgreSQL 13–18 does (`makeObjectName` of indexcmds.c): parts joined by underscores; of the
 * first two, the longer one gives bytes away until all fits. `names` as they are, without quotes. The database's
 * encoding is taken for UTF-8.
 */
export function objectName(first: string, second: string | undefined, label: string): string {
  const overhead = (second === undefined ? 0 : 1) + Buffer.byteLength(label) + 1;
  let firstBytes = Buffer.byteLength(first);
  let secondBytes = second === undefined ? 0 : Buffer.byteLength(second);
  while (firstBytes + secondBytes > maxNameBytes - overhead) {
    if (firstBytes > secondBytes) firstBytes -= 1;
    else secondBytes -= 1;
  }
  const parts = [clip(first, firstBytes), ...(second === undefined ? [] : [clip(second, secondBytes)]), label];
  return parts.join("_");
}

/** The column names of an index or foreign key in one, until there is more than fits. `ChooseIndexNameAddition`. */
export function joinedColumns(columns: readonly string[]): string {
  let joined = "";
  for (const column of columns) {
    joined = joined === "" ? column : `${joined}_${column}`;
    if (Buffer.byteLength(joined) > maxNameBytes) break;
  }
  return joined;
}

/** The text's beginning, of at most so many bytes, no character cut in two. */
export function clip(text: string, bytes: number): string {
  let passed = 0;
  let kept = "";
  for (const char of text) {
    passed += Buffer.byteLength(char);
    if (passed > bytes) break;
    kept += char;
  }
  return kept;
}
