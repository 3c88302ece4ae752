import type { DataRequirement } from "@confiture/model";
import { quoteLiteral } from "../ask/quote-literal.js";
import type { CheckedCast, CheckedRelation, CheckedType } from "./checked-relation.js";
import type { ViolationQuery } from "./violation-query.js";

export interface CastContext extends CheckedCast {
  readonly relation: CheckedRelation;
  readonly serverVersion: number;
}

/** The first number that is too small, and the first that is too large. */
const integerRanges: Readonly<Record<string, readonly [string, string]>> = {
  int2: ["-32769", "32768"],
  int4: ["-2147483649", "2147483648"],
  int8: ["-9223372036854775809", "9223372036854775808"],
};

const truths = "'t','tr','tru','true','y','ye','yes','on','1','f','fa','fal','fals','false','n','no','of','off','0'";

/**
 * Rows whose value cannot be brought to the new type. Counted where a condition can tell without casting (a cast that
 * fails would end the query): from PostgreSQL 16 by asking the type itself, before by length, range and form. Otherwise each
 * value is assigned to a variable of the type, which tells whether any fails and no more: a cast that is written out would cut
 * off what an assignment refuses.
 */
export function uncastable(
  requirement: Extract<DataRequirement, { kind: "castable" }>,
  context: CastContext,
): ViolationQuery {
  const { column, type, using } = requirement;
  const { relation, from, to, sameCast, assignable, serverVersion } = context;
  if (assignable === null) return { kind: "unknown", because: "what type its expression has could not be told" };
  if (!assignable) {
    const whatever = `PostgreSQL does not bring it to ${type} of its own accord, whatever the rows`;
    return { kind: "unknown", because: `${whatever}: it asks for ${using === undefined ? "USING" : "a cast"}` };
  }
  const value = `(${using ?? column}\n)`;
  const length = /\(\s*(\d+)\s*\)/.exec(type)?.[1];
  if (to.plain && (to.name === "varchar" || to.name === "bpchar") && length !== undefined) {
    // Spaces in excess are cut off in silence.
    const where = `pg_catalog.substr(${value}::text, ${Number(length) + 1}) ~ '[^ ]'`;
    return { kind: "rows", from: relation.name, where };
  }
  const isPlain = (using === undefined || sameCast === true) && to.plain;
  const where = !isPlain
    ? undefined
    : from.category === "S"
      ? unreadableText(column, { type, to, serverVersion })
      : from.category === "N"
        ? outOfRange(column, { type, from, to })
        : undefined;
  return where === undefined ? assigning(value, type, relation) : { kind: "rows", from: relation.name, where };
}

const quote = "$confiture$";

/** Assigns each value as ALTER TABLE does. Names with a prefix: a column of the same name would be ambiguous. */
function assigning(value: string, type: string, relation: CheckedRelation): ViolationQuery {
  const body = `
declare confiture_row record;
begin
  for confiture_row in select ${value} as value from ${relation.name} loop
    declare confiture_value ${type} := confiture_row.value;
    begin
      null;
    end;
  end loop;
end
`;
  return body.includes(quote)
    ? { kind: "unknown", because: "its expression cannot be put into a query" }
    : { kind: "attempt", query: `do ${quote}${body}${quote}` };
}

interface TextContext {
  readonly type: string;
  readonly to: CheckedType;
  readonly serverVersion: number;
}

function unreadableText(column: string, { type, to, serverVersion }: TextContext): string | undefined {
  if (to.category === "S") return strings.has(to.name) && !/\(/.test(type) ? "false" : undefined;
  if (serverVersion >= 16) {
    return `not pg_catalog.pg_input_is_valid((${column})::text, ${quoteLiteral(type)})`;
  }
  const range = integerRanges[to.name];
  if (range !== undefined) {
    const tooFar = `(${column})::text::numeric <= ${range[0]} or (${column})::text::numeric >= ${range[1]}`;
    return `case when (${column})::text ~ '^[[:space:]]*[-+]?[0-9]+[[:space:]]*$' then ${tooFar} else true end and ${column} is not null`;
  }
  if (to.name === "bool")
    return `pg_catalog.lower(pg_catalog.btrim((${column})::text, E' \\t\\n\\r')) not in (${truths})`;
  if (to.name === "uuid") return `(${column})::text !~* '^([0-9a-f]{4}-?){7}[0-9a-f]{4}$'`;
  return undefined;
}

/** Types that take any text; `name` cuts it off in silence. */
const strings: ReadonlySet<string> = new Set(["text", "varchar", "bpchar", "name"]);

const numbers: ReadonlySet<string> = new Set(["int2", "int4", "int8", "numeric", "float4", "float8"]);

interface NumberContext {
  readonly type: string;
  readonly from: CheckedType;
  readonly to: CheckedType;
}

function outOfRange(column: string, { type, from, to }: NumberContext): string | undefined {
  if (!numbers.has(from.name)) return undefined;
  const range = integerRanges[to.name];
  if (range !== undefined) {
    const value = from.name in integerRanges ? column : `pg_catalog.round(${column})`;
    return `${value} <= ${range[0]} or ${value} >= ${range[1]}`;
  }
  const precision = /\(\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?\)/.exec(type);
  if (to.name !== "numeric" || precision === null) return undefined;
  const scale = Number(precision[2] ?? 0);
  const limit = `1e${Number(precision[1]) - scale}`;
  return `pg_catalog.abs(pg_catalog.round((${column})::numeric, ${scale})) >= ${limit} and (${column})::numeric <> 'NaN'`;
}
