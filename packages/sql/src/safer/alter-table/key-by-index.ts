import { distinctNames } from "../../effects/names/index-column-names.js";
import { joinedColumns } from "../../effects/names/object-name.js";
import { hasStorage, isPartitioned, type Relation, relationName } from "../../effects/picture/relation.js";
import { fieldsIn, listOf, stringNode, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { optionText } from "../../parse/read-options.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { alone, own, type StepDraft } from "../safer-answer.js";
import { plainName, type Target, targetOf } from "../safer-context.js";
import { type AddedConstraint, type ConstraintInput, nameOr } from "./added-constraint.js";
import { notNullRecipe } from "./not-null.js";
import { type Part, refuse, split } from "./part.js";

const invalidLeftOver =
  "When CREATE INDEX CONCURRENTLY fails (a duplicate, a deadlock, a cancel), it leaves an invalid index: drop it and run the step again.";

const declaredBelow =
  "On PostgreSQL 18 the NOT NULL of the key's columns counts as declared in each partition too, not as inherited alone: it stays when the partition is detached, as it does anyway.";

interface Key {
  readonly isPrimary: boolean;
  /** As SQL. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly including: readonly string[];
  /** Column list and what follows it: INCLUDE, NULLS NOT DISTINCT, WITH, TABLESPACE. */
  readonly shape: string;
  /** ` deferrable initially deferred`, or nothing. */
  readonly deferral: string;
}

/** UNIQUE and PRIMARY KEY: the index is built CONCURRENTLY, then the constraint takes it over. */
export function keyByIndex(input: ConstraintInput, added: AddedConstraint): Part {
  const { target, context } = input;
  const { fields } = added;
  if (fields.without_overlaps === true) {
    return refuse("a key WITHOUT OVERLAPS is an exclusion constraint, which cannot take over an index");
  }
  const isPartitionedTable = target.relation !== undefined && isPartitioned(target.relation);
  // Behind ONLY nothing is built for a partitioned table.
  if (isPartitionedTable && target.only) return { kind: "keep" };
  const key = readKey(input, added);
  const because = `${key.isPrimary ? "A primary key" : "A unique constraint"} builds its index while nobody reads or writes the table.`;
  if (isPartitionedTable) {
    const caveats = [invalidLeftOver, ...(key.isPrimary && context.version >= 18 ? [declaredBelow] : [])];
    return split({ before: partitionedKey(input, key), because, caveats });
  }
  const before = [...notNullSteps(input, key), buildIndex(target, key)];
  return split({
    before,
    inline: [takeOver(key)],
    because,
    caveats: [invalidLeftOver],
  });
}

function readKey({ context, target }: ConstraintInput, { fields, column, attributes }: AddedConstraint): Key {
  const isPrimary = fields.contype === "CONSTR_PRIMARY";
  const columns = column === undefined ? namesIn(fields.keys) : [column];
  const including = namesIn(fields.including);
  const name = nameOr(fields, () => chosenName(target, { isPrimary, columns: [...columns, ...including] }, context));
  if (stringOf(fields.conname) !== undefined) context.names.take(target.schema, plainName(name));
  const options = fieldsIn(fields.options, "DefElem").map(
    (option) => `${stringOf(option.defname) ?? ""} = ${optionText(option.arg) ?? "true"}`,
  );
  const space = stringOf(fields.indexspace);
  const shape = [
    `(${columns.join(", ")})`,
    ...(including.length === 0 ? [] : [`include (${including.join(", ")})`]),
    ...(fields.nulls_not_distinct === true ? ["nulls not distinct"] : []),
    ...(options.length === 0 ? [] : [`with (${options.join(", ")})`]),
    ...(space === undefined ? [] : [`tablespace ${quoteIdentifier(space)}`]),
  ].join(" ");
  return { isPrimary, name, columns, including, shape, deferral: deferralOf(fields, attributes) };
}

function chosenName(
  { schema, bare }: Target,
  { isPrimary, columns }: Pick<Key, "isPrimary" | "columns">,
  { names }: ConstraintInput["context"],
): string {
  if (isPrimary) return names.relation(schema, bare, undefined, "pkey", { isConstraint: true });
  return names.relation(schema, bare, joinedColumns(distinctNames(columns.map(plainName))), "key", {
    isConstraint: true,
  });
}

function deferralOf(fields: TreeFields, attributes: readonly TreeFields[]): string {
  const has = (attribute: string) => attributes.some(({ contype }) => contype === attribute);
  const initially = fields.initdeferred === true || has("CONSTR_ATTR_DEFERRED");
  if (!initially && fields.deferrable !== true && !has("CONSTR_ATTR_DEFERRABLE")) return "";
  return initially ? " deferrable initially deferred" : " deferrable";
}

/** A primary key makes its columns NOT NULL; those that may be NULL yet are seen to first. */
function notNullSteps(input: ConstraintInput, { isPrimary, columns }: Key): readonly StepDraft[] {
  if (!isPrimary) return [];
  return columns
    .filter((column) => input.target.relation?.columns.get(column)?.notNull !== true)
    .flatMap((column) => {
      const { inline, after } = notNullRecipe(input, column);
      return [...inline.map((text) => own(`${input.alter} ${text}`, `New rows must have ${column}.`)), ...after];
    });
}

function buildIndex(target: Target, { name, shape }: Key): StepDraft {
  return alone(
    `create unique index concurrently ${name} on ${target.sql} ${shape}`,
    "Builds the index while others read and write the table.",
  );
}

function takeOver({ name, isPrimary, deferral }: Key): string {
  return `add constraint ${name} ${isPrimary ? "primary key" : "unique"} using index ${name}${deferral}`;
}

/** A partitioned table takes over no index: its own constraint begins empty, and those of the partitions join it. */
function partitionedKey(input: ConstraintInput, key: Key): readonly StepDraft[] {
  const root = input.target.relation!;
  const steps: StepDraft[] = [...notNullSteps(input, key), emptyKey(root, key)];
  joinPartitions({ input, key, parent: root, parentKey: key }, steps);
  return steps;
}

function emptyKey(table: Relation, { name, isPrimary, shape, deferral }: Key): StepDraft {
  const kind = isPrimary ? "primary key" : "unique";
  return own(
    `alter table only ${relationName(table)} add constraint ${name} ${kind} ${shape}${deferral}`,
    "Adds the constraint to the partitioned table alone; it is not valid until every partition has joined.",
  );
}

interface Joining {
  readonly input: ConstraintInput;
  readonly key: Key;
  readonly parent: Relation;
  readonly parentKey: Key;
}

function joinPartitions({ input, key, parent, parentKey }: Joining, steps: StepDraft[]): void {
  // The columns of INCLUDE count in a chosen name.
  const columns = [...key.columns, ...key.including];
  for (const child of parent.children) {
    const target = targetOf(child);
    const name = chosenName(target, { isPrimary: key.isPrimary, columns }, input.context);
    const childKey: Key = { ...key, name };
    if (hasStorage(child)) {
      steps.push(buildIndex(target, childKey));
      steps.push(own(`alter table ${target.sql} ${takeOver(childKey)}`, "The constraint takes the index over."));
    } else {
      steps.push(emptyKey(child, childKey));
      joinPartitions({ input, key, parent: child, parentKey: childKey }, steps);
    }
    steps.push(
      own(
        `alter index ${parent.schema}.${parentKey.name} attach partition ${child.schema}.${name}`,
        "The partition's constraint joins that of the partitioned table.",
      ),
    );
  }
}

function namesIn(list: TreeFields[string]): readonly string[] {
  return listOf(list).flatMap((one) => {
    const name = stringNode(one);
    return name === undefined ? [] : quoteIdentifier(name);
  });
}
