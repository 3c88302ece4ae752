import type { RelationFacts } from "../facts/relation-facts.js";
import type { CalibrationEnvironment } from "./calibration.js";
import { megabytes, pagesOf, staysCached } from "./relation-size.js";
import type { LookedAt } from "./scanned-columns.js";
import { type Work, work } from "./work.js";

export interface ScanWorkOptions extends LookedAt {
  readonly environment: CalibrationEnvironment;
  /** Whether an expression is evaluated for each row, as for CHECK and unlike for NOT NULL. */
  readonly evaluates: boolean;
  /** Whether the pages come out of the server's own cache; by default those of a relation that it would keep. */
  readonly cached?: boolean;
}

export function scanWork(relation: RelationFacts, options: ScanWorkOptions): Work {
  const cached = options.cached ?? staysCached(relation, options.environment);
  return work("scan", relation.relation, {
    pages: pagesOf(relation),
    uncachedPages: cached ? 0 : pagesOf(relation),
    rows: relation.rows,
    evaluations: options.evaluates ? relation.rows : 0,
    evaluatedMegabytes: options.evaluates ? megabytes(relation.rows * options.bytes) : 0,
    fields: relation.rows * options.fields,
  });
}

export function queryWork(relation: RelationFacts): Work {
  return work("query", relation.relation, { pages: pagesOf(relation), rows: relation.rows });
}

export function expressionWork(relation: RelationFacts, family: "expression" | "freshValue" = "expression"): Work {
  return work(family, relation.relation, { rows: relation.rows });
}

export function rewriteWork(relation: RelationFacts, family: "rewrite" | "insert"): Work {
  return work(family, relation.relation, {
    rows: relation.rows,
    fields: relation.rows * relation.columns,
    megabytes: megabytes(relation.heapBytes),
    toastMegabytes: megabytes(relation.toastBytes),
  });
}

/** VACUUM FULL; with `sorted`, CLUSTER on an index whose order the rows do not have yet. */
export function copyWork(relation: RelationFacts, { sorted }: { readonly sorted: boolean }): Work {
  return work("copy", relation.relation, {
    rows: relation.rows,
    megabytes: megabytes(relation.heapBytes),
    toastMegabytes: megabytes(relation.toastBytes),
    sorted: sorted ? relation.rows * Math.log2(Math.max(2, relation.rows)) : 0,
    sortedMegabytes: sorted ? megabytes(relation.heapBytes) : 0,
  });
}

export interface ForeignKeyWorkOptions {
  readonly referencing: readonly RelationFacts[];
  readonly referenced: readonly RelationFacts[];
  readonly environment: CalibrationEnvironment;
  /** Whether each referencing table has an index that begins with the key. */
  readonly indexed: boolean;
}

/** The anti-join of `RI_Initial_Check`: never parallel, with `maintenance_work_mem` for its hash table. */
export function foreignKeyWork(options: ForeignKeyWorkOptions): Work {
  const { referencing, referenced, environment, indexed } = options;
  const rows = total(referencing, ({ rows }) => rows);
  const referencedRows = total(referenced, ({ rows }) => rows);
  const on = referencing[0]?.relation ?? referenced[0]?.relation ?? "?";
  if (indexed) return work("foreignKey", on, { orderedRows: rows, orderedReferencedRows: referencedRows });
  const spills = referencedRows * hashedRowBytes > environment.maintenanceWorkMemBytes;
  return work("foreignKey", on, {
    rows,
    referencedRows,
    farLookups: rows * Math.log2(1 + (referencedRows * hashedRowBytes) / processorCacheBytes),
    pages: total([...referencing, ...referenced], pagesOf),
    spilledMegabytes: spills ? megabytes((rows + referencedRows) * hashedRowBytes) : 0,
  });
}

/** What a processor keeps near one core, give or take; from there on each lookup waits for memory more often. */
const processorCacheBytes = 2 * 2 ** 20;

/** A key of eight bytes with its header in a hash join. */
const hashedRowBytes = 48;

export function updateWork(relation: RelationFacts): Work {
  return work("update", relation.relation, {
    rows: relation.rows,
    megabytes: megabytes(relation.heapBytes),
    indexRows: relation.rows * relation.indexes.length,
  });
}

export function deleteWork(relation: RelationFacts): Work {
  return work("delete", relation.relation, { rows: relation.rows, pages: pagesOf(relation) });
}

export function vacuumWork(relation: RelationFacts): Work {
  const indexBytes = relation.indexes.reduce((sum, { bytes }) => sum + bytes, 0);
  return work("vacuum", relation.relation, { pages: pagesOf(relation), indexMegabytes: megabytes(indexBytes) });
}

export function analyzeWork(relation: RelationFacts, environment: CalibrationEnvironment): Work {
  const target = Number(environment.settings.default_statistics_target ?? 100);
  const sample = 300 * target;
  return work("analyze", relation.relation, {
    sampledPages: Math.min(pagesOf(relation), sample),
    sampledFields: Math.min(relation.rows, sample) * relation.columns,
  });
}

export function removeWork(relation: RelationFacts): Work {
  const indexBytes = relation.indexes.reduce((sum, { bytes }) => sum + bytes, 0);
  return work("remove", relation.relation, {
    megabytes: megabytes(relation.heapBytes + relation.toastBytes + indexBytes),
  });
}

function total(relations: readonly RelationFacts[], of: (relation: RelationFacts) => number): number {
  return relations.reduce((sum, relation) => sum + of(relation), 0);
}
