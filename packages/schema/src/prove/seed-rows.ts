import type { Catalog, CatalogTable, Session } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import { seedTypes } from "./seed-values.js";
import { type ForeignKey, type TableToSeed, tableToSeed } from "./table-to-seed.js";

export interface SeedRowsOptions {
  /** How many rows each table shall have. Default 3. */
  readonly rows?: number;
}

/** What could be put into a database, and what not. */
export interface SeededRows {
  /** Rows by table; those of a partition stand there. */
  readonly seeded: Readonly<Record<string, number>>;
  /** Tables with fewer rows than wanted, with what PostgreSQL said to the last try. */
  readonly notSeeded: readonly { readonly table: string; readonly rows: number; readonly because: string }[];
}

/**
 * Puts rows into the tables of a database made for it: values of each column's type that its checks take, keys that
 * are there for what refers to them. Always the same rows for the same catalog. Triggers and rules do not fire where the
 * role may keep them from it. Never for a database with rows of somebody's.
 */
export async function seedRows(session: Session, catalog: Catalog, options: SeedRowsOptions = {}): Promise<SeededRows> {
  const wanted = options.rows ?? 3;
  const types = seedTypes(catalog);
  await session.query("set search_path = ''");
  await session.query(makeHolds);
  const quiet = await quietTriggers(session);
  const constraints = await readPartitionConstraints(session);
  const seeded: Record<string, number> = {};
  const notSeeded: { table: string; rows: number; because: string }[] = [];
  for (const table of inOrderOfKeys(catalog)) {
    const plan = tableToSeed(catalog, types, { table, partitionConstraint: constraints.get(table.name) });
    const { rows, because } = await seedTable(session, plan, wanted);
    seeded[table.name] = rows;
    if (because !== undefined) notSeeded.push({ table: table.name, rows, because });
  }
  for (const { name } of catalog.foreignTables) notSeeded.push({ table: name, rows: 0, because: "a foreign table" });
  if (quiet) await session.query("reset session_replication_role");
  await session.query("drop function pg_temp.confiture_holds");
  return { seeded, notSeeded };
}

/** Whether an expression can be evaluated and is not false, for many at a time. */
const makeHolds = `create or replace function pg_temp.confiture_holds(expression text) returns boolean language plpgsql as $$
  declare
    answer boolean;
  begin
    execute 'select ' || expression into answer;
    return answer is not false;
  exception when others then
    return false;
  end $$`;

/** Triggers and rules are the application's: they may do anything. The keys are right without being checked. */
async function quietTriggers(session: Session): Promise<boolean> {
  try {
    await session.query("set session_replication_role = replica");
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "42501") return false;
    throw error;
  }
}

async function readPartitionConstraints(session: Session): Promise<ReadonlyMap<string, string>> {
  const { rows } = await session.query<{ name: string; expression: string | null }>(`
    select c.oid::regclass::text as name, pg_get_partition_constraintdef(c.oid) as expression
    from pg_catalog.pg_class c
    where c.relispartition and c.relkind = 'r'`);
  return new Map(rows.flatMap(({ name, expression }) => (expression === null ? [] : [[name, expression]])));
}

/** Those that hold rows, behind those they refer to, as far as no circle hinders. */
function inOrderOfKeys(catalog: Catalog): readonly CatalogTable[] {
  const parts = new Map<string, string[]>();
  for (const { name, partition } of catalog.tables) {
    if (partition !== undefined) parts.set(partition.of, [...(parts.get(partition.of) ?? []), name]);
  }
  const below = (name: string): readonly string[] => [name, ...(parts.get(name) ?? []).flatMap(below)];
  const needs = new Map<string, Set<string>>();
  for (const { kind, table, references } of catalog.constraints) {
    if (kind !== "foreign key" || table === undefined || references === undefined || references === table) continue;
    needs.set(table, new Set([...(needs.get(table) ?? []), ...below(references)]));
  }
  let waiting = catalog.tables.filter(({ partitionKey }) => partitionKey === undefined);
  const ordered: CatalogTable[] = [];
  while (waiting.length > 0) {
    const left = new Set(waiting.map(({ name }) => name));
    const ready = waiting.filter(
      ({ name }) => ![...(needs.get(name) ?? [])].some((other) => other !== name && left.has(other)),
    );
    // In a circle somebody has to begin.
    const next = new Set(ready.length > 0 ? ready : waiting.slice(0, 1));
    ordered.push(...next);
    waiting = waiting.filter((table) => !next.has(table));
  }
  return ordered;
}

/** So many combinations are tried before a table is given up. */
const attempts = 300;

async function seedTable(
  session: Session,
  table: TableToSeed,
  wanted: number,
): Promise<{ readonly rows: number; readonly because?: string }> {
  for (let n = 1; n <= wanted; n += 1) {
    const choices = await valuesToTry(session, table, n);
    let because = "no value is known for one of its columns";
    let done = false;
    for (let attempt = 0; attempt < attempts && !done; attempt += 1) {
      const row = combination(table, choices, attempt);
      if (row === undefined) break;
      const tried = await tryRow(session, table, { n, row });
      if (tried === true) done = true;
      else because = tried;
    }
    if (!done) return { rows: n - 1, because };
  }
  return { rows: wanted };
}

/** By column: the values that its own checks take. */
type Choices = ReadonlyMap<string, readonly string[]>;

async function valuesToTry(session: Session, { columns }: TableToSeed, n: number): Promise<Choices> {
  const asked = columns.flatMap(({ column, values, checks }) =>
    checks === undefined ? [] : values.map((value) => ({ column, value: value(n), checks })),
  );
  const holds = await readWhichHold(session, asked.map(askIfHolds));
  const taken = new Map<string, string[]>(columns.map(({ column }) => [column, []]));
  for (const [place, { column, value }] of asked.entries()) if (holds[place] === true) taken.get(column)!.push(value);
  for (const { column, values, checks } of columns) {
    if (checks === undefined)
      taken.set(
        column,
        values.map((value) => value(n)),
      );
  }
  return taken;
}

/** What cannot be converted to its type cannot be asked for that. `default` is no expression: the row will tell. */
function askIfHolds({ column, value, checks }: { column: string; value: string; checks: readonly string[] }): string {
  if (value === "default") return "true";
  const all = [`pg_typeof(x.${column}) is not null`, ...checks.map((check) => `(${check}) is not false`)];
  return `${all.join(" and ")} from (select ${value} as ${column} offset 0) x`;
}

async function readWhichHold(session: Session, expressions: readonly string[]): Promise<readonly boolean[]> {
  if (expressions.length === 0) return [];
  const { rows } = await session.query<{ holds: boolean }>(
    `select pg_temp.confiture_holds(u.expression) as holds
    from unnest(array[${expressions.map(quoteLiteral).join(", ")}]::text[]) with ordinality u (expression, place)
    order by u.place`,
  );
  return rows.map(({ holds }) => holds);
}

/**
 * One row's values: what stands alone takes its best, what hangs together goes through all combinations, the first
 * column fastest. Undefined when there are no more.
 */
function combination({ columns }: TableToSeed, choices: Choices, attempt: number): Map<string, string> | undefined {
  let rest = attempt;
  const row = new Map<string, string>();
  for (const { column, joint, notNull } of columns) {
    const values = choices.get(column) ?? [];
    if (values.length === 0) {
      if (!notNull) row.set(column, "null");
    } else if (joint) {
      row.set(column, values[rest % values.length]!);
      rest = Math.floor(rest / values.length);
    } else row.set(column, values[0]!);
  }
  return rest > 0 ? undefined : row;
}

interface RowToTry {
  readonly n: number;
  readonly row: Map<string, string>;
}

/** True, or why it cannot be. */
async function tryRow(session: Session, table: TableToSeed, { n, row }: RowToTry): Promise<true | string> {
  try {
    await referToWhatIsThere(session, table, { n, row });
    const text =
      row.size === 0 ? "default values" : `(${[...row.keys()].join(", ")}) values (${[...row.values()].join(", ")})`;
    const { rowCount } = await session.query(`insert into ${table.name} ${text}`);
    return rowCount === 1 || "the row was swallowed (by a trigger or a rule)";
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return `${String(error.code)}: ${error.message}`;
  }
}

async function referToWhatIsThere(
  session: Session,
  { name, columns, keys }: TableToSeed,
  { n, row }: RowToTry,
): Promise<void> {
  for (const key of keys) {
    const found = await findKey(session, key, { n, row });
    const nullable = key.columns.filter((column) => columns.some((own) => own.column === column && !own.notNull));
    if (found !== undefined) key.columns.forEach((column, place) => void row.set(column, found[place]!));
    // The first row of a table that refers to itself can only refer to itself.
    else if (nullable.length === 0 && key.table === name) {
      key.columns.forEach((column, place) => void row.set(column, row.get(key.referred[place]!) ?? "default"));
    } else for (const column of nullable) row.set(column, "null");
  }
}

/** Another one for each row, where there are so many; undefined where there is none that fits the keys taken before. */
async function findKey(
  session: Session,
  { table, columns, referred }: ForeignKey,
  { n, row }: RowToTry,
): Promise<readonly string[] | undefined> {
  const taken = columns
    .map((column) => row.get(column))
    .map((value) => (value?.startsWith(keyMark) ? value : undefined));
  const fits = referred.map((column, place) =>
    taken[place] === undefined ? `r.${column} is not null` : `r.${column} = ${taken[place]}`,
  );
  const parts = referred.map((column) => `format('%L::%s', r.${column}, pg_typeof(r.${column}))`);
  const { rows } = await session.query<{ key: readonly string[] }>(`
    select array[${parts.join(", ")}] as key
    from ${table} r
    where ${fits.join(" and ")}
    order by key`);
  return rows[(n - 1) % Math.max(rows.length, 1)]?.key.map((value) => keyMark + value);
}

/** Tells a value that was found in another table from one that was made up. */
const keyMark = "/* there */ ";
