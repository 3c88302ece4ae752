import { parseType } from "../../effects/column-types/type-name.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { type NullTest, nullTest, ofValue } from "../null-test.js";
import { own, type StepDraft } from "../safer-answer.js";
import { plainName, type SaferContext, type Target } from "../safer-context.js";
import { namedBy } from "./named-by.js";
import { type Part, type PartInput, split } from "./part.js";

/** Since then NOT NULL is a constraint that can be NOT VALID. */
const notValidSince = 18;

export interface NotNullRecipe {
  /** Of the constraint that stays, since PostgreSQL 18. As SQL. */
  readonly name?: string;
  readonly inline: readonly string[];
  readonly after: readonly StepDraft[];
}

export interface SaidOfColumn {
  /** The name somebody wrote, as SQL; before PostgreSQL 18 it is forgotten. */
  readonly written?: string | undefined;
  /** Of a column that the table does not have yet. */
  readonly isNull?: NullTest;
}

/** Makes a column NOT NULL without reading the table under ACCESS EXCLUSIVE. `column`: as SQL. */
export function notNullRecipe(
  { target, alter, context }: Pick<PartInput, "target" | "alter" | "context">,
  column: string,
  said: SaidOfColumn = {},
): NotNullRecipe {
  return context.version >= notValidSince
    ? byConstraint({ target, alter, context }, column, said)
    : byCheck({ target, alter, context }, column, said);
}

interface Place {
  readonly target: Target;
  readonly alter: string;
  readonly context: SaferContext;
}

function byConstraint({ target, alter, context }: Place, column: string, { written }: SaidOfColumn): NotNullRecipe {
  const existing = [...(target.relation?.constraints.values() ?? [])].find(
    ({ kind, columns }) => kind === "not null" && columns.includes(column),
  );
  const name =
    existing?.name ?? written ?? context.names.constraint(target.schema, target.bare, plainName(column), "not_null");
  return {
    name,
    inline: existing === undefined ? [`add constraint ${name} not null ${column} not valid`] : [],
    after: [own(`${alter} validate constraint ${name}`, `Reads the rows while others read and write them.`)],
  };
}

function byCheck({ target, alter, context }: Place, column: string, { isNull }: SaidOfColumn): NotNullRecipe {
  const name = context.names.constraint(target.schema, target.bare, plainName(column), "not_null");
  const children = target.relation === undefined || target.relation.children.size > 0;
  const noInherit = target.only && children ? " no inherit" : "";
  const { isNot } = isNull ?? testOf(column, { target, context });
  return {
    inline: [`add constraint ${name} check (${column} ${isNot})${noInherit} not valid`],
    after: [
      own(`${alter} validate constraint ${name}`, "Reads the rows while others read and write them."),
      own(
        `${alter} alter column ${column} set not null;\n${alter} drop constraint ${name}`,
        "The valid CHECK proves NOT NULL, so that no row is read; then it has done its work.",
      ),
    ],
  };
}

/** NOT NULL asks a composite value whether it is there, not its fields. */
function testOf(column: string, { target, context }: Pick<Place, "target" | "context">): NullTest {
  const type = target.relation?.columns.get(column)?.type;
  return type === undefined ? ofValue : nullTest(parseType(type, context.picture, context.grammar), context);
}

export function setNotNull(input: PartInput): Part {
  const column = quoteIdentifier(namedBy(input.command));
  return split({ ...notNullRecipe(input, column), because: `${column} is made NOT NULL: every row is looked at.` });
}
