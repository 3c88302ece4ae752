import type { ColumnFacts, IndexFacts, RelationFacts } from "../facts/relation-facts.js";
import type { CalibrationEnvironment } from "./calibration.js";
import { expectedWidth, type KeyClass, keyClass } from "./key-class.js";
import { buildWorkers } from "./parallel-workers.js";
import { pagesOf } from "./relation-size.js";
import { type Work, work } from "./work.js";

export interface IndexWorkOptions {
  /** What to call it in the factors. */
  readonly on: string;
  readonly method: string;
  /** Key columns, as an effect names them. */
  readonly columns: readonly string[];
  /** The index as it was, where it is built anew. */
  readonly existing?: IndexFacts;
  readonly environment: CalibrationEnvironment;
}

/** What building one index over a relation takes; undefined for an access method nobody has measured. */
export function indexWork(relation: RelationFacts, options: IndexWorkOptions): Work | undefined {
  const keys = keysOf(relation, options);
  switch (options.method) {
    case "btree":
      return btreeWork(relation, keys, options);
    case "gin": {
      const width = sum(keys.map(({ width }) => width));
      return inParallel(work("gin", options.on, {}), relation, options, {
        rows: relation.rows,
        keyMegabytes: (relation.rows * width) / 2 ** 20,
        differentMegabytes: sum(keys.map(differentBytes)) / 2 ** 20,
      });
    }
    case "brin":
      return inParallel(work("brin", options.on, {}), relation, options, { rows: relation.rows });
    case "hash":
    case "gist":
    case "spgist": {
      const comparisons = relation.rows * log2(relation.rows);
      return work(options.method, options.on, { rows: relation.rows, pages: pagesOf(relation), comparisons });
    }
    default:
      return undefined;
  }
}

function inParallel(one: Work, relation: RelationFacts, options: IndexWorkOptions, shared: Work["shared"]): Work {
  const workers = buildWorkers(options.method, relation.heapBytes, options.environment);
  return { ...one, shared: { pages: pagesOf(relation), ...shared }, workers };
}

/** Elements of arrays and words of texts repeat although no two whole values are alike; what a document holds need not. */
function differentBytes({ type, distinct, width }: Key): number {
  return type?.endsWith("[]") === true || type === "tsvector" ? 0 : distinct * width;
}

interface Key {
  readonly type: string | undefined;
  readonly class: KeyClass;
  readonly width: number;
  readonly distinct: number;
  readonly ordered: boolean;
}

function keysOf(relation: RelationFacts, { columns, existing, environment }: IndexWorkOptions): readonly Key[] {
  const width = existing === undefined ? undefined : widthFromBytes(relation.rows, existing);
  return columns.map((column, position) => {
    const facts = columnNamed(relation, column);
    const type = facts?.type ?? existing?.keyTypes[position];
    return {
      type,
      class: type === undefined ? "text" : keyClass(type, environment),
      width: facts?.averageWidth ?? width ?? (type === undefined ? 32 : expectedWidth(type)),
      distinct: Math.max(1, Math.min(facts?.distinct ?? relation.rows, relation.rows)),
      ordered: (facts?.correlation ?? 0) > wholeOrder,
    };
  });
}

/** Rows that lie in order all along are recognized by the sort after one comparison a row (`pg_qsort`). */
const wholeOrder = 0.9999;

export function columnNamed(relation: RelationFacts, name: string): ColumnFacts | undefined {
  const bare = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
  return relation.columnFacts?.find(({ column }) => column === bare);
}

/** Bytes of one key, from an index that is nine tenths full. */
function widthFromBytes(rows: number, { bytes, keyTypes }: IndexFacts): number | undefined {
  if (rows < 1) return undefined;
  return Math.max(1, (bytes * leafFill) / rows - tupleOverhead) / Math.max(1, keyTypes.length);
}

const leafFill = 0.9;
/** Line pointer and index tuple header (`itup.h`). */
const tupleOverhead = 12;

function btreeWork(relation: RelationFacts, keys: readonly Key[], options: IndexWorkOptions): Work {
  const { rows } = relation;
  const { environment } = options;
  const [first, second] = keys;
  const workers = buildWorkers("btree", relation.heapBytes, environment);
  const tupleBytes = 8 + 8 * Math.ceil(sum(keys.map(({ width }) => width)) / 8);
  const fits = rows * (tupleBytes + 24) <= environment.maintenanceWorkMemBytes && workers === 0;
  const ordered = first?.ordered === true;
  // Every comparison looks at the first key; those of equal ones go on to the second, or to the rows' addresses.
  const comparisons = ordered ? rows : rows * log2(rows);
  const ties = ordered ? 0 : rows * (log2(rows) - log2(first?.distinct ?? rows));
  const entries = work("btree", options.on, {
    workers: workers > 0 ? 1 : 0,
    spilledMegabytes: fits ? 0 : (rows * tupleBytes) / 2 ** 20,
    indexMegabytes: indexBytes(rows, tupleBytes, keys) / 2 ** 20,
  });
  const shared: Record<string, number> = { pages: pagesOf(relation), rows, tieComparisons: ties };
  const count = (key: Key | undefined, times: number) => {
    const term = `${key?.class ?? "text"}Comparisons`;
    shared[term] = (shared[term] ?? 0) + times;
    if (term !== "textComparisons") return;
    shared.comparedMegabytes = (shared.comparedMegabytes ?? 0) + (times * (key?.width ?? 32)) / 2 ** 20;
  };
  count(first, comparisons);
  if (second !== undefined) count(second, ties);
  return { ...entries, shared, workers };
}

/** Duplicates share one tuple with a list of six-byte addresses (deduplication, from 13 on). */
function indexBytes(rows: number, tupleBytes: number, keys: readonly Key[]): number {
  const distinct = Math.min(
    rows,
    keys.reduce((product, key) => product * key.distinct, 1),
  );
  const plain = rows * (tupleBytes + 4);
  const deduplicated = distinct * (tupleBytes + 4) + rows * 6;
  return Math.min(plain, deduplicated) / leafFill;
}

const log2 = (count: number) => Math.log2(Math.max(2, count));
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
