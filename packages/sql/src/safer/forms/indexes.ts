import { indexNameAddition } from "../../effects/names/index-column-names.js";
import { shapeOf } from "../../effects/picture/index-shape.js";
import {
  hasStorage,
  type Index,
  isPartitioned,
  type Relation,
  relationName,
  withDescendants,
} from "../../effects/picture/relation.js";
import { isFields, listOf, stringOf } from "../../parse/parse-tree.js";
import { nameFromObject } from "../../parse/read-names.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";
import { alone, alreadySafe, none, own, type SaferDraft, type StepDraft } from "../safer-answer.js";
import { notThere, plainName, readTarget, type SaferContext, targetOf } from "../safer-context.js";

const invalidLeftOver =
  "When it fails (a duplicate, a deadlock, a cancel), it leaves an invalid index: drop it and run the step again.";

/** CREATE INDEX: CONCURRENTLY, on a partitioned table partition by partition. */
export function saferCreateIndex(context: SaferContext): SaferDraft {
  const { fields, cut } = context;
  if (fields.concurrent === true) return alreadySafe("CONCURRENTLY lets others read and write the table.");
  const target = readTarget(fields.relation, context);
  const { relation } = target;
  if (relation === undefined && context.catalog !== undefined) return notThere(target, context);
  const written = stringOf(fields.idxname);
  const isThere =
    written !== undefined &&
    context.picture.findIndex({ schema: plainName(target.schema), name: written }) !== undefined;
  if (isThere && fields.if_not_exists === true) return alreadySafe("The index is there already.");
  if (relation !== undefined && isPartitioned(relation)) {
    if (target.only) return alreadySafe("ON ONLY a partitioned table builds nothing.");
    return onPartitions(context, relation);
  }
  const at = cut.findWord("index");
  if (at === undefined) return none("its text could not be cut apart with certainty");
  const sql = `${cut.text.slice(0, at)}index concurrently${cut.text.slice(at + "index".length)}`;
  return {
    kind: "safer",
    steps: [alone(sql.trim(), "Builds the index while others read and write the table.")],
    because: `CREATE INDEX keeps writers of ${target.sql} waiting until it is built.`,
    caveats: [
      invalidLeftOver,
      ...(relation === undefined ? [`${target.sql} is not partitioned: CONCURRENTLY would be refused there.`] : []),
    ],
  };
}

/** An empty index on the partitioned table, one CONCURRENTLY on each partition, and each of those attached. */
function onPartitions(context: SaferContext, root: Relation): SaferDraft {
  const { fields, cut, names } = context;
  const addition = indexNameAddition(fields, context.version);
  const from = cut.behindName(isFields(fields.relation) ? fields.relation.location : 0);
  const shape = cut.text.slice(from).trim();
  const unique = fields.unique === true ? "unique " : "";
  const target = targetOf(root);
  const unread = withDescendants(root).find((one) => [...one.indexes].some(isOnlyOfFile));
  if (unread !== undefined) {
    return none(
      `statements before it make an index of ${relationName(unread)}: whether PostgreSQL would take it for this one is not known; put it into a file of its own`,
    );
  }
  const written = stringOf(fields.idxname);
  const name =
    written === undefined ? names.relation(target.schema, target.bare, addition, "idx") : quoteIdentifier(written);
  const steps: StepDraft[] = [];
  const caveats = new Set([invalidLeftOver]);
  const emptyOn = (table: Relation, index: string) =>
    own(
      `create ${unique}index ${index} on only ${relationName(table)} ${shape}`,
      "Makes the index of the partitioned table alone: nothing is built, and it is not valid until every partition has its own.",
    );
  const below = (parent: Relation, parentIndex: string) => {
    for (const child of parent.children) {
      const one = targetOf(child);
      const existing = sameIndex(child, context);
      const index = existing?.bare ?? names.relation(one.schema, one.bare, addition, "idx");
      if (existing === undefined && hasStorage(child)) {
        const sql = `create ${unique}index concurrently ${index} on ${one.sql} ${shape}`;
        steps.push(alone(sql, "Builds the partition's index while others read and write it."));
      } else if (existing === undefined) {
        steps.push(emptyOn(child, index));
        below(child, index);
      } else caveats.add(`${relationName(existing)} is taken for the index of ${one.sql}, as PostgreSQL does.`);
      steps.push(
        own(
          `alter index ${parent.schema}.${parentIndex} attach partition ${child.schema}.${index}`,
          "The partition's index joins that of the partitioned table.",
        ),
      );
    }
  };
  steps.push(emptyOn(root, name));
  below(root, name);
  return {
    kind: "safer",
    steps,
    because: `CREATE INDEX keeps writers of ${target.sql} and all its partitions waiting until the last index is built.`,
    caveats: [...caveats],
  };
}

/** Made by a statement before, so that no catalog prints it. */
function isOnlyOfFile({ definition }: Index): boolean {
  return definition === undefined;
}

/** An index of a partition that fits already and belongs to no other. */
function sameIndex(child: Relation, { fields, grammar }: SaferContext): Index | undefined {
  const wanted = signature(fields);
  return [...child.indexes].find((index) => {
    if (index.parent !== undefined || !index.valid || index.constraint !== undefined) return false;
    const node = index.definition === undefined ? undefined : grammar.statements(index.definition)?.[0];
    return node !== undefined && signature(node.fields) === wanted;
  });
}

/** What two indexes must have in common, without names and places. */
function signature(fields: SaferContext["fields"]): string {
  const { indexParams, indexIncludingParams, whereClause, accessMethod, unique, nulls_not_distinct } = fields;
  return JSON.stringify(
    [indexParams, indexIncludingParams, whereClause, accessMethod ?? "btree", unique, nulls_not_distinct],
    (key, value: unknown) => (key === "location" ? undefined : value),
  );
}

/** DROP INDEX: CONCURRENTLY, one statement an index. */
export function saferDropIndex(context: SaferContext): SaferDraft {
  const { fields, picture } = context;
  if (fields.concurrent === true) return alreadySafe("CONCURRENTLY lets others read and write the table.");
  const names = listOf(fields.objects).map((object) => nameFromObject(object) ?? { name: "" });
  const found = names.map((name) => picture.findIndex(name));
  if (fields.behavior === "DROP_CASCADE") return none("with CASCADE an index cannot be dropped CONCURRENTLY");
  if (found.some((index) => index !== undefined && (isPartitioned(index.table) || index.parent !== undefined))) {
    return none(
      "the index of a partitioned table cannot be dropped CONCURRENTLY; the lock is short, only the wait for it is not",
    );
  }
  const ifExists = fields.missing_ok === true ? "if exists " : "";
  return {
    kind: "safer",
    steps: names.map((name, position) => {
      const index = found[position];
      const sql = index === undefined ? quoteQualified(name) : relationName(index);
      return alone(
        `drop index concurrently ${ifExists}${sql}`,
        "Waits for those who use the index without keeping others from the table.",
      );
    }),
    because: "DROP INDEX waits for ACCESS EXCLUSIVE on the table, and everybody behind it waits too.",
    caveats: found.includes(undefined)
      ? ["No index of a partitioned table is among them: CONCURRENTLY would be refused there."]
      : [],
  };
}

/** REFRESH MATERIALIZED VIEW CONCURRENTLY, where a unique index over plain columns tells the rows apart. */
export function saferRefresh(context: SaferContext): SaferDraft {
  const { fields, cut, catalog, grammar } = context;
  if (fields.concurrent === true) return alreadySafe("CONCURRENTLY lets others read the view.");
  const target = readTarget(fields.relation, context);
  if (fields.skipData === true) return none("WITH NO DATA empties the view; there is nothing to do beside it");
  const view = catalog?.materializedViews.find(({ name }) => name === target.sql);
  if (target.relation === undefined || view === undefined) {
    return none("whether the view has a unique index is not known: pass a catalog");
  }
  if (!view.populated && context.course.isChanged(target.relation)) {
    return none("whether the view holds rows by then is not known: CONCURRENTLY needs it to");
  }
  if (!view.populated) return alreadySafe("The view holds no rows yet, so that nobody reads it.");
  const isFit = (index: Index) => {
    const shape = shapeOf(index, grammar);
    return index.unique && index.valid && !shape.hasExpressions && shape.where === undefined;
  };
  if (![...target.relation.indexes].some(isFit)) {
    return none(`${target.sql} has no unique index over plain columns; make one, then REFRESH … CONCURRENTLY works`);
  }
  const head = /^refresh\s+materialized\s+view/i.exec(cut.text)?.[0];
  if (head === undefined) return none("its text could not be cut apart with certainty");
  return {
    kind: "safer",
    steps: [
      own(
        `${head} concurrently${cut.text.slice(head.length)}`.trim(),
        "Changes only the rows that differ, while others read the view.",
      ),
    ],
    because: `REFRESH keeps everybody from reading ${target.sql} until the query has run.`,
    caveats: ["It takes longer, and only one refresh runs at a time."],
  };
}
