import { indexNameAddition } from "../../effects/names/index-column-names.js";
import { checkExpression } from "../../effects/picture/check-expression.js";
import { MatchingIndexes } from "../../effects/picture/matching-index.js";
import { hasStorage, type Index, isPartitioned, type Relation, relationName } from "../../effects/picture/relation.js";
import { fieldsIn, fieldsOf, isFields, listOf, type TreeFields } from "../../parse/parse-tree.js";
import { type Part, type PartInput, refuse, split } from "../alter-table/part.js";
import { alone, none, own, type SaferDraft, type StepDraft } from "../safer-answer.js";
import { plainName, readTarget, type SaferContext, targetOf } from "../safer-context.js";
import { boundCondition, type PartitionKey, readPartitionKey } from "./partition-bound.js";
import { sameCondition } from "./same-expression.js";

/** DETACH PARTITION: CONCURRENTLY, since PostgreSQL 14. */
export function detachPartition(input: PartInput): Part {
  const { context, target, text } = input;
  const given = fieldsOf(input.command.def, "PartitionCmd") ?? {};
  if (given.concurrent === true) return { kind: "keep" };
  if (context.version < 14) return refuse("DETACH PARTITION … CONCURRENTLY came with PostgreSQL 14");
  const partition = readTarget(given.name, context);
  const parent = target.relation;
  if ([...(parent?.children ?? [])].some((one) => one.partition?.isDefault === true)) {
    return refuse("beside a default partition DETACH cannot be CONCURRENTLY");
  }
  if (parent === undefined || partition.relation === undefined) {
    return refuse("which CHECK the detached partition would be left with is not known: pass a catalog");
  }
  const columns = columnsOfBounds(parent, context);
  if (columns === undefined) {
    return refuse(
      "which CHECK the detached partition would be left with can only be said for ranges and lists of one key",
    );
  }
  const column = columns.size === 1 ? plainName([...columns][0]!) : undefined;
  const check = context.names.constraint(partition.schema, partition.bare, column, "check");
  return split({
    before: [
      alone(
        `alter table ${target.sql} ${text} concurrently`,
        "Waits for those who use the table without keeping others from it.",
      ),
      own(
        `alter table ${partition.sql} drop constraint if exists ${check}`,
        "CONCURRENTLY leaves the old bound behind as a CHECK, which DETACH does not.",
      ),
    ],
    because: `DETACH PARTITION locks ${target.sql} ACCESS EXCLUSIVE.`,
    caveats: ["When it is interrupted, DETACH PARTITION … FINALIZE brings it to its end."],
  });
}

/**
 * The columns of the CHECK that stands for a partition's bound: those its parent is partitioned by, and where that is a
 * partition itself, those of the tables above. As SQL; undefined where they cannot be told.
 */
function columnsOfBounds(parent: Relation, context: SaferContext): ReadonlySet<string> | undefined {
  const columns = new Set<string>();
  for (let above: Relation | undefined = parent; above !== undefined; above = above.partition?.of) {
    const key = readPartitionKey(above, context);
    // A default partition's bound is what the others leave, which may be nothing to check.
    if (key === undefined || above.partition?.isDefault === true) return undefined;
    for (const column of key.columns) columns.add(column);
  }
  return columns;
}

/** ATTACH PARTITION: what it would build or read under its locks is built and proved before. */
export function attachPartition(input: PartInput): Part {
  const { context, target, text } = input;
  const given = fieldsOf(input.command.def, "PartitionCmd") ?? {};
  const partition = readTarget(given.name, context);
  const [parent, child] = [target.relation, partition.relation];
  if (parent === undefined || child === undefined) return refuse("the partition key is not known: pass a catalog");
  if (!hasStorage(child)) return refuse("the partition has partitions of its own; attach those to it first");
  const unread = [...parent.indexes, ...parent.constraints.values()].some(
    (one) => one.definition === undefined && !("kind" in one && one.kind !== "foreign key"),
  );
  if (unread)
    return refuse(`statements before it give ${target.sql} indexes or foreign keys that no catalog prints yet`);
  const key = readPartitionKey(parent, context);
  const condition =
    key === undefined ? undefined : boundCondition(isFields(given.bound) ? given.bound : {}, key, context.cut);
  if (key === undefined || condition === undefined) {
    return refuse(
      "only bounds by a range or list of one column or expression, in its own collation and operator class, can be said as a CHECK",
    );
  }
  const proofs = [
    ...proof(child, condition, context),
    ...defaultsOf(parent).flatMap((one) => proof(one, `not (${condition})`, context)),
  ];
  const before = [
    ...missingIndexes(parent, child, context),
    ...missingKeys(parent, child),
    ...proofs.flatMap(({ add }) => add),
  ];
  if (before.length === 0) return { kind: "keep" };
  return split({
    before: [
      ...before,
      own(
        `alter table ${target.sql} ${text}`,
        "What the bound promises is proved, and every index is there: nothing is read or built.",
      ),
      ...proofs.map(({ drop }) => own(drop, "The CHECK has done its work.")),
    ],
    because: `ATTACH PARTITION reads all of ${partition.sql} to prove its bound.`,
  });
}

function defaultsOf(parent: Relation): readonly Relation[] {
  return [...parent.children].filter((one) => one.partition?.isDefault === true);
}

interface Proof {
  readonly add: readonly StepDraft[];
  readonly drop: string;
}

/** A valid CHECK from which PostgreSQL sees that no row has to be read; none when there is one already. */
function proof(table: Relation, condition: string, context: SaferContext): readonly Proof[] {
  const isProved = [...table.constraints.values()].some((one) => {
    const text = one.kind === "check" && one.validated ? checkExpression(one) : undefined;
    return text !== undefined && sameCondition(text, condition, context.grammar);
  });
  if (isProved) return [];
  const target = targetOf(table);
  const name = context.names.constraint(target.schema, target.bare, undefined, "bound_check");
  return [
    {
      add: [
        own(
          `alter table ${target.sql} add constraint ${name} check (${condition}) not valid`,
          "New rows are held to the bound.",
        ),
        own(
          `alter table ${target.sql} validate constraint ${name}`,
          "Reads the rows while others read and write them.",
        ),
      ],
      drop: `alter table ${target.sql} drop constraint ${name}`,
    },
  ];
}

/** The indexes that ATTACH would build, under the names it would choose. */
function missingIndexes(parent: Relation, child: Relation, context: SaferContext): readonly StepDraft[] {
  const own = new MatchingIndexes(child, context.grammar);
  return [...parent.indexes].flatMap((wanted) =>
    own.take(wanted) === undefined ? buildLike(wanted, child, context) : [],
  );
}

function buildLike(wanted: Index, child: Relation, context: SaferContext): readonly StepDraft[] {
  const definition = wanted.definition ?? "";
  const node = context.grammar.statements(definition)?.[0];
  const using = /\bUSING\b/.exec(definition)?.index;
  if (node === undefined || using === undefined) return [];
  const { schema, bare, sql } = targetOf(child);
  const kind = wanted.constraint?.kind;
  const label = kind === "primary key" ? "pkey" : kind === "unique" ? "key" : "idx";
  const addition = kind === "primary key" ? undefined : indexNameAddition(node.fields, context.version);
  const name = context.names.relation(schema, bare, addition, label, { isConstraint: kind !== undefined });
  const unique = wanted.unique ? "unique " : "";
  const build = alone(
    `create ${unique}index concurrently ${name} on ${sql} ${definition.slice(using)}`,
    "ATTACH would build it while nobody reads or writes the partition.",
  );
  if (kind === undefined) return [build];
  const takeOver = `alter table ${sql} add constraint ${name} ${kind} using index ${name}`;
  return [build, own(takeOver, "The constraint takes the index over.")];
}

/** Foreign keys that ATTACH would prove. */
function missingKeys(parent: Relation, child: Relation): readonly StepDraft[] {
  const sql = relationName(child);
  return [...parent.constraints.values()].flatMap((key) => {
    if (key.kind !== "foreign key" || key.definition === undefined) return [];
    const isThere = [...child.constraints.values()].some(
      (one) => one.kind === "foreign key" && one.validated && one.definition === key.definition,
    );
    if (isThere) return [];
    return [
      own(
        `alter table ${sql} add constraint ${key.name} ${key.definition} not valid`,
        "New rows are held to it; old ones are not read yet.",
      ),
      own(`alter table ${sql} validate constraint ${key.name}`, "Looks every row up while others read and write."),
    ];
  });
}

/** CREATE TABLE … PARTITION OF: a table of its own first, which is then attached under a weaker lock. */
export function saferCreatePartition(context: SaferContext): SaferDraft {
  const { fields, version } = context;
  const [first] = fieldsIn(fields.inhRelations, "RangeVar");
  const parent = readTarget(first, context);
  if (parent.relation === undefined) return none("the partitioned table is not known: pass a catalog");
  if (!isPartitioned(parent.relation)) return none(`${parent.sql} is not partitioned`);
  if (fields.if_not_exists === true)
    return none("with IF NOT EXISTS it is not said which of the steps are to be passed over");
  if (listOf(fields.tableElts).length > 0) return none("columns and constraints of its own cannot be had from LIKE");
  const pieces = cutCreation(context, first);
  if (pieces === undefined) return none("its text could not be cut apart with certainty");
  const key = readPartitionKey(parent.relation, context);
  const bound: TreeFields = isFields(fields.partbound) ? fields.partbound : {};
  if (bound.is_default === true)
    return none("a default partition is attached as it is created: make it a table by itself, and attach it, by hand");
  const others = defaultsOf(parent.relation);
  const proofs = key === undefined ? [] : others.flatMap((one) => defaultProof(one, bound, key, context));
  if (others.length > 0 && proofs.length === 0) {
    return none(
      "what the default partition must not hold can only be said for a range or list of one column or expression, in its own collation and operator class",
    );
  }
  const compression = version >= 14 ? " including compression" : "";
  const created = readTarget(fields.relation, context);
  return {
    kind: "safer",
    steps: [
      ...proofs.flatMap(({ add }) => add),
      own(
        `${pieces.create} (like ${parent.sql} including defaults including generated including constraints including storage${compression})${pieces.rest}`,
        "A table by itself: nobody waits.",
      ),
      own(
        `alter table ${parent.sql} attach partition ${created.sql} ${pieces.bound}`,
        `Locks ${parent.sql} SHARE UPDATE EXCLUSIVE; the new table is empty.`,
      ),
      ...proofs.map(({ drop }) => own(drop, "The CHECK has done its work.")),
    ],
    because: `CREATE TABLE … PARTITION OF locks ${parent.sql} ACCESS EXCLUSIVE.`,
    caveats:
      others.length === 0
        ? []
        : [`The default partition is locked ACCESS EXCLUSIVE while the new one is attached, but not read.`],
  };
}

function defaultProof(table: Relation, bound: TreeFields, key: PartitionKey, context: SaferContext): readonly Proof[] {
  const condition = boundCondition(bound, key, context.cut);
  return condition === undefined ? [] : proof(table, `not (${condition})`, context);
}

/** `create table name`, `for values …`, and what follows the bound. */
function cutCreation({ fields, cut }: SaferContext, parent: TreeFields | undefined) {
  const created = isFields(fields.relation) ? fields.relation : {};
  const create = cut.text.slice(0, cut.behindName(created.location)).trim();
  const bound = isFields(fields.partbound) ? fields.partbound : {};
  const begin = cut.findWord("for", cut.behindName(parent?.location));
  if (begin === undefined || cut.offset(bound.location) < begin) return undefined;
  const end = cut.behindParentheses(cut.findWord("to", cut.offset(bound.location)) ?? cut.offset(bound.location));
  const rest = cut.text.slice(end).trim();
  return { create, bound: cut.text.slice(begin, end).trim(), rest: rest === "" ? "" : ` ${rest}` };
}
