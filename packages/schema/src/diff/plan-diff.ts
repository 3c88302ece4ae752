import type { Catalog, Effect, Hazard, UnsupportedObject } from "@confiture/model";
import { findCommitBoundaries, parseSqlFile, predictEffects } from "@confiture/sql";
import { type DiffOptions, type DiffStatement, diffCatalogs } from "./diff-catalogs.js";

/** A statement of a difference, with what it does to the database it starts from. */
export interface PlannedStatement extends Omit<DiffStatement, "change"> {
  /** `rename`: declared to be the same under another name. */
  readonly change: DiffStatement["change"] | "rename";
  /** False for what PostgreSQL refuses inside a transaction block. */
  readonly transactional: boolean;
  /** Why the transaction has to be committed behind it; absent when it need not. */
  readonly commitBehind?: string;
  readonly hazards: readonly Hazard[];
  readonly effect: Effect;
}

/** A column whose place in its table is not the one wanted: no ALTER moves it. */
export interface ColumnOrder {
  readonly table: string;
  readonly is: readonly string[];
  readonly wanted: readonly string[];
}

/** What leads from one schema to another. */
export interface DiffPlan {
  readonly statements: readonly PlannedStatement[];
  /** Objects of either side that a catalog has no entries for: whether they differ is not known. */
  readonly unsupported: readonly (UnsupportedObject & { readonly side: "from" | "to" })[];
  readonly columnOrder: readonly ColumnOrder[];
  /** What looks like a rename and was not declared as one: a column or table that goes beside one just like it that comes. */
  readonly likelyRenames: readonly { readonly kind: "table" | "column"; readonly from: string; readonly to: string }[];
}

/**
 * The statements that lead from one schema to another, in order, each with its effect on the database they start from.
 * Effects follow the statements before: PostgreSQL 13–18, by the version of `before`.
 *
 * @throws CONFITURE_DIFF_IMPOSSIBLE when no statements lead there.
 */
export async function planDiff(before: Catalog, after: Catalog, options: DiffOptions = {}): Promise<DiffPlan> {
  const { statements } = diffCatalogs(before, after, options);
  return {
    statements: await planStatements(statements, before),
    unsupported: [
      ...before.unsupported.map((object) => ({ ...object, side: "from" as const })),
      ...after.unsupported.map((object) => ({ ...object, side: "to" as const })),
    ],
    columnOrder: columnOrders(before, after),
    likelyRenames: [...renamedTables(before, after), ...renamedColumns(before, after)],
  };
}

/** What each statement does, one after another, to the database they start from. */
export async function planStatements<Given extends Pick<PlannedStatement, "sql" | "object" | "change">>(
  statements: readonly Given[],
  before: Catalog,
): Promise<readonly (Given & PlannedStatement)[]> {
  const files = await Promise.all(statements.map(({ sql }) => parseSqlFile(sql, { file: "difference" })));
  const parsed = files.flatMap((file, index) => file.statements.map((statement) => ({ ...statement, index })));
  const version = Math.floor(before.serverVersion / 10_000);
  const effects = await predictEffects(parsed, { catalog: before, serverVersion: version });
  const boundaries = new Map(
    (await findCommitBoundaries(parsed, { serverVersion: version })).map(({ after: at, because }) => [at, because]),
  );
  return statements.map((statement, place) => {
    const { effect } = effects[place]!;
    const because = boundaries.get(place);
    return {
      ...statement,
      transactional: effect.transactional,
      ...(because === undefined ? {} : { commitBehind: because }),
      hazards: effect.hazards,
      effect,
    };
  });
}

function columnOrders(before: Catalog, after: Catalog): readonly ColumnOrder[] {
  const [had, has] = [columnsByTable(before), columnsByTable(after)];
  return [...has].flatMap(([table, wanted]) => {
    const was = had.get(table);
    if (was === undefined) return [];
    // What is added stands behind what stays.
    const stays = was.filter((column) => wanted.includes(column));
    const is = [...stays, ...wanted.filter((column) => !stays.includes(column))];
    return is.join("\0") === wanted.join("\0") ? [] : [{ table, is, wanted }];
  });
}

function columnsByTable(catalog: Catalog): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, string[]>();
  for (const { table, column } of catalog.columns) {
    const columns = tables.get(table);
    if (columns === undefined) tables.set(table, [column]);
    else columns.push(column);
  }
  return tables;
}

type LikelyRename = DiffPlan["likelyRenames"][number];

/** One that goes and one that comes with the same columns, in one schema. */
function renamedTables(before: Catalog, after: Catalog): readonly LikelyRename[] {
  const shape = (catalog: Catalog) => {
    const columns = columnsByTable(catalog);
    const types = new Map(catalog.columns.map(({ name, type }) => [name, type]));
    return (table: string) =>
      (columns.get(table) ?? []).map((column) => `${column} ${types.get(`${table}.${column}`)}`).join("\0");
  };
  const [was, is] = [shape(before), shape(after)];
  const gone = before.tables.filter(({ name }) => !after.tables.some((table) => table.name === name));
  const come = after.tables.filter(({ name }) => !before.tables.some((table) => table.name === name));
  return gone.flatMap((from) => {
    const alike = come.filter(({ name, schema }) => schema === from.schema && is(name) === was(from.name));
    return alike.length === 1 && was(from.name) !== "" ? [{ kind: "table", from: from.name, to: alike[0]!.name }] : [];
  });
}

/** Of one table: exactly one that goes and one that comes with the same type. */
function renamedColumns(before: Catalog, after: Catalog): readonly LikelyRename[] {
  const [had, has] = [new Set(before.columns.map(({ name }) => name)), new Set(after.columns.map(({ name }) => name))];
  const tables = new Set(before.tables.map(({ name }) => name));
  const gone = before.columns.filter(({ name }) => !has.has(name));
  const come = after.columns.filter(({ name, table }) => !had.has(name) && tables.has(table));
  return gone.flatMap((from) => {
    const alike = come.filter(({ table, type }) => table === from.table && type === from.type);
    const others = gone.filter(({ table, type }) => table === from.table && type === from.type);
    return alike.length === 1 && others.length === 1 ? [{ kind: "column", from: from.name, to: alike[0]!.name }] : [];
  });
}
