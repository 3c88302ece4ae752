import { fieldsOf, isFields, listOf, stringNode, stringOf, type TreeFields, type TreeValue } from "./parse-tree.js";

/** The last option of that name in a list of `DefElem` nodes. */
export function findOption(options: TreeValue | undefined, name: string): TreeFields | undefined {
  let found: TreeFields | undefined;
  for (const option of listOf(options)) {
    const fields = fieldsOf(option, "DefElem");
    if (fields?.defname === name) found = fields;
  }
  return found;
}

/** A switch as PostgreSQL reads it: written without a value it is on; undefined when it is not written at all. */
export function readSwitch(options: TreeValue | undefined, name: string): boolean | undefined {
  const option = findOption(options, name);
  if (option === undefined) return undefined;
  const written = optionText(option.arg);
  return written === undefined || !["false", "off", "0", "no"].includes(written.toLowerCase());
}

/** The value of an option as text, whichever kind of node holds it; undefined when it has none. */
export function optionText(value: TreeValue | undefined): string | undefined {
  const text = stringNode(value);
  if (text !== undefined) return text;
  const flag = fieldsOf(value, "Boolean");
  if (flag !== undefined) return String(flag.boolval === true);
  const whole = fieldsOf(value, "Integer");
  if (whole !== undefined) return String(whole.ival ?? 0);
  const constant = fieldsOf(value, "A_Const");
  if (constant === undefined) return undefined;
  if (isFields(constant.sval)) return stringOf(constant.sval.sval) ?? "";
  if (isFields(constant.ival)) return String(constant.ival.ival ?? 0);
  return undefined;
}
