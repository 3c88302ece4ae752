import type { Catalog, CatalogColumn, CatalogConstraint, CatalogTable } from "@confiture/model";
import { hintedValues, type SeedValue } from "./seed-hints.js";
import type { SeedTypes } from "./seed-values.js";

/** What has to be known of a table to find rows for it. */
export interface TableToSeed {
  readonly name: string;
  /** Those that get a value; the server fills the others. */
  readonly columns: readonly ColumnToSeed[];
  readonly keys: readonly ForeignKey[];
}

export interface ColumnToSeed {
  readonly column: string;
  readonly notNull: boolean;
  /** The likeliest first. */
  readonly values: readonly SeedValue[];
  /** Expressions that must not be false, and speak of this column alone. Undefined where every value will do. */
  readonly checks: readonly string[] | undefined;
  /** Something holds for it together with other columns, or other rows. */
  readonly joint: boolean;
}

export interface ForeignKey {
  readonly columns: readonly string[];
  readonly table: string;
  readonly referred: readonly string[];
}

/** Something a row must fulfil, and the columns it speaks of. */
interface Demand {
  readonly expression: string;
  readonly columns: readonly string[];
}

/** `partitionConstraint`: what the server asks of the rows of this partition, as an expression. */
export function tableToSeed(
  catalog: Catalog,
  types: SeedTypes,
  { table, partitionConstraint }: { readonly table: CatalogTable; readonly partitionConstraint?: string | undefined },
): TableToSeed {
  const constraints = catalog.constraints.filter((constraint) => constraint.table === table.name);
  const columns = catalog.columns.filter((column) => column.table === table.name);
  const demands = demandsOf(constraints, columns, partitionConstraint);
  const bounds = boundsAbove(catalog, table);
  const keys = constraints.filter(({ kind }) => kind === "foreign key").flatMap(foreignKey);
  const told = (column: string) => demands.filter((demand) => demand.columns.includes(column));
  const once = new Set(
    catalog.indexes.filter((index) => index.table === table.name && index.unique).flatMap(namedIn(columns)),
  );
  return {
    name: table.name,
    keys,
    columns: columns.filter(isToFill).map((column) => {
      const about = told(column.column);
      const alone = about.filter((demand) => demand.columns.length === 1).map(({ expression }) => expression);
      const isKey = keys.some((key) => key.columns.includes(column.column));
      const inBounds = partitionConstraint !== undefined && mentions(partitionConstraint, column.column) ? bounds : [];
      const hints = [...inBounds, ...about.map(({ expression }) => expression)];
      return {
        column: column.column,
        notNull: column.notNull,
        values: valuesFor(column, types, hints),
        checks: isKey || (hints.length === 0 && types.isSure(column.type)) ? undefined : alone,
        joint: about.length > alone.length || once.has(column.column),
      };
    }),
  };
}

function valuesFor(column: CatalogColumn, types: SeedTypes, hints: readonly string[]): readonly SeedValue[] {
  const { type } = column;
  const lastResorts = [...(column.default === undefined ? [] : ["default"]), ...(column.notNull ? [] : ["null"])];
  // What a bound or a check speaks of is tried first; any other column takes what is likeliest.
  const hinted = hintedValues(hints, { type, base: types.baseOf(type) });
  return [...hinted, ...types.valuesOf(type), ...lastResorts.map((word) => () => word)];
}

function demandsOf(
  constraints: readonly CatalogConstraint[],
  columns: readonly CatalogColumn[],
  partitionConstraint: string | undefined,
): readonly Demand[] {
  const checks = constraints
    .filter(({ kind }) => kind === "check")
    .map(({ definition, columns: named }) => ({ expression: checkExpression(definition), columns: named }));
  const exclusions = constraints
    .filter(({ kind }) => kind === "exclude")
    // Among rows: no expression of one can tell, and it needs more columns than one to be told apart.
    .map(({ columns: named }) => ({ expression: "", columns: [...named, ""] }));
  if (partitionConstraint === undefined) return [...checks, ...exclusions];
  const named = columns.map(({ column }) => column).filter((column) => mentions(partitionConstraint, column));
  return [...checks, ...exclusions, { expression: partitionConstraint, columns: named }];
}

/** `CHECK ((n > 0)) NOT VALID` is `((n > 0))`. */
function checkExpression(definition: string): string {
  return definition.replace(/^CHECK /, "").replace(/\)(?: NO INHERIT| NOT VALID| NOT ENFORCED)+$/, ")");
}

function namedIn(columns: readonly CatalogColumn[]) {
  return ({ definition }: { readonly definition: string }) =>
    columns.map(({ column }) => column).filter((column) => mentions(definition, column));
}

function mentions(expression: string, column: string): boolean {
  if (column.startsWith('"')) return expression.includes(column);
  return new RegExp(`(?<![\\w".$])${column.replaceAll("$", "\\$")}(?![\\w".$])`).test(expression);
}

function isToFill({ identity, generated, default: value }: CatalogColumn): boolean {
  return identity === undefined && generated === undefined && !(value?.startsWith("nextval(") ?? false);
}

/** Of the partition and of all it is a part of. */
function boundsAbove(catalog: Catalog, { partition }: CatalogTable): readonly string[] {
  if (partition === undefined) return [];
  const parent = catalog.tables.find(({ name }) => name === partition.of);
  return [partition.bound, ...(parent === undefined ? [] : boundsAbove(catalog, parent))];
}

/** The last parentheses behind REFERENCES hold the columns, unless those of ON DELETE SET NULL stand behind them. */
function foreignKey({ columns, definition, references }: CatalogConstraint): readonly ForeignKey[] {
  if (references === undefined) return [];
  const behind = definition.slice(definition.indexOf(` REFERENCES ${references}`) + ` REFERENCES ${references}`.length);
  const list = /^\(((?:"(?:[^"]|"")*"|[^")])*)\)/.exec(behind)?.[1] ?? "";
  const referred = list.replace(/,\s*PERIOD /, ", ").match(/"(?:[^"]|"")*"|[^\s",]+/g) ?? [];
  return referred.length === columns.length ? [{ columns, table: references, referred }] : [];
}
