import type { Catalog, Database, Session, ShadowProvider } from "@confiture/model";
import type { CanonicalOptions } from "../canonical/canonical-entries.js";
import { type CatalogDifference, compareCatalogs } from "../compare/compare-catalogs.js";
import { compareObservations, type ObservedDifference } from "../observe/compare-observations.js";
import { observeSchema } from "../observe/observe-schema.js";
import { columnOrderFact, type ObservedObject } from "../observe/observed-object.js";
import { readCatalog } from "../read/read-catalog.js";
import { type FileChanges, fileChanges, type RelationFile, readRelationFiles } from "./relation-files.js";
import { type RowFacts, readRowFacts, type TableToCount, tablesToCount } from "./row-facts.js";
import { isAboutRows, type ProofOutcome, type ProofStatement, runStatements } from "./run-statements.js";
import { type SeededRows, seedRows } from "./seed-rows.js";
import { movedSequences, readSequencePositions, type SequencePosition } from "./sequence-positions.js";

/** One side of a diff: DDL text, or what builds it in an empty database. */
export type SchemaSource = string | ((session: Session) => Promise<unknown>);

export interface ProveDiffInput {
  readonly before: SchemaSource;
  readonly after: SchemaSource;
  /** The plan, in order. */
  readonly statements: readonly ProofStatement[];
  /** How many of them, the first ones, only give other names: rows and sequences are followed through these. Default 0. */
  readonly renames?: number;
  /** Where to try it. */
  readonly shadow: ShadowProvider;
}

export interface ProveDiffOptions extends Omit<CanonicalOptions, "columnOrder"> {
  /** Major version of the shadow's server. Default: the provider's own. */
  readonly version?: number;
  /** Plans the way from the schema the plan led to, to the one it should have led to: must give nothing. Absent: not tried. */
  readonly diff?: (before: Catalog, after: Catalog) => readonly { readonly sql: string }[];
  /** How many rows to put into each table before the plan runs. Default 3; 0 for none. */
  readonly rows?: number;
  /** Schemas that are no part of either side. */
  readonly exclude?: readonly string[];
}

/** What became of one table's rows. */
export interface TableRows {
  /** As it is called behind the renames. */
  readonly table: string;
  readonly before: number;
  readonly after: number;
  /** The values of the columns that did not change are what they were. */
  readonly same: boolean;
  /** Columns of another type or expression now that have fewer values than before. */
  readonly emptied: readonly string[];
}

/** What was found by running a plan. Plain data; never a value of a row. */
export interface DiffProof {
  /** Nothing below speaks against the plan. */
  readonly proven: boolean;
  /** With rows in the tables. */
  readonly outcome: ProofOutcome;
  /** Only when `outcome` failed for what the rows hold: the same plan on empty tables. What follows is about that then. */
  readonly withoutRows?: ProofOutcome;
  /** Where the schema is not the wanted one, as the reader sees it and as the observer does. Empty when nothing was applied. */
  readonly differences: readonly CatalogDifference[];
  readonly observed: readonly ObservedDifference[];
  /** Tables whose columns stand in another order than wanted: no ALTER brings that about, and it counts against no plan. */
  readonly columnOrder: readonly string[];
  /** Statements of a second plan. */
  readonly secondPlan: readonly string[];
  readonly rows: readonly TableRows[];
  /** Tables whose rows are not all what they were, though they are there on both sides. */
  readonly rowsLost: readonly string[];
  /** There are tables, and not one row was in a table that stays: nobody saw what the plan does to rows. */
  readonly noRowFollowed: boolean;
  /** Sequences that do not stand where they stood. */
  readonly sequencesMoved: readonly string[];
  readonly files: FileChanges;
  /** Of those written anew, the ones no statement declares. */
  readonly undeclaredRewrites: readonly string[];
  /** What was not tried, in words. */
  readonly notInspected: readonly string[];
}

/**
 * Runs a plan on a copy of the schema it starts from, with rows in its tables, and compares what it leads to with the
 * schema wanted: by the reader the plan was made with, and by a second observer that shares nothing with it. Works in
 * shadow databases and drops them.
 *
 * @throws what building either side throws; that the plan fails is an answer.
 */
export async function proveDiff(input: ProveDiffInput, options: ProveDiffOptions = {}): Promise<DiffProof> {
  const wanted = await inShadow(input, options, async (database) => {
    await build(database, input.after);
    await using session = await database.openSession();
    return await look(session, options);
  });
  const first = await tryPlan(input, options, wanted, options.rows ?? 3);
  if (!isAboutRows(first.outcome)) return first;
  const { outcome, ...onEmptyTables } = await tryPlan(input, options, wanted, 0);
  return { ...onEmptyTables, proven: false, outcome: first.outcome, withoutRows: outcome };
}

/** A database as both see it. */
interface Seen {
  readonly catalog: Catalog;
  readonly observed: readonly ObservedObject[];
}

async function look(session: Session, { exclude = [] }: ProveDiffOptions): Promise<Seen> {
  return { catalog: await readCatalog(session, { exclude }), observed: await observeSchema(session, { exclude }) };
}

async function tryPlan(
  input: ProveDiffInput,
  options: ProveDiffOptions,
  wanted: Seen,
  rows: number,
): Promise<DiffProof> {
  return inShadow(input, options, async (database) => {
    await build(database, input.before);
    await using session = await database.openSession();
    const source = await readCatalog(session, { exclude: options.exclude ?? [] });
    const seeded = rows === 0 ? nothingSeeded : await seedRows(session, source, { rows });
    const start = await lookBehindRenames(session, { input, options, wanted });
    const outcome = await run(database, input.statements);
    const sides = { before: source, after: wanted.catalog };
    const notInspected = [...Object.entries(sides).flatMap(notInspectedOf), ...inWords(seeded)];
    if (outcome.kind === "failed") return { ...nothingFound, outcome, notInspected };
    const reached = await look(session, options);
    const after = await factsOf(session, start.counted, "after");
    return judged({ input, options, wanted, reached, ...start, after, notInspected, rowsWanted: rows });
  });
}

/** What is followed, under the names it has when the plan's renames are done. */
interface Start {
  readonly source: Catalog;
  readonly counted: readonly TableToCount[];
  readonly before: HeldFacts;
}

/** The server knows best what renames change besides the names; none of it stays. */
async function lookBehindRenames(
  session: Session,
  { input, options, wanted }: Pick<Evidence, "input" | "options" | "wanted">,
): Promise<Start> {
  await session.query("begin");
  try {
    await runOrUndo(session, input.statements.slice(0, input.renames ?? 0));
    const source = await readCatalog(session, { exclude: options.exclude ?? [], insideTransaction: true });
    const counted = tablesToCount(source, wanted.catalog);
    return { source, counted, before: await factsOf(session, counted, "before") };
  } finally {
    await session.query("rollback");
  }
}

/** A rename that is refused fails again when the plan runs, and is told then. */
async function runOrUndo(session: Session, renames: readonly ProofStatement[]): Promise<void> {
  await session.query("savepoint renames");
  try {
    for (const { sql } of renames) await session.query(sql);
  } catch {
    await session.query("rollback to savepoint renames");
  }
}

const nothingSeeded: SeededRows = { seeded: {}, notSeeded: [] };

const nothingFound = {
  proven: false,
  differences: [],
  observed: [],
  columnOrder: [],
  secondPlan: [],
  rows: [],
  rowsLost: [],
  noRowFollowed: false,
  sequencesMoved: [],
  files: { rewritten: [], rebuiltIndexes: [], recreated: [] },
  undeclaredRewrites: [],
} as const;

/** What a database holds beside its schema. */
interface HeldFacts {
  readonly rows: ReadonlyMap<string, RowFacts>;
  readonly files: readonly RelationFile[];
  readonly sequences: ReadonlyMap<string, SequencePosition>;
}

async function factsOf(
  session: Session,
  counted: readonly TableToCount[],
  when: "before" | "after",
): Promise<HeldFacts> {
  const files = await readRelationFiles(session);
  return {
    rows: await readRowFacts(session, counted, when),
    files,
    sequences: await readSequencePositions(session, files),
  };
}

interface Evidence extends Start {
  readonly input: ProveDiffInput;
  readonly options: ProveDiffOptions;
  readonly wanted: Seen;
  readonly reached: Seen;
  readonly after: HeldFacts;
  readonly notInspected: readonly string[];
  /** In each table. */
  readonly rowsWanted: number;
}

function judged(evidence: Evidence): DiffProof {
  const { input, options, wanted, reached, before, after, notInspected } = evidence;
  const differences = compareCatalogs(reached.catalog, wanted.catalog, options);
  const observed = compareObservations(reached.observed, wanted.observed, options);
  const secondPlan = (options.diff?.(reached.catalog, wanted.catalog) ?? []).map(({ sql }) => sql);
  const rows = evidence.counted.map((table) => rowsOf(table, before.rows, after.rows));
  const files = fileChanges(before.files, after.files);
  const effects = input.statements.flatMap(({ effect }) => (effect === undefined ? [] : [effect]));
  const declares = effects.length > 0 || input.statements.length === 0;
  const declared = new Set(effects.flatMap(({ rewrites, fileSwaps }) => [...rewrites, ...fileSwaps]));
  const undeclaredRewrites = declares ? files.rewritten.filter((name) => !declared.has(name)) : [];
  const rowsLost = tablesWithLoss(rows, evidence.source);
  const noRowFollowed =
    evidence.rowsWanted > 0 && holdsRows(evidence.source) && rows.every((table) => table.before === 0);
  const sequencesMoved = movedSequences(before.sequences, after.sequences);
  const against = [differences, observed, secondPlan, rowsLost, sequencesMoved, undeclaredRewrites];
  return {
    proven: against.every((findings) => findings.length === 0) && !noRowFollowed,
    outcome: { kind: "applied" },
    differences,
    observed,
    columnOrder: compareObservations(reached.observed, wanted.observed, { ...options, columnOrder: true })
      .filter(({ facts }) => facts.some(({ fact }) => fact === columnOrderFact))
      .map(({ identity }) => identity),
    secondPlan,
    rows,
    rowsLost,
    noRowFollowed,
    sequencesMoved,
    files,
    undeclaredRewrites,
    notInspected: [
      ...notInspected,
      ...(options.diff === undefined ? ["a second plan: no diff was given"] : []),
      ...(declares ? [] : ["whether rewrites were declared: no statement says what it rewrites"]),
    ],
  };
}

/** A partitioned table holds none itself. */
function holdsRows({ tables }: Catalog): boolean {
  return tables.some(({ partitionKey }) => partitionKey === undefined);
}

function rowsOf(
  { table }: TableToCount,
  before: ReadonlyMap<string, RowFacts>,
  after: ReadonlyMap<string, RowFacts>,
): TableRows {
  const [left, right] = [before.get(table), after.get(table)];
  const emptied = Object.entries(left?.valuesOfChanged ?? {})
    .filter(([column, values]) => (right?.valuesOfChanged[column] ?? 0) < values)
    .map(([column]) => column);
  return { table, before: left?.rows ?? 0, after: right?.rows ?? 0, same: left?.hash === right?.hash, emptied };
}

/**
 * Rows may move between the partitions of a table, and partitions may leave it with theirs, or go because they are not
 * wanted: rows are lost when they are neither where they were, nor in the table above, nor in the partitions that stay.
 */
function tablesWithLoss(rows: readonly TableRows[], source: Catalog): readonly string[] {
  const counted = new Map(rows.map((table) => [table.table, table]));
  const parents = new Map(source.tables.map(({ name, partition }) => [name, partition?.of]));
  const isKept = ({ same, emptied }: TableRows) => same && emptied.length === 0;
  const keptAbove = (name: string): boolean => {
    const above = parents.get(name);
    if (above === undefined) return false;
    const table = counted.get(above);
    return (table !== undefined && isKept(table)) || keptAbove(above);
  };
  const keptBelow = (name: string): boolean => {
    const parts = source.tables.filter(({ partition }) => partition?.of === name).map((part) => counted.get(part.name));
    return parts.length > 0 && parts.every((part) => part === undefined || isKept(part) || keptBelow(part.table));
  };
  return rows
    .filter((table) => !isKept(table) && !keptAbove(table.table) && !keptBelow(table.table))
    .map(({ table }) => table);
}

function notInspectedOf([side, { unsupported }]: readonly [string, Catalog]): readonly string[] {
  return unsupported.map(({ kind, name }) => `${kind} ${name} (${side}): not part of a catalog`);
}

function inWords({ notSeeded }: SeededRows): readonly string[] {
  return notSeeded.map(({ table, rows, because }) => `rows of ${table}, beyond ${rows}: ${because}`);
}

/** In a session of its own, for DDL may set roles and paths. */
async function build(database: Database, source: SchemaSource): Promise<void> {
  await using session = await database.openSession();
  if (typeof source === "string") await session.query(source);
  else await source(session);
}

async function run(database: Database, statements: readonly ProofStatement[]): Promise<ProofOutcome> {
  await using session = await database.openSession();
  return await runStatements(session, statements);
}

async function inShadow<Answer>(
  { shadow }: ProveDiffInput,
  { version }: ProveDiffOptions,
  work: (database: Database) => Promise<Answer>,
): Promise<Answer> {
  await using database = await shadow.create(version);
  await using _subscriptions = { [Symbol.asyncDispose]: () => dropSubscriptions(database) };
  return await work(database);
}

/** A database with a subscription cannot be dropped. Those of a shadow never were connected to anything. */
async function dropSubscriptions(database: Database): Promise<void> {
  await using session = await database.openSession();
  const { rows } = await session.query<{ name: string }>(`
    select quote_ident(s.subname) as name
    from pg_catalog.pg_subscription s
    where s.subdbid = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())`);
  for (const { name } of rows) {
    await session.query(`alter subscription ${name} disable`);
    await session.query(`alter subscription ${name} set (slot_name = none)`);
    await session.query(`drop subscription ${name}`);
  }
}
