/** A node of the parse tree as the grammar prints it: `{"SelectStmt": {…}}`, or the fields of one. */
export interface TreeFields {
  readonly [field: string]: TreeValue | undefined;
}
export type TreeValue = string | number | boolean | null | readonly TreeValue[] | TreeFields;

/** One tagged node: the tag is its only key. */
export interface TreeNode {
  readonly tag: string;
  readonly fields: TreeFields;
}

/** The tag and fields of `{"Tag": {…}}`; undefined when the value is no tagged node. */
export function untag(value: TreeValue | undefined): TreeNode | undefined {
  if (!isFields(value)) return undefined;
  for (const tag in value) {
    const fields = value[tag];
    return isTag(tag) && isFields(fields) ? { tag, fields } : undefined;
  }
  return undefined;
}

/** The fields of a node with that tag, or undefined. */
export function fieldsOf(value: TreeValue | undefined, tag: string): TreeFields | undefined {
  const inner = isFields(value) ? value[tag] : undefined;
  return isFields(inner) ? inner : undefined;
}

/** The fields of each node with that tag in a list. */
export function fieldsIn(list: TreeValue | undefined, tag: string): readonly TreeFields[] {
  const found: TreeFields[] = [];
  for (const item of listOf(list)) {
    const fields = fieldsOf(item, tag);
    if (fields !== undefined) found.push(fields);
  }
  return found;
}

export function isFields(value: TreeValue | undefined): value is TreeFields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function listOf(value: TreeValue | undefined): readonly TreeValue[] {
  return Array.isArray(value) ? value : [];
}

export function stringOf(value: TreeValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The text of a `String` node. */
export function stringNode(value: TreeValue | undefined): string | undefined {
  const fields = fieldsOf(value, "String");
  return fields === undefined ? undefined : (stringOf(fields.sval) ?? "");
}

/** Every tagged node below `value`, itself included, parents first. Keeps its own stack: trees may be deep. */
export function* walkTree(value: TreeValue | undefined): Generator<TreeNode> {
  const open: (TreeValue | undefined)[] = [value];
  while (open.length > 0) {
    const current = open.pop();
    if (typeof current !== "object" || current === null) continue;
    const node = Array.isArray(current) ? undefined : untag(current);
    if (node !== undefined) yield node;
    const children = Object.values(current);
    for (let index = children.length - 1; index >= 0; index -= 1) open.push(children[index] as TreeValue);
  }
}

/** True for the name of a node, which begins with a capital; fields do not. */
export function isTag(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 65 && first <= 90;
}
