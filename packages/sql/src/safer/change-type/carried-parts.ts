import { shapeOf } from "../../effects/picture/index-shape.js";
import { type Constraint, type Index, type Relation, relationName } from "../../effects/picture/relation.js";
import type { PartInput } from "../alter-table/part.js";
import { alone, own, type StepDraft } from "../safer-answer.js";
import { plainName, targetOf } from "../safer-context.js";
import { respellInCheck, respellInForeignKey, respellInIndex, respellInList } from "../text/respell-column.js";
import type { ShadowColumn } from "./shadow-column.js";

/** What stands on a column, made anew on its shadow: steps beforehand, and statements for the moment of the change. */
export interface Carried {
  readonly before: readonly StepDraft[];
  /** While the old column is there. */
  readonly unhook: readonly string[];
  /** Once it is gone, the shadow still under its own name. */
  readonly hook: readonly string[];
}

/** A part of the table that cannot be made anew beside the old one. */
export interface Obstacle {
  readonly obstacle: string;
}

const nothing: Carried = { before: [], unhook: [], hook: [] };

export function carryAll(shadow: ShadowColumn, context: PartInput["context"]): Carried | Obstacle {
  const { table, column } = shadow;
  const indexes = [...table.indexes].filter((index) => shapeOf(index, context.grammar).uses.has(column));
  const constraints = [...table.constraints.values()].filter(({ columns }) => columns.includes(column));
  const incoming = [...table.referencedBy].filter(({ from, key }) => from !== table && refersTo(key, shadow));
  return join([
    ...indexes.map((index) => carryIndex(index, shadow, context)),
    ...constraints.map((one) => carryConstraint(one, shadow, context)),
    ...incoming.map(({ from, key }) => carryIncoming(from, key, shadow, context)),
  ]);
}

function join(parts: readonly (Carried | Obstacle)[]): Carried | Obstacle {
  const carried: Carried[] = [];
  for (const part of parts) {
    if ("obstacle" in part) return part;
    carried.push(part);
  }
  return together(carried);
}

function together(parts: readonly Carried[]): Carried {
  return {
    before: parts.flatMap(({ before }) => before),
    unhook: parts.flatMap(({ unhook }) => unhook),
    hook: parts.flatMap(({ hook }) => hook),
  };
}

function refersTo(key: Constraint, { column, table }: ShadowColumn): boolean {
  if (key.referencedColumns !== undefined) return key.referencedColumns.includes(column);
  return [...table.constraints.values()].some((one) => one.kind === "primary key" && one.columns.includes(column));
}

function temporary(name: string, schema: string, context: PartInput["context"]): string {
  return context.names.relation(schema, plainName(name), undefined, "new", { isConstraint: true });
}

function carryIndex(index: Index, shadow: ShadowColumn, context: PartInput["context"]): Carried | Obstacle {
  const { constraint, table, definition = "" } = index;
  if (constraint?.kind === "exclude") return { obstacle: "an exclusion constraint uses the column" };
  const entry = context.catalog?.indexes.find((one) => one.definition === definition);
  if (index.clustered || entry?.replicaIdentity === true) {
    return { obstacle: `the index ${index.bare} is the table's CLUSTER ON or REPLICA IDENTITY` };
  }
  if (!index.valid) return { obstacle: `the index ${index.bare} is not valid` };
  const made = respellInIndex(definition, { from: shadow.column, to: shadow.shadow }, context.grammar);
  const using = made === undefined ? -1 : made.search(/\bUSING\b/);
  if (made === undefined || using === -1) return { obstacle: `the definition of ${index.bare} is not understood` };
  const name = temporary(index.bare, index.schema, context);
  const build = alone(
    `create ${index.unique ? "unique " : ""}index concurrently ${name} on ${relationName(table)} ${made.slice(using)}`,
    `The index ${index.bare} for the new column, built while others read and write.`,
  );
  const qualified = `${index.schema}.${name}`;
  if (constraint === undefined)
    return { before: [build], unhook: [], hook: [`alter index ${qualified} rename to ${index.bare}`] };
  const deferral = / DEFERRABLE( INITIALLY DEFERRED)?/.exec(constraint.definition ?? "")?.[0].toLowerCase() ?? "";
  const takeOver = `alter table ${shadow.sql} add constraint ${constraint.name} ${constraint.kind} using index ${name}${deferral}`;
  return { before: [build], unhook: [], hook: [takeOver] };
}

function carryConstraint(one: Constraint, shadow: ShadowColumn, context: PartInput["context"]): Carried | Obstacle {
  const { definition } = one;
  if (one.kind === "not null" || one.index !== undefined) return nothing;
  if (definition === undefined || one.inherited) return { obstacle: `${one.name} is inherited` };
  const column = { from: shadow.column, to: shadow.shadow };
  if (one.references === shadow.table) return { obstacle: `the foreign key ${one.name} refers to the table itself` };
  const made =
    one.kind === "foreign key"
      ? respellInForeignKey(definition, column)
      : respellInCheck(definition, column, context.grammar);
  if (made === undefined) return { obstacle: `the definition of ${one.name} is not understood` };
  return carriedConstraint(shadow.table, one, made, context);
}

function carryIncoming(
  from: Relation,
  key: Constraint,
  shadow: ShadowColumn,
  context: PartInput["context"],
): Carried | Obstacle {
  const { definition } = key;
  if (definition === undefined || from.partition !== undefined || from.kind !== "table") {
    return { obstacle: `the foreign key ${key.name} of ${relationName(from)} belongs to a partition or its parent` };
  }
  const references = definition.search(/\bREFERENCES\b/);
  const made = respellInList(definition, references, { from: shadow.column, to: shadow.shadow });
  const carried = carriedConstraint(from, key, made, context);
  return { ...carried, unhook: [`alter table ${relationName(from)} drop constraint ${key.name}`] };
}

function carriedConstraint(
  table: Relation,
  one: Constraint,
  definition: string,
  context: PartInput["context"],
): Carried {
  const { schema, sql } = targetOf(table);
  const name = temporary(one.name, schema, context);
  const head = `alter table ${sql} add constraint ${name} ${definition.replace(/ NOT VALID$/, "")}`;
  const isEnforced = one.enforced;
  return {
    before: [
      own(isEnforced ? `${head} not valid` : head, `${one.name} for the new column: new rows are held to it.`),
      ...(one.validated && isEnforced
        ? [own(`alter table ${sql} validate constraint ${name}`, "Reads the rows while others read and write them.")]
        : []),
    ],
    unhook: [],
    hook: [`alter table ${sql} rename constraint ${name} to ${one.name}`],
  };
}
