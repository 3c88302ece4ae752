import { insideParentheses } from "../../effects/expressions-in-text.js";
import { listOf, type TreeFields } from "../../parse/parse-tree.js";
import { quoteLiteral } from "../../write/quote-literal.js";
import { own, type StepDraft } from "../safer-answer.js";
import { plainName } from "../safer-context.js";
import { withoutName } from "./added-constraint.js";
import type { CutColumn } from "./cut-column.js";
import type { Part, PartInput } from "./part.js";

/** How a new column comes to give each row a value of its own. */
type Filler =
  | {
      readonly kind: "filler";
      /** Adds the column, nullable, with a default that counts for new rows alone. */
      readonly begin: StepDraft;
      /** Once every row has its value and the column is NOT NULL. */
      readonly end: readonly StepDraft[];
      readonly caveats: readonly string[];
    }
  | Extract<Part, { kind: "refuse" }>;

const integerTypes: Readonly<Record<string, string>> = { int2: "smallint", int4: "integer", int8: "bigint" };
const because = "A default that comes after the column counts for new rows alone, so that no row is written.";

export function columnFiller(input: PartInput, column: CutColumn): Filler {
  if (column.type.isSerial) return serialFiller(input, column);
  const identity = column.clauses.find(({ contype }) => contype === "CONSTR_IDENTITY");
  if (identity !== undefined) return identityFiller(input, column, identity);
  const value = column.clauses.find(({ contype }) => contype === "CONSTR_DEFAULT");
  const expression = withoutName(value?.text ?? "").replace(/^default\b\s*/i, "");
  return {
    kind: "filler",
    begin: own(`${input.alter} ${column.head}, alter column ${column.name} set default ${expression}`, because),
    end: [],
    caveats: [
      `${expression} must not give NULL: a row whose new value is NULL counts as not filled in, and is tried again.`,
    ],
  };
}

/** What `serial` is short for; the sequence gets the name it would have. */
function serialFiller({ target, alter, context }: PartInput, column: CutColumn): Filler {
  const type = integerTypes[column.type.name] ?? "integer";
  const bare = context.names.relation(target.schema, target.bare, plainName(column.name), "seq");
  const sequence = `${target.schema}.${bare}`;
  const owner = target.relation?.owner;
  const head = column.head.replace(/\s+(?:small|big)?serial[248]?$/i, ` ${type}`);
  return {
    kind: "filler",
    begin: own(
      [
        `create ${persistenceOf(target, context)}sequence ${sequence} as ${type}`,
        // Whoever runs this need not own the table, and the sequence of a column must belong to who does.
        ...(owner === undefined ? [] : [`alter sequence ${sequence} owner to ${owner}`]),
        `${alter} ${head}, alter column ${column.name} set default nextval(${quoteLiteral(sequence)})`,
        `alter sequence ${sequence} owned by ${target.sql}.${column.name}`,
      ].join(";\n"),
      because,
    ),
    end: [],
    caveats: [
      orderCaveat,
      ...(owner === undefined ? [`The role that runs it owns ${target.sql}: the first step fails otherwise.`] : []),
    ],
  };
}

/** Since PostgreSQL 15 the sequence of an unlogged table's column is unlogged. */
function persistenceOf({ relation }: PartInput["target"], { version }: PartInput["context"]): string {
  return relation?.persistence === "unlogged" && version >= 15 ? "unlogged " : "";
}

const orderCaveat = "Which row gets which number hangs on the order of the batches, and gaps may stay.";

/** Numbers come from a sequence that the identity replaces in the end, at the place where it stands. */
function identityFiller(
  { target, alter, context }: PartInput,
  column: CutColumn,
  clause: { readonly fields: TreeFields; readonly text: string },
): Filler {
  const type = integerTypes[column.type.name];
  if (type === undefined) return { kind: "refuse", because: "an identity column is smallint, integer or bigint" };
  const names = listOf(clause.fields.options).map((one) => JSON.stringify(one));
  if (names.some((one) => one.includes('"sequence_name"'))) {
    return { kind: "refuse", because: "the identity names its sequence, which two cannot have at once" };
  }
  const options = insideParentheses(clause.text, 0);
  const { name } = column;
  const bare = context.names.relation(target.schema, target.bare, plainName(name), "filling_seq");
  const sequence = `${target.schema}.${bare}`;
  const settings = options === undefined ? "" : ` ${options}`;
  const place = `pg_get_serial_sequence(${quoteLiteral(target.sql)}, ${quoteLiteral(plainName(name))})`;
  return {
    kind: "filler",
    begin: own(
      // From an identity everybody who may insert draws a number; from a sequence, who may use it.
      `create sequence ${sequence} as ${type}${settings};
grant usage on sequence ${sequence} to public;
${alter} ${column.head}, alter column ${name} set default nextval(${quoteLiteral(sequence)})`,
      because,
    ),
    end: [
      own(
        `${alter} alter column ${name} drop default;
${alter} alter column ${name} add ${withoutName(clause.text)};
select setval(${place}, last_value, is_called) from ${sequence};
drop sequence ${sequence}`,
        "The identity goes on where the sequence stands; every row has its number, so that none is read.",
      ),
    ],
    caveats: [orderCaveat],
  };
}
