import { isFields, isTag, type TreeFields, type TreeValue } from "../parse/parse-tree.js";
import { syntaxSince } from "./facts/syntax-since.js";

const oldest = 13;

/** The first major version whose grammar takes a statement, as far as its pieces tell; 13 also for older ones. */
export function firstVersionOf(tree: TreeValue): number {
  let first = oldest;
  // Keeps its own stack: trees may be deep.
  const open: (readonly [string, TreeValue])[] = [["", tree]];
  while (open.length > 0) {
    const [tag, value] = open.pop()!;
    if (Array.isArray(value)) for (const item of value) open.push(["", item]);
    else if (isFields(value)) {
      first = Math.max(first, sinceOf(tag, value));
      for (const field in value) {
        const part = value[field];
        if (typeof part === "object" && part !== null) open.push([isTag(field) ? field : "", part]);
      }
    }
  }
  return first;
}

function sinceOf(tag: string, fields: TreeFields): number {
  let first = oldest;
  for (const { since, isIn } of syntaxSince[tag] ?? []) if (since > first && isIn(fields)) first = since;
  return first;
}
