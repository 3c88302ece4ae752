import { type Catalog, ConfitureError, type Database, type Session, type Statement } from "@confiture/model";
import { readCatalog } from "@confiture/schema";
import { describeDifference, predictEffects, type TraceOutcome, traceEffects } from "@confiture/sql";
import type { Project } from "../project/open-project.js";
import { buildShadow, type ShadowOptions } from "./build-shadow.js";
import { stretchesOf } from "./stretches.js";
import type { Subject } from "./subject.js";

/** What came of running statements on a shadow database: one outcome for each, in order. */
export interface Traced {
  readonly base: string;
  readonly differs: readonly string[];
  readonly outcomes: readonly TraceOutcome[];
  readonly notInspected: readonly string[];
}

export interface TraceOptions extends ShadowOptions {
  readonly subjects: readonly Subject[];
}

/**
 * Builds the environment's schema on a shadow database and runs the statements there, transaction by transaction as a
 * run would: each is held against what was predicted and rolled back, and then committed for those behind it. Of the
 * rows, the shadow has those that DDL and migrations bring along.
 *
 * @throws what `buildShadow` throws
 */
export async function traceOnShadow(project: Project, options: TraceOptions): Promise<Traced> {
  const { subjects, view } = options;
  const withoutValues = new Set(subjects.flatMap(parametrised));
  await using shadow = await buildShadow(project, options);
  const outcomes = new Map<Statement, TraceOutcome>();
  let stopped: string | undefined;
  for (const stretch of await stretchesOf(subjects)) {
    const runnable = stretch.filter((statement) => !withoutValues.has(statement));
    for (const statement of stretch) outcomes.set(statement, { kind: "not-run", because: stopped ?? noValues });
    if (stopped !== undefined || runnable.length === 0) continue;
    const { searchPath, timeZone } = view;
    const { catalog, relations } = await readShadow(shadow.database, project.config.migrations.ownSchema);
    const basis = { predict: predictEffects, catalog, searchPath, timeZone };
    const trace = await traceEffects(shadow.database, runnable, basis);
    for (const { statement, outcome } of trace.statements) outcomes.set(statement, thereBefore(outcome, relations));
    if (trace.statements.some(({ outcome }) => outcome.kind === "refused"))
      stopped = "a statement before it was refused";
    else if (trace.rolledBack) stopped = await commitStretch(shadow.database, runnable);
  }
  const { base, differs } = shadow;
  const different = `the trace ran on a schema that differs in ${differs.length} objects`;
  return {
    base,
    differs,
    outcomes: subjects.flatMap(({ statements }) => statements).flatMap((statement) => outcomes.get(statement) ?? []),
    notInspected: [
      ...(differs.length === 0 ? [] : [different]),
      ...(stopped === undefined ? [] : [`on the shadow, what comes behind: ${stopped}`]),
    ],
  };
}

const noValues = "its values are known to the program alone";

/** Queries of a program with places for values, which nobody kept. */
function parametrised({ migration, statements }: Subject): readonly Statement[] {
  return migration?.source === "typescript" ? statements.filter(({ text }) => /\$\d/.test(text)) : [];
}

/** What a transaction has made itself nobody else can see, so nobody waits for it: predictions leave it out. */
function thereBefore(outcome: TraceOutcome, relations: ReadonlySet<string>): TraceOutcome {
  if (outcome.kind !== "mismatch") return outcome;
  const { observed } = outcome;
  const differences = outcome.differences.filter(({ relation }) => relations.has(relation));
  if (differences.length === 0) return { kind: "confirmed", observed };
  const words = (wanted: "under" | "over") =>
    differences.filter(({ direction }) => direction === wanted).map(describeDifference);
  return { kind: "mismatch", observed, differences, under: words("under"), over: words("over") };
}

interface ShadowState {
  readonly catalog: Catalog;
  /** Names of tables, indexes, views and sequences, as effects spell them. */
  readonly relations: ReadonlySet<string>;
}

async function readShadow(database: Database, ownSchema: string): Promise<ShadowState> {
  await using session = await database.openSession();
  const { rows } = await session.query<{ name: string }>(
    "select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace",
  );
  return {
    catalog: await readCatalog(session, { exclude: [ownSchema] }),
    relations: new Set(rows.map(({ name }) => name)),
  };
}

/** Runs what was traced once more, for those behind it. Why it could not be, when it could not. */
async function commitStretch(database: Database, statements: readonly Statement[]): Promise<string | undefined> {
  await using session = await database.openSession();
  try {
    await session.query("begin");
    for (const statement of statements) await runStatement(session, statement);
    await session.query("commit");
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
    if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) throw error;
    await session.query("rollback");
    return `what stands before it cannot be committed, SQLSTATE ${code}`;
  }
}

async function runStatement(session: Session, { text, copyData, kind, transactionality }: Statement): Promise<void> {
  // What is not understood, and what ends a transaction, is not run.
  if (kind === "unparsable" || transactionality.kind === "transaction-control") return;
  if (copyData === undefined) await session.query(text);
  else await session.copyIn?.(text, copyData);
}

/**
 * On a shadow it would be done for real, to the server that the shadow is part of.
 *
 * @throws CONFITURE_SERVER_WIDE
 */
export function refuseServerWide(subjects: readonly Subject[]): void {
  const found = subjects.flatMap(({ statements }) => statements).find(({ serverWide }) => serverWide !== undefined);
  if (found === undefined) return;
  throw new ConfitureError(
    "CONFITURE_SERVER_WIDE",
    `${found.serverWide} acts on the whole server, and a shadow database does not contain it.`,
    { at: found.at, hint: "Analyse it without --trace, or apart from the others." },
  );
}
