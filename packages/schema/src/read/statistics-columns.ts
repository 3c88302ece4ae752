/**
 * `CREATE STATISTICS … ON b, a FROM t` with what it is on in the order of the words. The server prints it in the order of
 * the table's columns, in which nothing of it rests.
 */
export function inOrderOfName(definition: string): string {
  const found = /^(CREATE STATISTICS .*? ON )(.*)( FROM (?:(?! FROM ).)*)$/s.exec(definition);
  if (found === null) return definition;
  const [, head = "", list = "", tail = ""] = found;
  return head + apart(list).sort().join(", ") + tail;
}

/** Cut at the commas that stand in no brackets and no quotes. */
function apart(list: string): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (const { 0: token, index } of list.matchAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'|[(),[\]]/g)) {
    if (token === "(" || token === "[") depth += 1;
    else if (token === ")" || token === "]") depth -= 1;
    else if (token === "," && depth === 0) {
      parts.push(list.slice(start, index).trim());
      start = index + 1;
    }
  }
  return [...parts, list.slice(start).trim()];
}
