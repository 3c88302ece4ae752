import {
  hasStorage,
  type Index,
  isPartitioned,
  type Relation,
  relationName,
  withPartitions,
} from "../../effects/picture/relation.js";
import { stringOf } from "../../parse/parse-tree.js";
import { relationName as nameOfRangeVar } from "../../parse/read-names.js";
import { readSwitch } from "../../parse/read-options.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { alone, alreadySafe, none, type SaferDraft } from "../safer-answer.js";
import type { SaferContext } from "../safer-context.js";

const leftOver = "When it fails, it leaves an invalid index whose name ends in _ccnew: drop it and run the step again.";
const passedOver =
  "CONCURRENTLY passes over invalid indexes of a table, and over those of exclusion constraints, with no more than a WARNING: without a catalog it is not known whether there are any.";

/** REINDEX CONCURRENTLY; on partitioned tables since PostgreSQL 14. */
export function saferReindex(context: SaferContext): SaferDraft {
  const { fields, cut, picture, version } = context;
  if (readSwitch(fields.params, "concurrently") === true) {
    return alreadySafe("CONCURRENTLY lets others read and write the table.");
  }
  if (fields.kind === "REINDEX_OBJECT_SYSTEM")
    return none("the indexes of system catalogs cannot be rebuilt CONCURRENTLY");
  const name = nameOfRangeVar(fields.relation);
  const table = name === undefined ? undefined : (picture.find(name) ?? picture.findIndex(name)?.table);
  if (table !== undefined && isPartitioned(table) && version < 14) {
    return none("before PostgreSQL 14 the indexes of a partitioned table are rebuilt one partition at a time");
  }
  const object = /^reindex\s*(?:\([^)]*\)\s*)?(index|table|schema|database)/i.exec(cut.text);
  if (object === null) return none("its text could not be cut apart with certainty");
  const indexes = rebuiltBy(context);
  const exclusion = indexes.find(isExclusion);
  if (exclusion !== undefined) {
    return none(`${relationName(exclusion)} belongs to an exclusion constraint, and cannot be rebuilt CONCURRENTLY`);
  }
  // By its own name an invalid index is rebuilt all the same.
  const invalid = object[1]?.toLowerCase() === "index" ? [] : indexes.filter(({ valid }) => !valid);
  return {
    kind: "safer",
    steps: [
      alone(
        `${object[0]} concurrently${cut.text.slice(object[0].length)}`.trim(),
        "Builds each index aside and swaps it in, while others read and write.",
      ),
      ...invalid.map((index) =>
        alone(
          `reindex index concurrently ${relationName(index)}`,
          "The index is not valid, and so was passed over: by its own name it is rebuilt.",
        ),
      ),
    ],
    because: "REINDEX keeps writers waiting, and readers too, whose plans need the index that is locked.",
    caveats: context.catalog === undefined ? [leftOver, passedOver] : [leftOver],
  };
}

/** The indexes with a file of their own that the statement builds anew, as far as they are known. */
function rebuiltBy({ fields, picture }: SaferContext): readonly Index[] {
  const name = nameOfRangeVar(fields.relation);
  const index = fields.kind === "REINDEX_OBJECT_INDEX" && name !== undefined ? picture.findIndex(name) : undefined;
  if (index !== undefined) return [...withParts(index)].filter(({ table }) => hasStorage(table));
  if (name !== undefined) {
    const table = picture.find(name);
    return table === undefined ? [] : indexesOf(withPartitions(table));
  }
  const schema = fields.kind === "REINDEX_OBJECT_SCHEMA" ? quoteIdentifier(stringOf(fields.name) ?? "") : undefined;
  return indexesOf([...picture.relations.values()].filter((one) => schema === undefined || one.schema === schema));
}

function indexesOf(tables: readonly Relation[]): readonly Index[] {
  return tables.filter(hasStorage).flatMap(({ indexes }) => [...indexes]);
}

/** It and the indexes of partitions that belong to it. */
function withParts(index: Index): ReadonlySet<Index> {
  const all = new Set([index]);
  for (const one of all) {
    for (const child of one.table.children) for (const own of child.indexes) if (own.parent === one) all.add(own);
  }
  return all;
}

/** A key WITHOUT OVERLAPS is one, by another name. */
function isExclusion({ constraint }: Index): boolean {
  return constraint?.kind === "exclude" || constraint?.definition?.includes(" WITHOUT OVERLAPS") === true;
}
