import type { CatalogColumn } from "@confiture/model";
import { parseType, resolveType } from "../../effects/column-types/type-name.js";
import { type Relation, relationName } from "../../effects/picture/relation.js";
import { respell } from "../../effects/picture/spelled-name.js";
import { fieldsIn, fieldsOf, isFields, type TreeFields } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { namedBy } from "../alter-table/named-by.js";
import type { PartInput } from "../alter-table/part.js";
import { type NullTest, nullTest } from "../null-test.js";
import { plainName } from "../safer-context.js";
import { CutText } from "../text/cut-text.js";

/** A column that is to change its type, and the one that takes its place. Names as SQL. */
export interface ShadowColumn {
  readonly table: Relation;
  readonly sql: string;
  readonly column: string;
  readonly shadow: string;
  /** The new type, with COLLATE. */
  readonly type: string;
  /** What stands behind USING; absent: the value is assigned. */
  readonly using?: string;
  /** Whether the new column has no value, and the old one. */
  readonly isNull: NullTest;
  readonly wasNull: NullTest;
  readonly entry: CatalogColumn;
  /** What the column has when the statement's own drops are done. */
  readonly notNull: boolean;
  readonly hasDefault: boolean;
}

/** Undefined when the catalog has no such column, or the text cannot be cut. */
export function readShadowColumn({ context, target, command, text, end }: PartInput): ShadowColumn | undefined {
  const { catalog, cut, fields } = context;
  const table = target.relation;
  if (table === undefined || catalog === undefined) return undefined;
  const column = quoteIdentifier(namedBy(command));
  const entry = catalog.columns.find(
    (one) => respell(one.table) === relationName(table) && respell(one.column) === column,
  );
  const definition = fieldsOf(command.def, "ColumnDef") ?? {};
  if (entry === undefined || !isFields(definition.typeName)) return undefined;
  const begin = cut.offset(definition.typeName.location);
  const using = definition.raw_default === undefined ? undefined : new CutText(text).findWord("using");
  const usingAt = using === undefined ? end : end - text.length + using;
  const dropped = droppedOf(fields, namedBy(command));
  return {
    table,
    sql: relationName(table),
    column,
    shadow: context.names.passing(plainName(column), undefined, "new", (name) =>
      table.columns.has(quoteIdentifier(name)),
    ),
    type: cut.text.slice(begin, usingAt).trim(),
    isNull: nullTest(resolveType(definition.typeName, context.picture), context),
    wasNull: nullTest(parseType(entry.type, context.picture, context.grammar), context),
    ...(using === undefined ? {} : { using: cut.text.slice(usingAt + "using".length, end).trim() }),
    entry,
    notNull: entry.notNull && !dropped.has("AT_DropNotNull"),
    hasDefault: entry.default !== undefined && !dropped.has("AT_ColumnDefault"),
  };
}

/** What the same ALTER TABLE takes from the column first. */
function droppedOf(fields: TreeFields, column: string): ReadonlySet<unknown> {
  const drops = fieldsIn(fields.cmds, "AlterTableCmd").filter(
    (command) => command.name === column && command.def === undefined,
  );
  return new Set(drops.map(({ subtype }) => subtype));
}
