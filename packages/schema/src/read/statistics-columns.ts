/**
 * `CREATE STATISTICS … ON b, a, (c + 1) FROM t` with its columns in the order of their names: the server prints them in
 * the order of the table's, in which nothing of it rests. Expressions stand behind them, in the order they were given.
 */
export function inOrderOfName(definition: string): string {
  const found = /^(CREATE STATISTICS .*? ON )(.*)( FROM (?:(?! FROM ).)*)$/s.exec(definition);
  if (found === null) return definition;
  const [, head = "", list = "", tail = ""] = found;
  const parts = apart(list);
  const columns = parts.filter((part) => column.test(part)).sort();
  return head + [...columns, ...parts.filter((part) => !column.test(part))].join(", ") + tail;
}

const column = /^(?:"(?:[^"]|"")*"|[a-z_][\w$]*)$/;

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
