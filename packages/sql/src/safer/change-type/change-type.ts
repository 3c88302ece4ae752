import { isConstrained, resolveType } from "../../effects/column-types/type-name.js";
import { relationName } from "../../effects/picture/relation.js";
import { respell, splitName } from "../../effects/picture/spelled-name.js";
import { fieldsOf, isFields } from "../../parse/parse-tree.js";
import { quoteLiteral } from "../../write/quote-literal.js";
import { triggerCaveat } from "../alter-table/add-column.js";
import { type NotNullRecipe, notNullRecipe } from "../alter-table/not-null.js";
import { type Part, type PartInput, refuse, split } from "../alter-table/part.js";
import { backfillSteps, proofOfFill } from "../backfill.js";
import { ofRow } from "../null-test.js";
import { own, type StepDraft } from "../safer-answer.js";
import { plainName } from "../safer-context.js";
import { whyNotFillable } from "../why-not-fillable.js";
import { type Carried, carryAll } from "./carried-parts.js";
import { columnNotes } from "./column-notes.js";
import { beginDualWrite, type DualWrite, dualWriteOf, endDualWrite } from "./dual-write.js";
import { readShadowColumn, type ShadowColumn } from "./shadow-column.js";
import { whyNotInTrigger } from "./using-columns.js";

/** ALTER COLUMN TYPE: a second column of the new type, kept alike by a trigger, filled in batches, then put in place. */
export function changeType(input: PartInput): Part {
  const { relation } = input.target;
  const { course } = input.context;
  if (relation !== undefined && course.isChanged(relation)) {
    return refuse(
      `statements before it change or make ${input.target.sql}, of which the catalog then no longer tells everything: put it into a file of its own, to be looked at when they have run`,
    );
  }
  const shadow = readShadowColumn(input);
  if (shadow === undefined) return refuse("what stands on the column is not known: pass a catalog");
  const obstacle = obstacleTo(shadow, input);
  if (obstacle !== undefined) return refuse(obstacle);
  const dual = dualWriteOf(shadow, input.context);
  if ("last" in dual) return refuse(`the trigger ${dual.last} changes rows, and none can come behind it by its name`);
  const carried = carryAll(shadow, input.context);
  return "obstacle" in carried ? refuse(carried.obstacle) : planned(input, shadow, dual, carried);
}

/** Why the column cannot be put aside for another; undefined when it can. */
function obstacleTo(shadow: ShadowColumn, { command, context, target }: PartInput): string | undefined {
  const { table, column, entry } = shadow;
  const { picture, grammar, catalog } = context;
  if (table.kind !== "table")
    return "a partitioned table would need the column in each partition, with every index attached";
  if (table.children.size > 0 || table.parents.size > 0) return "the column is shared with a parent or children";
  if (table.ofType !== undefined) return "the table's columns are those of a type";
  if (entry.generated !== undefined) return "a generated column is computed, not copied";
  if (entry.storage !== undefined || entry.compression !== undefined) {
    return "the column has a STORAGE or COMPRESSION of its own, of which the new type may keep or lose either";
  }
  const uses = (text: string | undefined) =>
    text !== undefined && new RegExp(`(?<![\\w"])${escaped(column)}(?![\\w"])`).test(text);
  if ([...table.columns.values()].some(({ generated }) => uses(generated?.expression))) {
    return "a generated column is computed from it";
  }
  const user = [...picture.relations.values()].find(
    ({ definition }) => uses(definition) && definition?.includes(table.bare) === true,
  );
  if (user !== undefined) {
    return `${relationName(user)} seems to use the column: PostgreSQL refuses to change its type while a view does`;
  }
  const parts = [...table.policies.values(), ...table.rules.values()];
  if (parts.some(({ text }) => uses(text)) || [...table.triggers.values()].some(({ definition }) => uses(definition))) {
    return "a policy, rule or trigger seems to name the column, which makes PostgreSQL refuse the change";
  }
  if ([...table.statistics.values()].some(({ text }) => uses(text))) return "extended statistics are kept of it";
  const published = catalog?.publications.some(({ tables }) =>
    tables.some(
      (one) => respell(one.table) === relationName(table) && one.columns?.map(respell).includes(column) === true,
    ),
  );
  if (published === true) return "a publication names the column";
  const definition = fieldsOf(command.def, "ColumnDef");
  const unseen = whyNotInTrigger(definition?.raw_default, shadow, target);
  if (unseen !== undefined) return unseen;
  if (isFields(definition?.typeName) && isConstrained(resolveType(definition.typeName, picture), picture, grammar)) {
    return "the new type is a domain with constraints, which makes PostgreSQL write every row anew for any new column";
  }
  return whyNotFillable(target, context);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function planned(input: PartInput, shadow: ShadowColumn, dual: DualWrite, carried: Carried): Part {
  const { context, target, alter } = input;
  const { column, notNull, using } = shadow;
  const recipe: NotNullRecipe = notNull
    ? notNullRecipe(input, shadow.shadow, { isNull: shadow.isNull })
    : { inline: [], after: [] };
  const value = using === undefined ? column : `(${using})`;
  const where = `${shadow.shadow} ${shadow.isNull.is} and ${value} ${using === undefined ? shadow.wasNull.isNot : ofRow.isNot}`;
  const steps: readonly StepDraft[] = [
    beginning(input, shadow, dual),
    ...backfillSteps(
      target,
      {
        set: `${shadow.shadow} = ${using ?? column}`,
        where,
        because: "Gives the rows that were there their value in the new type, under row locks alone.",
      },
      context,
    ),
    proofOfFill(target, { where }),
    ...recipe.inline.map((text) => own(`${alter} ${text}`, "New rows are held to it.")),
    ...recipe.after,
    ...carried.before,
    swap(input, shadow, dual, { ...carried, recipe }),
  ];
  return split({
    before: steps,
    because: `The type of ${column} changes: rows are written anew, or indexes and CHECKs are gone through.`,
    caveats: [
      `${column} comes to stand behind the other columns: code that counts on their order (SELECT *, INSERT without a list, COPY) sees that.`,
      `Until the end the table has a column ${shadow.shadow} besides; ${using === undefined ? "the value is assigned" : "what stands behind USING"} once more for each row that is written.`,
      `Until the last step it can be given up: drop the trigger, its function and the column ${shadow.shadow}.`,
      ...(using === undefined
        ? []
        : ["Until then USING is evaluated with the rights of the role that runs the first step, whoever writes."]),
      "Plans that return the column are made anew when it changes its type; code that expects the old type has to be ready for both.",
      "What looks for the column by its number or refers to it in a way the catalog does not tell (functions' texts, logical replication) is not carried over.",
      ...triggerCaveat(input),
    ],
  });
}

function beginning(input: PartInput, shadow: ShadowColumn, dual: DualWrite): StepDraft {
  return own(
    `${input.alter} add column ${shadow.shadow} ${shadow.type};
${beginDualWrite(shadow, dual, input)}`,
    "The second column; from here on every row that is written has its value in both.",
  );
}

/** The moment of the change: no row is read or written. */
function swap(
  { alter, context }: PartInput,
  shadow: ShadowColumn,
  dual: DualWrite,
  { unhook, hook, recipe }: Carried & { readonly recipe: Partial<NotNullRecipe> },
): StepDraft {
  const { sql, column, table, entry, hasDefault } = shadow;
  const owned = [...table.sequences].filter((one) => one.ownedBy?.column === column && one.isIdentity !== true);
  const identity = identityOf(shadow, context);
  const statements = [
    ...endDualWrite(shadow, dual),
    ...owned.map((one) => `alter sequence ${relationName(one)} owned by ${sql}.${shadow.shadow}`),
    ...(hasDefault ? [`${alter} alter column ${shadow.shadow} set default ${entry.default}`] : []),
    ...identity.unhook,
    ...unhook,
    `${alter} drop column ${column}`,
    ...hook,
    `${alter} rename column ${shadow.shadow} to ${column}`,
    ...identity.hook,
    ...notNullName(shadow, recipe),
    ...columnNotes(shadow, context.catalog!),
  ];
  return own(
    statements.join(";\n"),
    "The new column takes the place of the old one, with its default, indexes, constraints, comments and rights.",
  );
}

/** An identity cannot move: the new column gets one of its own, which goes on where the old one stands. */
function identityOf({ sql, shadow, entry, table }: ShadowColumn, context: PartInput["context"]) {
  const { identity } = entry;
  if (identity === undefined) return { unhook: [], hook: [] };
  const old = respell(identity.sequence);
  const bare = context.names.relation(table.schema, plainName(old), undefined, "new");
  const sequence = `${table.schema}.${bare}`;
  const settings = [
    `sequence name ${sequence}`,
    `increment by ${identity.increment}`,
    ...edge("minvalue", identity.minimum, identity.type, identity.increment),
    ...edge("maxvalue", identity.maximum, identity.type, identity.increment),
    `start with ${identity.start}`,
    `cache ${identity.cache}`,
    identity.cycle ? "cycle" : "no cycle",
  ].join(" ");
  return {
    unhook: [
      `alter table ${sql} alter column ${shadow} add generated ${identity.generation} as identity (${settings})`,
      `select setval(${quoteLiteral(sequence)}, last_value, is_called) from ${old}`,
    ],
    hook: [`alter sequence ${sequence} rename to ${splitName(old).bare}`],
  };
}

const widest: Readonly<Record<string, readonly [string, string]>> = {
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "2147483647"],
  bigint: ["-9223372036854775808", "9223372036854775807"],
};

/** An end that was that of the old type becomes that of the new one, as ALTER SEQUENCE … AS does it. */
function edge(word: "minvalue" | "maxvalue", value: string, type: string, increment: string): readonly string[] {
  const usual =
    word === "minvalue"
      ? increment.startsWith("-")
        ? widest[type]?.[0]
        : "1"
      : increment.startsWith("-")
        ? "-1"
        : widest[type]?.[1];
  return value === usual ? [] : [`${word} ${value}`];
}

/** Since PostgreSQL 18 NOT NULL has a name, which stays the old one's. */
function notNullName({ table, column, sql }: ShadowColumn, { name }: Partial<NotNullRecipe>): readonly string[] {
  const old = [...table.constraints.values()].find(
    ({ kind, columns }) => kind === "not null" && columns.includes(column),
  );
  return old === undefined || name === undefined ? [] : [`alter table ${sql} rename constraint ${name} to ${old.name}`];
}
