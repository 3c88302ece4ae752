import type { Catalog, CatalogColumn, Session } from "@confiture/model";

/** What is counted of one table, before and after a plan. */
export interface TableToCount {
  readonly table: string;
  /** Partitions are counted with the table they are parts of as well as each for itself; a table may become one with parts. */
  readonly partitioned: Readonly<Record<"before" | "after", boolean>>;
  /** Columns that are the same on both sides: their values must be, too. */
  readonly sameColumns: readonly string[];
  /** Columns that become something else: they must not lose values. */
  readonly changedColumns: readonly string[];
}

/** Never a value: how many rows, a hash over what they hold, and how many values the changing columns have. */
export interface RowFacts {
  readonly rows: number;
  readonly hash: string;
  readonly valuesOfChanged: Readonly<Record<string, number>>;
}

/** The tables that are there on both sides, with the columns that are. */
export function tablesToCount(before: Catalog, after: Catalog): readonly TableToCount[] {
  const [columnsBefore, columnsAfter] = [columnsByTable(before), columnsByTable(after)];
  const sameType = (type: string) => madeOf(type, before) === madeOf(type, after);
  const kept = new Map(after.tables.map((table) => [table.name, table]));
  return before.tables
    .filter(({ name }) => kept.has(name))
    .map(({ name, partitionKey }) => {
      const there = columnsAfter.get(name) ?? [];
      const pairs = (columnsBefore.get(name) ?? []).flatMap((column) => {
        const match = there.find((other) => other.name === column.name);
        return match === undefined ? [] : [[column, match] as const];
      });
      const same = pairs
        .filter(([left, right]) => holdsTheSame(left, right) && sameType(left.type))
        .map(([{ column }]) => column);
      const changed = pairs.map(([{ column }]) => column).filter((column) => !same.includes(column));
      return {
        table: name,
        partitioned: { before: partitionKey !== undefined, after: kept.get(name)?.partitionKey !== undefined },
        sameColumns: same.sort(),
        changedColumns: changed.sort(),
      };
    });
}

function columnsByTable(catalog: Catalog): ReadonlyMap<string, readonly CatalogColumn[]> {
  const groups = new Map<string, CatalogColumn[]>();
  for (const column of catalog.columns) groups.set(column.table, [...(groups.get(column.table) ?? []), column]);
  return groups;
}

function holdsTheSame(left: CatalogColumn, right: CatalogColumn): boolean {
  return left.type === right.type && JSON.stringify(left.generated) === JSON.stringify(right.generated);
}

/** A type of the same name may be another one: with other labels or attributes its values are written otherwise. */
function madeOf(type: string, catalog: Pick<Catalog, "types">, depth = 0): string {
  const own = catalog.types.find(({ name }) => name === type.replace(/(\[\])+$/, ""));
  // Types are not made of themselves; a catalog that says so must not keep us for ever.
  if (own === undefined || depth > 8) return type;
  switch (own.kind) {
    case "enum":
      return JSON.stringify([...own.labels].sort());
    case "composite type":
      return JSON.stringify(own.attributes.map(({ type: inner }) => madeOf(inner, catalog, depth + 1)));
    case "domain":
      return madeOf(own.type, catalog, depth + 1);
    case "range":
      return madeOf(own.subtype, catalog, depth + 1);
    default:
      return type;
  }
}

export async function readRowFacts(
  session: Session,
  tables: readonly TableToCount[],
  when: "before" | "after",
): Promise<ReadonlyMap<string, RowFacts>> {
  await session.query("set search_path = ''; set datestyle = 'ISO, YMD'; set timezone = 'UTC'");
  const facts = new Map<string, RowFacts>();
  for (const table of tables) facts.set(table.table, await countTable(session, table, when));
  return facts;
}

async function countTable(session: Session, table: TableToCount, when: "before" | "after"): Promise<RowFacts> {
  const { sameColumns, changedColumns, partitioned } = table;
  const row = `row(${sameColumns.map((column) => `t.${column}`).join(", ")})::text`;
  const counts = changedColumns.map((column) => `count(t.${column})::integer`);
  const { rows } = await session.query<{ rows: number; hash: string; counts: readonly number[] }>(`
    select count(*)::integer as rows, array[${counts.join(", ")}]::integer[] as counts,
           md5(coalesce(string_agg(md5(${row}), '' order by md5(${row})), '')) as hash
    from ${partitioned[when] ? "" : "only "}${table.table} t`);
  const { hash, counts: values, rows: number } = rows[0]!;
  return {
    rows: number,
    hash,
    valuesOfChanged: Object.fromEntries(changedColumns.map((column, place) => [column, values[place] ?? 0])),
  };
}
