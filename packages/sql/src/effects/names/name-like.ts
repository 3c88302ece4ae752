import { shapeOf } from "../picture/index-shape.js";
import type { Index, Relation } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { FreeNames, plainName } from "./free-names.js";
import { distinctNames, indexNameAddition } from "./index-column-names.js";
import { joinedColumns } from "./object-name.js";

/** The name of the index that a table gets because its partitioned table has one. */
export function nameLike(wanted: Index, table: Relation, { picture, grammar, version }: StatementContext): string {
  const kind = wanted.constraint?.kind;
  const label = kind === "primary key" ? "pkey" : kind === "unique" ? "key" : kind === "exclude" ? "excl" : "idx";
  const node = wanted.definition === undefined ? undefined : grammar.statements(wanted.definition)?.[0];
  const addition =
    node === undefined
      ? joinedColumns(distinctNames(shapeOf(wanted, grammar).columns.map(plainName)))
      : indexNameAddition(node.fields, version);
  const columns = label === "pkey" ? undefined : addition;
  return new FreeNames(picture).relation(table.schema, plainName(table.bare), columns, label, {
    isConstraint: kind !== undefined,
  });
}
