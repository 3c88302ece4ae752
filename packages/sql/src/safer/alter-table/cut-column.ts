import { type ColumnType, resolveType } from "../../effects/column-types/type-name.js";
import { fieldsIn, fieldsOf, isFields, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import type { PartInput } from "./part.js";

/** ADD COLUMN cut into its type and what stands behind it. */
export interface CutColumn {
  /** As SQL. */
  readonly name: string;
  readonly type: ColumnType;
  /** `add column name type`, COLLATE, STORAGE and COMPRESSION included. */
  readonly head: string;
  readonly clauses: readonly CutClause[];
}

export interface CutClause {
  /** Of the `Constraint` node. */
  readonly fields: TreeFields;
  readonly contype: string;
  /** With its attributes. */
  readonly text: string;
  readonly attributes: readonly TreeFields[];
}

/** Undefined when the column has no type. */
export function cutColumn(input: PartInput): CutColumn | undefined {
  const { context, command, text, end } = input;
  const definition = fieldsOf(command.def, "ColumnDef") ?? {};
  if (!isFields(definition.typeName)) return undefined;
  const { cut } = context;
  const begin = end - text.length;
  const nodes = fieldsIn(definition.constraints, "Constraint");
  const collation = isFields(definition.collClause) ? cut.offset(definition.collClause.location) : undefined;
  const starts = [...nodes.map(({ location }) => cut.offset(location)), collation ?? end, end].sort((a, b) => a - b);
  const upTo = (from: number) => starts.find((one) => one > from) ?? end;
  const plain = cut.text.slice(begin, starts[0]).trim();
  const collate = collation === undefined ? "" : ` ${cut.text.slice(collation, upTo(collation)).trim()}`;
  return {
    name: quoteIdentifier(stringOf(definition.colname) ?? ""),
    type: resolveType(definition.typeName, context.picture),
    head: `${plain}${collate}`,
    clauses: joinAttributes(
      nodes.map((fields) => {
        const from = cut.offset(fields.location);
        return { fields, text: cut.text.slice(from, upTo(from)).trim() };
      }),
    ),
  };
}

/** DEFERRABLE and its kin stand in the tree as constraints of their own, behind the one they belong to. */
function joinAttributes(pieces: readonly { readonly fields: TreeFields; readonly text: string }[]): CutClause[] {
  const clauses: CutClause[] = [];
  for (const { fields, text } of pieces) {
    const contype = stringOf(fields.contype) ?? "";
    const last = clauses.at(-1);
    if (contype.startsWith("CONSTR_ATTR_") && last !== undefined) {
      clauses[clauses.length - 1] = {
        ...last,
        text: `${last.text} ${text}`,
        attributes: [...last.attributes, fields],
      };
    } else clauses.push({ fields, contype, text, attributes: [] });
  }
  return clauses;
}
