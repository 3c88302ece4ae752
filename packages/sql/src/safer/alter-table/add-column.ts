import { isConstrained } from "../../effects/column-types/type-name.js";
import { volatilityOfValue } from "../../effects/column-types/volatility.js";
import { stringOf } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { backfillSteps, proofOfFill } from "../backfill.js";
import { nullTest } from "../null-test.js";
import { own, type StepDraft } from "../safer-answer.js";
import { plainName } from "../safer-context.js";
import { whyNotFillable } from "../why-not-fillable.js";
import { constraintPart } from "./add-constraint.js";
import { withoutName } from "./added-constraint.js";
import { columnFiller } from "./column-filler.js";
import { type CutClause, type CutColumn, cutColumn } from "./cut-column.js";
import { notNullRecipe } from "./not-null.js";
import { type Part, type PartInput, refuse, split } from "./part.js";

export function addColumn(input: PartInput): Part {
  const column = cutColumn(input);
  if (column === undefined) return refuse("the column's type is not known");
  if (input.command.missing_ok === true && input.target.relation?.known !== true) {
    return refuse("with IF NOT EXISTS it has to be known whether the column is there: pass a catalog");
  }
  const { picture, grammar } = input.context;
  const has = (contype: string) => column.clauses.find((clause) => clause.contype === contype);
  if (isConstrained(column.type, picture, grammar)) {
    return refuse(
      `${column.type.name} is a domain with constraints: PostgreSQL writes every row anew even without a default, and a later change of type does too`,
    );
  }
  if (has("CONSTR_GENERATED") !== undefined && isStored(has("CONSTR_GENERATED")!, input)) {
    return refuse("a column that exists cannot be made a stored generated one; a trigger could keep it instead");
  }
  const value = has("CONSTR_DEFAULT")?.fields.raw_expr;
  const { isVolatile } = volatilityOfValue(value, { type: column.type, picture, grammar });
  if (isVolatile && value === undefined) {
    return refuse(
      `${column.type.name} gives each row a value of its own by the default of the domain: write that default, or DEFAULT NULL, behind the column`,
    );
  }
  const fills = isVolatile || column.type.isSerial || has("CONSTR_IDENTITY") !== undefined;
  return fills ? addFilled(input, column) : addPlain(input, column);
}

function isStored(clause: CutClause, { context }: PartInput): boolean {
  return context.version < 18 || clause.fields.generated_kind === "s";
}

const constraintTypes = new Set([
  "CONSTR_CHECK",
  "CONSTR_UNIQUE",
  "CONSTR_PRIMARY",
  "CONSTR_FOREIGN",
  "CONSTR_EXCLUSION",
]);

/** The rows need no value of their own: the column is added with its default, its constraints afterwards. */
function addPlain(input: PartInput, column: CutColumn): Part {
  const hasValue = column.clauses.some(({ contype }) => contype === "CONSTR_DEFAULT" || contype === "CONSTR_GENERATED");
  const isVirtual = column.clauses.some(({ contype }) => contype === "CONSTR_GENERATED");
  const isKey = column.clauses.some(({ contype }) => contype === "CONSTR_PRIMARY");
  const saysNotNull = isKey || column.clauses.some(({ contype }) => contype === "CONSTR_NOTNULL");
  if (saysNotNull && !hasValue) {
    return refuse(
      `${column.name} is NOT NULL without a default: one row is enough for it to fail, so give it a default`,
    );
  }
  const stays = ({ contype, attributes }: CutClause) =>
    (!constraintTypes.has(contype) && !(isVirtual && contype === "CONSTR_NOTNULL")) ||
    (contype === "CONSTR_FOREIGN" && !hasValue) ||
    attributes.some((one) => one.contype === "CONSTR_ATTR_NOT_ENFORCED");
  const head = [column.head, ...column.clauses.filter(stays).map(({ text }) => text)].join(" ");
  const parts = column.clauses.filter((clause) => !stays(clause)).map((clause) => clausePart(input, column, clause));
  const refused = parts.find(({ kind }) => kind === "refuse");
  if (refused !== undefined) return refused;
  return joined(input, head, parts);
}

function clausePart(input: PartInput, column: CutColumn, { fields, contype, text, attributes }: CutClause): Part {
  if (contype === "CONSTR_NOTNULL") return split(notNullRecipe(input, column.name));
  return constraintPart(withColumn(input, column.name), {
    fields,
    definition: withoutName(text),
    column: column.name,
    attributes,
  });
}

/** The new column counts as NOT NULL where a key needs to know: it is seen to before. */
function withColumn(input: PartInput, name: string): PartInput {
  const { relation } = input.target;
  if (relation === undefined) return input;
  const columns = new Map(relation.columns);
  columns.set(name, { name, notNull: true, inherited: false });
  return { ...input, target: { ...input.target, relation: { ...relation, columns } } };
}

/** What can be NOT VALID comes with the column; what has to wait for it comes behind. */
function joined({ alter }: PartInput, head: string, parts: readonly Part[]): Part {
  const splits = parts.flatMap((part) => (part.kind === "split" ? [part] : []));
  const quick = splits.filter(({ before }) => before.length === 0);
  const slow = splits.filter(({ before }) => before.length > 0);
  return split({
    inline: [head, ...quick.flatMap(({ inline }) => inline)],
    after: [
      ...quick.flatMap(({ after }) => after),
      ...slow.flatMap(({ before, inline, after }) => [
        ...before,
        ...(inline.length === 0 ? [] : [own(`${alter} ${inline.join(", ")}`, "Takes over what was built.")]),
        ...after,
      ]),
    ],
    because: splits.map(({ because }) => because).join(" "),
    caveats: splits.flatMap(({ caveats }) => caveats),
  });
}

/** Every row gets a value of its own: new rows by a default, the old ones in batches, then the promises. */
function addFilled(input: PartInput, column: CutColumn): Part {
  const obstacle = whyNotFillable(input.target, input.context);
  if (obstacle !== undefined) return refuse(obstacle);
  const filler = columnFiller(input, column);
  if (filler.kind === "refuse") return filler;
  const isNotNull = column.clauses.some(({ contype }) =>
    ["CONSTR_NOTNULL", "CONSTR_PRIMARY", "CONSTR_IDENTITY"].includes(contype),
  );
  const parts = column.clauses
    .filter(({ contype }) => constraintTypes.has(contype))
    .map((clause) => clausePart(input, column, clause));
  const refused = parts.find(({ kind }) => kind === "refuse");
  if (refused !== undefined) return refused;
  const written = stringOf(column.clauses.find(({ contype }) => contype === "CONSTR_NOTNULL")?.fields.conname);
  const isNull = nullTest(column.type, input.context);
  const recipe = () =>
    notNullRecipe(input, column.name, {
      isNull,
      written: written === undefined ? undefined : quoteIdentifier(written),
    });
  const notNull = isNotNull || column.type.isSerial ? [split(recipe())] : [];
  const where = `${column.name} ${isNull.is}`;
  const steps: readonly StepDraft[] = [
    filler.begin,
    ...backfillSteps(
      input.target,
      {
        set: `${column.name} = default`,
        where,
        because: "Gives the rows that were there a value each, under row locks alone.",
      },
      input.context,
    ),
    // NOT NULL proves it by itself.
    ...(notNull.length === 0 ? [proofOfFill(input.target, { where })] : []),
    ...[...notNull, ...parts].flatMap((part) => stepsOf(part, input.alter)),
    ...filler.end,
  ];
  return split({
    before: steps,
    because: `${plainName(column.name)} gets a value of its own in every row: the table is written anew.`,
    caveats: [
      ...filler.caveats,
      ...triggerCaveat(input),
      ...parts.flatMap((part) => (part.kind === "split" ? part.caveats : [])),
    ],
  });
}

function stepsOf(part: Part, alter: string): readonly StepDraft[] {
  if (part.kind !== "split") return [];
  const { before, inline, after } = part;
  const adds =
    inline.length === 0 ? [] : [own(`${alter} ${inline.join(", ")}`, "New rows are held to it from here on.")];
  return [...before, ...adds, ...after];
}

export function triggerCaveat({ target }: Pick<PartInput, "target">): readonly string[] {
  const triggers = [...(target.relation?.triggers.keys() ?? [])];
  if (target.relation === undefined) return [`Triggers of ${target.sql} fire for the rows that are filled in.`];
  if (triggers.length === 0) return [];
  return [
    `The triggers of ${target.sql} (${triggers.join(", ")}) fire for the rows that are filled in, as they would not when PostgreSQL writes the table anew.`,
  ];
}
