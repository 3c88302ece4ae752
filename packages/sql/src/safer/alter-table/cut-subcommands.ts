import { fieldsIn, fieldsOf, isFields, listOf, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import type { SaferContext } from "../safer-context.js";
import type { CutSubcommand } from "./part.js";

/**
 * The order in which PostgreSQL 13–18 runs the subcommands of one ALTER TABLE, whatever order they are written in
 * (`AlterTablePass` of tablecmds.c). Whoever runs them one by one has to keep to it.
 */
const passes: readonly (readonly string[])[] = [
  ["AT_DropColumn", "AT_DropConstraint", "AT_DropNotNull", "AT_DropExpression", "AT_DropIdentity", "AT_DropDefault"],
  ["AT_AlterColumnType"],
  ["AT_AddColumn"],
  ["AT_SetExpression"],
  ["AT_AddConstraint"],
  ["AT_SetNotNull", "AT_SetIdentity"],
  ["AT_AddIndexConstraint"],
  ["AT_AddIndex"],
  ["AT_AddForeignKey", "AT_ColumnDefault", "AT_AddIdentity"],
];

/** The subcommands in the order they are run, or undefined when the text cannot be cut with certainty. */
export function cutSubcommands({ fields, cut, grammar }: SaferContext): readonly CutSubcommand[] | undefined {
  const commands = fieldsIn(fields.cmds, "AlterTableCmd");
  if (!isFields(fields.relation)) return undefined;
  const from = cut.behindName(fields.relation.location);
  const texts = cut.splitAtCommas(from);
  if (texts.length !== commands.length) return undefined;
  let offset = from;
  const parts: CutSubcommand[] = [];
  for (const [position, text] of texts.entries()) {
    const command = commands[position]!;
    const again = grammar.statements(`alter table t ${text}`)?.[0];
    const own = fieldsIn(again?.fields.cmds, "AlterTableCmd");
    if (own.length !== 1 || own[0]!.subtype !== command.subtype) return undefined;
    const begin = cut.text.indexOf(text, offset);
    offset = begin + text.length;
    parts.push({ command, text, end: offset });
  }
  return parts
    .map((part, position) => ({ part, position, pass: passOf(part.command) }))
    .sort((a, b) => a.pass - b.pass || a.position - b.position)
    .map(({ part }) => part);
}

function passOf(command: TreeFields): number {
  const word = passWord(command);
  const found = passes.findIndex((pass) => pass.includes(word));
  return found === -1 ? passes.length : found;
}

function passWord(command: TreeFields): string {
  const subtype = stringOf(command.subtype) ?? "";
  if (subtype === "AT_ColumnDefault") return command.def === undefined ? "AT_DropDefault" : subtype;
  if (subtype !== "AT_AddConstraint") return subtype;
  const constraint = fieldsOf(command.def, "Constraint");
  if (constraint?.contype === "CONSTR_FOREIGN") return "AT_AddForeignKey";
  const makesIndex = ["CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION"].includes(
    stringOf(constraint?.contype) ?? "",
  );
  if (!makesIndex) return subtype;
  return listOf(constraint?.keys).length === 0 && constraint?.indexname !== undefined
    ? "AT_AddIndexConstraint"
    : "AT_AddIndex";
}
