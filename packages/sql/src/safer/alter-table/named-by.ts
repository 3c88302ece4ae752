import { stringOf, type TreeFields } from "../../parse/parse-tree.js";

/** The column or constraint a subcommand names, without quotes. */
export function namedBy(command: TreeFields): string {
  return stringOf(command.name) ?? "";
}
