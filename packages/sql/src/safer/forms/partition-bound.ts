import { insideParentheses } from "../../effects/expressions-in-text.js";
import type { Relation } from "../../effects/picture/relation.js";
import { fieldsIn, isFields, listOf, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { columnsOf } from "../alter-table/added-constraint.js";
import type { SaferContext } from "../safer-context.js";
import { CutText } from "../text/cut-text.js";

/** The one column or expression a table is partitioned by. */
export interface PartitionKey {
  readonly strategy: "range" | "list";
  /** As SQL, in parentheses where it is an expression. */
  readonly by: string;
  /** Columns it uses, as SQL. */
  readonly columns: readonly string[];
  /** Absent for an expression. */
  readonly type?: string;
  /** Compared as nothing but the key itself says: no comparison of a CHECK stands for it. */
  readonly isComparedOtherwise: boolean;
}

/** Undefined for a hash, and for a key of several parts. */
export function readPartitionKey(parent: Relation, { grammar }: SaferContext): PartitionKey | undefined {
  const text = `create table t () partition by ${parent.partitionKey ?? ""}`;
  const spec = grammar.statements(text)?.[0]?.fields.partspec;
  if (!isFields(spec)) return undefined;
  const elements = fieldsIn(spec.partParams, "PartitionElem");
  const [element] = elements;
  const strategy = stringOf(spec.strategy)?.toLowerCase().replace("partition_strategy_", "");
  if (element === undefined || elements.length > 1 || (strategy !== "range" && strategy !== "list")) return undefined;
  const isComparedOtherwise = listOf(element.opclass).length > 0 || listOf(element.collation).length > 0;
  const name = stringOf(element.name);
  if (name !== undefined) {
    const by = quoteIdentifier(name);
    const type = parent.columns.get(by)?.type;
    return { strategy, by, columns: [by], isComparedOtherwise, ...(type === undefined ? {} : { type }) };
  }
  const cut = new CutText(text);
  const inside = /\(([\s\S]*)\)\s*$/.exec(cut.text.slice(text.indexOf("partition by")))?.[1]?.trim();
  if (inside === undefined) return undefined;
  return { strategy, by: `(${inside})`, columns: columnsOf(element.expr).map(quoteIdentifier), isComparedOtherwise };
}

/** What a bound promises of each row, as PostgreSQL itself would prove it; undefined where it is not one of these forms. */
export function boundCondition(bound: TreeFields, key: PartitionKey, cut: CutText): string | undefined {
  if (bound.is_default === true || key.isComparedOtherwise) return undefined;
  return key.strategy === "range" ? rangeCondition(bound, key, cut) : listCondition(bound, key, cut);
}

function rangeCondition(bound: TreeFields, key: PartitionKey, cut: CutText): string | undefined {
  const at = cut.offset(bound.location);
  const to = cut.findWord("to", at);
  const lower = insideParentheses(cut.text.slice(at), 0);
  const upper = to === undefined ? undefined : insideParentheses(cut.text.slice(to), 0);
  if (lower === undefined || upper === undefined) return undefined;
  return [
    `${key.by} is not null`,
    ...(lower.toLowerCase() === "minvalue" ? [] : [`${key.by} >= ${typed(lower, key)}`]),
    ...(upper.toLowerCase() === "maxvalue" ? [] : [`${key.by} < ${typed(upper, key)}`]),
  ].join(" and ");
}

function listCondition(bound: TreeFields, key: PartitionKey, cut: CutText): string | undefined {
  const inside = insideParentheses(cut.text.slice(cut.offset(bound.location)), 0);
  if (inside === undefined) return undefined;
  const texts = new CutText(inside).splitAtCommas(0);
  const values = texts.filter((text) => text.toLowerCase() !== "null").map((text) => typed(text, key));
  const among = values.length === 1 ? `${key.by} = ${values[0]}` : `${key.by} in (${values.join(", ")})`;
  if (values.length === texts.length) return `${key.by} is not null and ${among}`;
  return values.length === 0 ? `${key.by} is null` : `${key.by} is null or ${among}`;
}

/** A bound counts as a value of the key's type, whatever it would be by itself. */
function typed(literal: string, { type }: PartitionKey): string {
  return type === undefined ? literal : `cast(${literal} as ${type})`;
}
