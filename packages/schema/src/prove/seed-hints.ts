import { quoteLiteral } from "@confiture/sql";

/** SQL for a value in row `n`, from 1 on; other rows get other values, as far as the type has them. */
export type SeedValue = (n: number) => string;

/** A type as its column spells it, and what is below its domains. */
export interface HintedType {
  readonly type: string;
  readonly base: string;
}

/**
 * Values worth a try in a column that expressions speak of: the constants they hold, and numbers next to these.
 * `CHECK (size IN ('S', 'M'))` and `FOR VALUES FROM (10) TO (20)` then tell by themselves what they take.
 */
export function hintedValues(expressions: readonly string[], { type, base }: HintedType): readonly SeedValue[] {
  const constants = expressions.flatMap(constantsIn).flatMap((constant) => variationsOf(constant, base));
  return [...new Set(constants)].map(
    (text): SeedValue =>
      () =>
        `${quoteLiteral(text)}::${type}`,
  );
}

function constantsIn(expression: string): readonly string[] {
  const quoted = [...expression.matchAll(/'((?:[^']|'')*)'/g)].map(([, inner]) => inner!.replaceAll("''", "'"));
  const numbers = [...expression.replaceAll(/'(?:[^']|'')*'/g, " ").matchAll(/(?<![\w.])-?\d+(?:\.\d+)?/g)];
  return [...quoted, ...numbers.map(([number]) => number)];
}

const textual = /^(text|character varying|character|name|(.*\.)?citext)$/;
const numeric = /^(smallint|integer|bigint|numeric|real|double precision|money|oid)$/;

function variationsOf(constant: string, base: string): readonly string[] {
  const isNumber = /^-?\d+(\.\d+)?$/.test(constant);
  if (numeric.test(base)) {
    if (!isNumber) return [];
    return constant.includes(".")
      ? [constant]
      : [constant, ...[1n, -1n].map((step) => String(BigInt(constant) + step))];
  }
  if (!textual.test(base)) return [constant];
  // A number beside a text is most often its length; a pattern of LIKE gets something into its gaps.
  if (isNumber) return [constant, "x".repeat(Math.min(Math.max(Math.trunc(Number(constant)), 0), 200))];
  return /[%_]/.test(constant) ? [constant.replaceAll("%", "a").replaceAll("_", "b"), constant] : [constant];
}
