import type { CalibrationEnvironment } from "../duration/calibration.js";
import { indexWork } from "../duration/index-work.js";
import { lookingAt } from "../duration/scanned-columns.js";
import {
  analyzeWork,
  copyWork,
  deleteWork,
  expressionWork,
  foreignKeyWork,
  queryWork,
  removeWork,
  rewriteWork,
  scanWork,
  updateWork,
  vacuumWork,
} from "../duration/table-work.js";
import { type Work, work } from "../duration/work.js";
import type { IndexFacts, RelationFacts } from "../facts/relation-facts.js";
import type { Measurement } from "./measurement.js";
import { fewShare, type ScratchTable, tenthShare } from "./scratch-tables.js";

/** What is timed on the tables of one shape, in an order in which each leaves the table as it found it. */
export function measurementsOf(shape: ScratchTable["shape"]): readonly Measurement[] {
  switch (shape) {
    case "narrow":
      return [...onEveryTable, ...onNarrow];
    case "mixed":
      return [...onEveryTable, ...onMixed];
    case "wide":
      return [...onEveryTable, index("text", "t7", "btree", ["t7"])];
    case "toasted":
      return onEveryTable;
    default:
      return shape satisfies never;
  }
}

const dropConstraint = "alter table subject drop constraint measured";

const onEveryTable: readonly Measurement[] = [
  {
    name: "query",
    statement: "select count(n) from subject",
    work: (table) => [queryWork(table)],
  },
  {
    name: "catalog change",
    statement: "alter table subject alter column n set default 0",
    undo: ["alter table subject alter column n drop default"],
    work: () => [work("statement", "subject", {})],
  },
  {
    name: "check",
    statement: "alter table subject add constraint measured check (n >= 0)",
    undo: [dropConstraint],
    work: (table, environment) => [scanWork(table, { environment, evaluates: true, ...lookingAt(table, ["n"]) })],
  },
  {
    name: "not null",
    statement: "alter table subject alter column n set not null",
    undo: ["alter table subject alter column n drop not null"],
    work: (table, environment) => [scanWork(table, { environment, evaluates: false, ...lookingAt(table, ["n"]) })],
  },
  {
    name: "rewrite",
    statement: "alter table subject alter column n type integer using n + 0",
    // Sets the hint bits, which would otherwise be paid for by whatever reads the rows next.
    undo: ["vacuum subject"],
    work: (table) => [rewriteWork(table, "rewrite")],
  },
  {
    name: "copy",
    statement: "vacuum full subject",
    work: (table) => [copyWork(table, { sorted: false })],
  },
  {
    // VACUUM FULL writes past the server's cache: what is read next comes from the operating system.
    name: "check of what is not cached",
    statement: "alter table subject add constraint measured check (n >= 0)",
    undo: [dropConstraint],
    work: (table, environment) => [
      scanWork(table, { environment, evaluates: true, ...lookingAt(table, ["n"]), cached: false }),
    ],
  },
  {
    name: "sorted copy",
    before: ["create index measured on subject (n)"],
    statement: "cluster subject using measured",
    undo: [
      "drop index measured",
      "create index measured on subject (id)",
      "cluster subject using measured",
      "drop index measured",
    ],
    work: (table, environment) => [
      copyWork(table, { sorted: true }),
      // Built on rows that lie in its order by then.
      ...built(table, "btree", ["id"], environment),
    ],
  },
  {
    name: "insert",
    before: ["drop table if exists written"],
    statement: "create table written with (autovacuum_enabled = off) as select * from subject",
    work: (table) => [rewriteWork(table, "insert")],
  },
  {
    name: "delete",
    after: "insert",
    statement: "delete from written",
    work: (table) => [deleteWork(table)],
  },
  {
    name: "remove",
    after: "insert",
    statement: "drop table written",
    work: (table) => [removeWork({ ...table, indexes: [] })],
  },
  index("number", "n", "btree", ["n"]),
  index("number in order", "id", "btree", ["id"]),
  {
    name: "analyze",
    statement: "analyze subject",
    work: (table, environment) => [analyzeWork(table, environment)],
  },
];

const onNarrow: readonly Measurement[] = [
  foreignKey({ column: "n", parent: "every", share: 1 }),
  foreignKey({ column: "tenth", parent: "each_tenth", share: tenthShare }),
  foreignKey({ column: "few", parent: "each_hundredth", share: fewShare }),
];

interface ReferencedTable {
  readonly column: string;
  readonly parent: string;
  /** Its rows for each row of the referencing table. */
  readonly share: number;
  readonly indexed?: boolean;
}

function foreignKey({ column, parent, share, indexed = false }: ReferencedTable): Measurement {
  return {
    name: `foreign key to ${parent}${indexed ? ", indexed" : ""}`,
    // Only of rows that all can see does the index alone tell the key.
    before: indexed ? [`create index referencing on subject (${column})`, "vacuum subject"] : [],
    statement: `alter table subject add constraint measured foreign key (${column}) references ${parent} (id)`,
    undo: [dropConstraint, "drop index if exists referencing"],
    work: (table, environment) => {
      const referenced = { ...table, rows: table.rows * share, heapBytes: table.heapBytes * share };
      return [foreignKeyWork({ referencing: [table], referenced: [referenced], environment, indexed })];
    },
  };
}

/** From next to nothing to some microseconds a row: the range in which an expression that is not known may lie. */
const usualExpressions: Readonly<Record<string, string>> = {
  sum: "n + 1",
  "numeric product": "amount * n",
  "text length": "length(label)",
  "lower case": "lower(label)",
  "joined text": "code || ' ' || label",
  "part of a document": "doc ->> 'b'",
  "part of a time": "extract(epoch from at)",
};

const freshValues: Readonly<Record<string, string>> = {
  "random number": "random()",
  "random uuid": "gen_random_uuid()",
  "next number": "nextval('numbers')",
  clock: "clock_timestamp()",
};

const onMixed: readonly Measurement[] = [
  // On rows so much wider than the key that the planner takes the index for it.
  foreignKey({ column: "n", parent: "every", share: 1, indexed: true }),
  foreignKey({ column: "tenth", parent: "each_tenth", share: tenthShare, indexed: true }),
  ...Object.entries(freshValues).map(([name, text]) => ({
    name: `fresh value: ${name}`,
    statement: `select count(${text}) from subject`,
    work: (table: RelationFacts) => [expressionWork(table, "freshValue"), queryWork(table)],
  })),
  ...Object.entries(usualExpressions).map(([name, text]) => ({
    name: `expression: ${name}`,
    statement: `select count(${text}) from subject`,
    work: (table: RelationFacts) => [expressionWork(table), queryWork(table)],
  })),
  {
    name: "check of text",
    statement: "alter table subject add constraint measured check (length(label) > 3)",
    undo: [dropConstraint],
    work: (table, environment) => [scanWork(table, { environment, evaluates: true, ...lookingAt(table, ["label"]) })],
  },
  {
    name: "not null of a far column",
    statement: "alter table subject alter column at set not null",
    undo: ["alter table subject alter column at drop not null"],
    work: (table, environment) => [scanWork(table, { environment, evaluates: false, ...lookingAt(table, ["at"]) })],
  },
  index("uuid", "uid", "btree", ["uid"]),
  index("numeric", "amount", "btree", ["amount"]),
  index("text", "code", "btree", ["code"]),
  index("longer text", "label", "btree", ["label"]),
  index("few", "few", "btree", ["few"]),
  index("two columns", "few, label", "btree", ["few", "label"]),
  index("number", "n", "hash", ["n"]),
  index("array", "tags", "gin", ["tags"]),
  index("document", "doc", "gin", ["doc"]),
  index("plain document", "plain", "gin", ["plain"]),
  index("words", "words", "gin", ["words"]),
  index("point", "place", "gist", ["place"]),
  index("point", "place", "spgist", ["place"]),
  index("text", "code", "spgist", ["code"]),
  index("time", "at", "brin", ["at"]),
  {
    name: "concurrently",
    statement: "create index concurrently measured on subject (n)",
    undo: ["drop index measured"],
    work: (table, environment) => [
      work("concurrently", "measured", { rows: table.rows, pages: table.heapBytes / 8192 }),
      ...built(table, "btree", ["n"], environment),
    ],
  },
  {
    name: "update",
    before: [
      "drop table if exists written",
      "create table written with (autovacuum_enabled = off) as select * from subject",
    ],
    statement: "update written set n = n + 1",
    work: (table) => [updateWork({ ...table, indexes: [] })],
  },
  {
    name: "vacuum",
    after: "update",
    statement: "vacuum written",
    undo: ["drop table if exists written"],
    work: (table) => [vacuumWork({ ...table, heapBytes: 2 * table.heapBytes, indexes: [] })],
  },
  {
    // Each new version of a row gets an entry in every index, also in that of a column that stays as it is.
    name: "update of what is indexed",
    before: [
      "drop table if exists written",
      "create table written with (autovacuum_enabled = off) as select * from subject",
      "create index on written (n)",
      "create index on written (code)",
      "create index on written (uid)",
    ],
    statement: "update written set n = n + 1",
    work: (table) => [updateWork({ ...table, indexes: threeIndexes(table) })],
  },
  {
    name: "vacuum of what is indexed",
    after: "update of what is indexed",
    statement: "vacuum written",
    undo: ["drop table if exists written"],
    work: (table) => [vacuumWork({ ...table, heapBytes: 2 * table.heapBytes, indexes: threeIndexes(table) })],
  },
];

/** Entries of the old and the new version of each row, with their item pointers. */
function threeIndexes({ rows }: RelationFacts): readonly IndexFacts[] {
  return [16, 28, 28].map((entryBytes, index) => ({
    index: `measured_${index}`,
    method: "btree",
    bytes: 2 * rows * (entryBytes + 4),
    keyTypes: [],
    unique: false,
  }));
}

function index(what: string, list: string, method: string, columns: readonly string[]): Measurement {
  return {
    name: `${method} of ${what}`,
    statement: `create index measured on subject using ${method} (${list})`,
    undo: ["drop index measured"],
    work: (table, environment) => built(table, method, columns, environment),
  };
}

function built(
  table: RelationFacts,
  method: string,
  columns: readonly string[],
  environment: CalibrationEnvironment,
): readonly Work[] {
  const one = indexWork(table, { on: "measured", method, columns, environment });
  return one === undefined ? [] : [one];
}
