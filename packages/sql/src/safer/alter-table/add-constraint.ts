import { shapeOf } from "../../effects/picture/index-shape.js";
import { hasStorage, isPartitioned, relationName, withDescendants } from "../../effects/picture/relation.js";
import { fieldsOf, listOf, stringNode, stringOf } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { own } from "../safer-answer.js";
import { type AddedConstraint, type ConstraintInput, columnsOf, nameOr, withoutName } from "./added-constraint.js";
import { keyByIndex } from "./key-by-index.js";
import { notNullRecipe } from "./not-null.js";
import { type Part, type PartInput, refuse, split } from "./part.js";

/** ADD CONSTRAINT and its short forms. */
export function addConstraint(input: PartInput): Part {
  const fields = fieldsOf(input.command.def, "Constraint") ?? {};
  const text = input.context.cut.text.slice(input.context.cut.offset(fields.location), input.end).trim();
  return constraintPart(input, { fields, definition: withoutName(text), attributes: [] });
}

export function constraintPart(input: ConstraintInput, added: AddedConstraint): Part {
  switch (added.fields.contype) {
    case "CONSTR_CHECK":
      return addCheck(input, added);
    case "CONSTR_FOREIGN":
      return addForeignKey(input, added);
    case "CONSTR_NOTNULL":
      return addNotNull(input, added);
    case "CONSTR_UNIQUE":
    case "CONSTR_PRIMARY":
      return added.fields.indexname === undefined ? keyByIndex(input, added) : nullableKey(input, added);
    case "CONSTR_EXCLUSION":
      return refuse("an exclusion constraint can neither be NOT VALID nor take over an index built beforehand");
    default:
      return refuse("this kind of constraint is not known");
  }
}

function addCheck({ context, target, alter }: ConstraintInput, added: AddedConstraint): Part {
  const { fields, definition } = added;
  const columns = [...new Set(columnsOf(fields.raw_expr))];
  const name = nameOr(fields, () =>
    context.names.constraint(target.schema, target.bare, columns.length === 1 ? columns[0] : undefined, "check"),
  );
  return split({
    inline: [`add constraint ${name} ${definition} not valid`],
    after: [own(`${alter} validate constraint ${name}`, "Reads the rows while others read and write them.")],
    because: `The CHECK ${name} is added: every row is looked at.`,
  });
}

function addForeignKey(input: ConstraintInput, added: AddedConstraint): Part {
  const { context, target, alter } = input;
  const { fields, column } = added;
  const columns =
    column === undefined ? listOf(fields.fk_attrs).flatMap((one) => stringNode(one) ?? []) : [plain(column)];
  const name = nameOr(fields, () => context.names.foreignKey(target.schema, target.bare, columns));
  const definition = column === undefined ? added.definition : `foreign key (${column}) ${added.definition}`;
  const because = `The foreign key ${name} is added: every row is looked up in the table it refers to.`;
  if (target.relation !== undefined && isPartitioned(target.relation) && context.version < 18) {
    return keyOfPartitions(input, { name, definition, because, columns });
  }
  const validate = "Looks every row up while others read and write; the table referred to is locked ROW SHARE.";
  return split({
    inline: [`add constraint ${name} ${definition} not valid`],
    after: [own(`${alter} validate constraint ${name}`, validate)],
    because,
  });
}

/** Before PostgreSQL 18 a partitioned table refuses NOT VALID; its partitions do not, and a valid one is taken over. */
function keyOfPartitions(
  { target }: ConstraintInput,
  key: {
    readonly name: string;
    readonly definition: string;
    readonly because: string;
    readonly columns: readonly string[];
  },
): Part {
  const { name, definition, because } = key;
  const leaves = withDescendants(target.relation!).filter(hasStorage);
  const quoted = key.columns.map(quoteIdentifier).join();
  const isDone = leaves.every((leaf) =>
    [...leaf.constraints.values()].some(
      (one) => one.kind === "foreign key" && one.validated && one.name === name && one.columns.join() === quoted,
    ),
  );
  if (isDone) return { kind: "keep" };
  const before = leaves.flatMap((leaf) => {
    const alter = `alter table ${relationName(leaf)}`;
    return [
      own(
        `${alter} add constraint ${name} ${definition} not valid`,
        "New rows are held to it; old ones are not read yet.",
      ),
      own(`${alter} validate constraint ${name}`, "Looks every row up while others read and write."),
    ];
  });
  return split({ before, inline: [`add constraint ${name} ${definition}`], because });
}

/** PostgreSQL 18: `ADD [CONSTRAINT name] NOT NULL column`. */
function addNotNull(input: ConstraintInput, { fields, definition }: AddedConstraint): Part {
  const column = quoteIdentifier(stringNode(listOf(fields.keys)[0]) ?? "");
  const because = `${column} is made NOT NULL: every row is looked at.`;
  const name = stringOf(fields.conname);
  if (name === undefined) return split({ ...notNullRecipe(input, column), because });
  const quoted = quoteIdentifier(name);
  return split({
    inline: [`add constraint ${quoted} ${definition} not valid`],
    after: [own(`${input.alter} validate constraint ${quoted}`, "Reads the rows while others read and write them.")],
    because,
  });
}

/** PRIMARY KEY USING INDEX over nullable columns reads the table to prove NOT NULL. */
function nullableKey(input: ConstraintInput, { fields, definition }: AddedConstraint): Part {
  const { context, target, alter } = input;
  const wanted = quoteIdentifier(stringOf(fields.indexname) ?? "");
  const index = [...(target.relation?.indexes ?? [])].find(({ bare }) => bare === wanted);
  const columns = index === undefined ? undefined : shapeOf(index, context.grammar).columns;
  if (columns === undefined) return refuse(`which columns the index ${wanted} has is not known: pass a catalog`);
  const nullable = columns.filter((column) => target.relation?.columns.get(column)?.notNull !== true);
  const before = nullable.flatMap((column) => {
    const { inline, after } = notNullRecipe(input, column);
    return [...inline.map((text) => own(`${alter} ${text}`, `New rows must have ${column}.`)), ...after];
  });
  const name = stringOf(fields.conname);
  const head = name === undefined ? "" : `constraint ${quoteIdentifier(name)} `;
  return split({
    before,
    inline: [`add ${head}${definition}`],
    because: "A primary key reads every row to prove NOT NULL.",
  });
}

function plain(column: string): string {
  return column.startsWith('"') ? column.slice(1, -1).replaceAll('""', '"') : column;
}
