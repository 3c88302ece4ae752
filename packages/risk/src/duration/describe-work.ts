import type { IndexBuild, Operation } from "@confiture/model";
import type { RelationFacts } from "../facts/relation-facts.js";
import type { CalibrationEnvironment } from "./calibration.js";
import type { Doubts } from "./doubts.js";
import { columnNamed, indexWork } from "./index-work.js";
import { isMachineWord } from "./key-class.js";
import { rowWork } from "./row-work.js";
import { lookedAt, scanned } from "./scanned-columns.js";
import { copyWork, expressionWork, foreignKeyWork, removeWork, rewriteWork, scanWork } from "./table-work.js";
import { type Work, work } from "./work.js";

export interface DescribedWork {
  readonly works: readonly Work[];
  readonly caveats: readonly string[];
  /** What takes time that nobody can tell. */
  readonly unpriced: readonly string[];
}

export interface WorkContext {
  /** By qualified name. */
  readonly relations: ReadonlyMap<string, RelationFacts>;
  readonly environment: CalibrationEnvironment;
}

/** What an operation is in terms of work that has a price. What cannot be counted is said, never guessed at in silence. */
export function describeWork(operation: Operation, context: WorkContext): DescribedWork {
  const doubts: Doubts = { caveats: [], unpriced: [] };
  const { caveats, unpriced } = doubts;
  const known = (names: readonly string[]) => knownRelations(names, context, doubts);
  const works = [
    ...rewrites(operation, known(operation.effect.rewrites), caveats),
    ...operation.effect.indexBuilds.flatMap((build) => buildWork(build, known([build.table]), context, doubts)),
    ...validations(operation, known, context),
    ...foreignKey(operation, known, context),
    ...removals(operation, known),
    ...rowWork(operation, known, context.environment, doubts),
  ];
  if (operation.effect.certainty === "unknown") unpriced.push(`${operation.kind}: not understood, so not estimated`);
  if (operation.effect.waits.length > 0) {
    caveats.push("waits for transactions of others, which are not in the estimate");
  }
  const nothingElse = works.length === 0;
  return {
    works: nothingElse ? [work("statement", operation.on?.name ?? operation.kind, {})] : works,
    caveats,
    unpriced,
  };
}

function knownRelations(
  names: readonly string[],
  context: WorkContext,
  { caveats, unpriced }: Doubts,
): readonly RelationFacts[] {
  return names.flatMap((name) => {
    const facts = context.relations.get(name);
    if (facts === undefined) unpriced.push(`nothing is known of ${name}: the work on it is not in the estimate`);
    if (facts === undefined || facts.rows >= 0) return facts ?? [];
    caveats.push(`${name} was never analyzed: its rows are reckoned from its bytes`);
    return { ...facts, rows: facts.heapBytes / (facts.rowWidth > 0 ? facts.rowWidth : usualRowWidth) };
  });
}

/** Bytes of a row when nothing is known of it but that it is one. */
const usualRowWidth = 100;

function rewrites(operation: Operation, relations: readonly RelationFacts[], caveats: string[]): readonly Work[] {
  if (relations.length === 0) return [];
  switch (operation.kind) {
    case "vacuum_full":
      return relations.map((relation) => copyWork(relation, { sorted: false }));
    case "cluster":
      return relations.map((relation) => copyWork(relation, { sorted: !isInOrder(operation, relation) }));
    case "set_tablespace":
    case "move_tablespace":
      caveats.push("the other tablespace is taken to be as fast as the one that was measured");
      return relations.map((relation) => copyWork(relation, { sorted: false }));
    case "set_unlogged":
      caveats.push("an unlogged table is written without the log, and therefore sooner than estimated");
      return relations.map((relation) => rewriteWork(relation, "rewrite"));
    default:
      return relations.flatMap((relation) => [
        rewriteWork(relation, "rewrite"),
        ...(computes(operation, relation) ? [expression(relation, caveats, familyOf(operation))] : []),
      ]);
  }
}

/** Kinds that write rows anew with values that come out of an expression. */
const computing: ReadonlySet<string> = new Set(["add_column", "alter_column_type", "set_expression", "add_identity"]);

/** Not counted where one machine word becomes another one. */
function computes(operation: Operation, relation: RelationFacts): boolean {
  const cast = operation.effect.requires.find((required) => required.kind === "castable");
  if (cast?.kind !== "castable" || cast.using !== undefined) return computing.has(operation.kind);
  const from = columnNamed(relation, cast.column)?.type;
  return from === undefined || !isMachineWord(from) || !isMachineWord(cast.type);
}

/** A default that makes ADD COLUMN write all rows anew is a volatile one: it makes a value for each. */
function familyOf({ kind }: Operation): "expression" | "freshValue" {
  return kind === "add_column" || kind === "add_identity" ? "freshValue" : "expression";
}

function expression(
  relation: RelationFacts,
  caveats: string[],
  family: "expression" | "freshValue" = "expression",
): Work {
  caveats.push(
    `${relation.relation}: what its expression takes for each row is not known; bounds are those of usual ones`,
  );
  return expressionWork(relation, family);
}

/** Rows that lie in the order of the index already are read through it, without a sort. */
function isInOrder(operation: Operation, relation: RelationFacts): boolean {
  const index = operation.effect.indexBuilds.find(({ index }) => index !== undefined && index === operation.part);
  const column = index?.columns[0];
  const facts = relation.columnFacts?.find((facts) => facts.column === column);
  return (facts?.correlation ?? 0) > 0.99;
}

function buildWork(
  build: IndexBuild,
  [relation]: readonly RelationFacts[],
  { environment }: WorkContext,
  { caveats, unpriced }: Doubts,
): readonly Work[] {
  if (relation === undefined) return [];
  const existing = relation.indexes.find(({ index }) => index === build.index);
  const on = build.index ?? `new index of ${relation.relation}`;
  const built = indexWork(relation, { on, method: build.method, columns: build.columns, existing, environment });
  if (built === undefined) {
    unpriced.push(`what an index of method ${build.method} takes was never measured: it is not in the estimate`);
    return [];
  }
  if (relation.columnFacts === undefined && existing === undefined) {
    caveats.push(`${relation.relation}: without facts on columns, the keys of the index count as text that differs`);
  }
  const works = [built];
  const known = build.columns.every((column) => columnNamed(relation, column) !== undefined);
  // What is no column is an expression.
  if (!known && relation.columnFacts !== undefined) works.push(expression(relation, caveats));
  if (build.concurrently)
    works.push(work("concurrently", on, { rows: relation.rows, pages: relation.heapBytes / 8192 }));
  return works;
}

type Known = (names: readonly string[]) => readonly RelationFacts[];

/** A rewrite looks at the rows in passing, so that only relations that stay as they are get a scan of their own. */
function validations(operation: Operation, known: Known, { environment }: WorkContext): readonly Work[] {
  const { effect } = operation;
  return effect.scans
    .filter(({ relation }) => !effect.rewrites.includes(relation))
    .flatMap(({ relation, why }) => {
      if (why !== "check" && why !== "not_null" && why !== "partition_bound") return [];
      return known([relation]).map((facts) =>
        scanWork(facts, { environment, evaluates: why !== "not_null", ...lookedAt(facts, operation) }),
      );
    });
}

function foreignKey(operation: Operation, known: Known, { environment }: WorkContext): readonly Work[] {
  const names = scanned(operation, "foreign_key");
  if (names.length === 0) return [];
  const keys = operation.effect.requires.flatMap((required) => (required.kind === "foreign_key" ? required : []));
  const referencedNames = keys.length > 0 ? keys.map(({ references }) => references) : names.slice(-1);
  const [others, parents] = [known(names.filter((name) => !referencedNames.includes(name))), known(referencedNames)];
  if (others.length + parents.length === 0) return [];
  const referencing = others.length > 0 ? others : parents;
  const column = keys[0]?.columns[0];
  const indexed = column !== undefined && referencing.every((facts) => isReadThroughIndex(facts, column));
  return [foreignKeyWork({ referencing, referenced: parents, environment, indexed })];
}

/** A page read out of order is priced at four times one read in order (`random_page_cost`). */
function isReadThroughIndex({ indexes, heapBytes }: RelationFacts, column: string): boolean {
  return indexes.some(({ keyColumns, bytes }) => keyColumns?.[0] === column && 4 * bytes <= heapBytes);
}

function removals(operation: Operation, known: Known): readonly Work[] {
  if (operation.kind === "truncate") return known(operation.effect.fileSwaps).map(removeWork);
  if (operation.kind !== "drop_table" && operation.kind !== "drop_materialized_view") return [];
  return known(operation.on === undefined ? [] : [operation.on.name]).map(removeWork);
}
