import type { Database, Effect, Session, Statement } from "@confiture/model";
import type { PredictEffectsOptions } from "../effects/predict-effects.js";
import { parseSqlFile } from "../parse/parse-sql-file.js";
import { compareEffects, type EffectDifference } from "./compare-effects.js";
import { describeDifference } from "./describe-difference.js";
import type { EffectPredictor } from "./effect-predictor.js";
import { observeAlone } from "./observe-alone.js";
import { observeEffects } from "./observe-effects.js";
import type { ObservedEffect } from "./observed-effect.js";
import { readRelationFacts } from "./relation-facts.js";

/** What is not given is asked of the server, but for the catalog. */
export interface TraceEffectsOptions extends PredictEffectsOptions {
  readonly predict: EffectPredictor;
}

/** Statements, each with what was said of it and what a server did. */
export interface EffectsTrace {
  readonly statements: readonly StatementTrace[];
  /** False when a statement had to be committed: it, and what came before it, is in the database now. */
  readonly rolledBack: boolean;
}

export interface StatementTrace {
  readonly statement: Statement;
  readonly predicted: Effect;
  readonly outcome: TraceOutcome;
}

export type TraceOutcome =
  | { readonly kind: "confirmed"; readonly observed: ObservedEffect }
  | {
      readonly kind: "mismatch";
      readonly observed: ObservedEffect;
      readonly differences: readonly EffectDifference[];
      /** The differences in words. What was not foreseen can hurt; what was foreseen for nothing cannot. */
      readonly under: readonly string[];
      readonly over: readonly string[];
    }
  /** By its SQLSTATE: a server's message may hold values of rows. */
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "not-run"; readonly because: string };

/**
 * Runs statements on a database that is a copy, one after another, and holds what the server does against what was
 * predicted. One transaction for all, rolled back at the end; what PostgreSQL refuses inside a transaction block is run
 * by itself, and then everything before it is committed. After a statement that is refused none is run. 13–18.
 *
 * @throws what opening a session throws, and CONFITURE_USAGE for sessions that do not pass on notices.
 */
export async function traceEffects(
  database: Database,
  sql: string | readonly Statement[],
  options: TraceEffectsOptions,
): Promise<EffectsTrace> {
  const statements = typeof sql === "string" ? (await parseSqlFile(sql, { file: "trace" })).statements : sql;
  await using session = await database.openSession();
  const { predict, ...given } = options;
  const predicted = await predict(statements, { ...(await readBasis(session)), ...given });
  const traced: StatementTrace[] = [];
  let [committed, stopped] = [false, false];
  // What the statements themselves make nobody waits for, so it stands in no prediction.
  const among = new Set((await readRelationFacts(session)).keys());
  await session.query("begin");
  for (const [place, statement] of statements.entries()) {
    const effect = predicted[place]!.effect;
    const outcome = stopped
      ? notRun("a statement before it was refused")
      : await traceOne({ database, session, statement, effect, among });
    committed ||= statement.transactionality.kind === "alone" && outcome.kind !== "not-run";
    stopped ||= outcome.kind === "refused";
    traced.push({ statement, predicted: effect, outcome });
  }
  await session.query("rollback");
  return { statements: traced, rolledBack: !committed };
}

async function readBasis(session: Session): Promise<PredictEffectsOptions> {
  const { rows } = await session.query<Required<Omit<PredictEffectsOptions, "catalog">>>(
    `select current_setting('server_version_num')::integer / 10000 as "serverVersion",
      array(select quote_ident(s) from unnest(current_schemas(false)) s) as "searchPath", current_setting('TimeZone') as "timeZone"`,
  );
  return rows[0]!;
}

interface OneTrace {
  readonly database: Database;
  readonly session: Session;
  readonly statement: Statement;
  readonly effect: Effect;
  readonly among: ReadonlySet<number>;
}

async function traceOne({ database, session, statement, effect, among }: OneTrace): Promise<TraceOutcome> {
  const { kind } = statement.transactionality;
  if (kind === "transaction-control") return notRun("the trace has a transaction of its own");
  if (statement.copyData !== undefined) return notRun("its data stands inside the file");
  if (statement.kind === "unparsable") return notRun("it is not understood");
  try {
    if (kind !== "alone") return judge(effect, await observeEffects(session, statement.text, { among }));
    await session.query("commit");
    const observed = await observeAlone(database, statement).finally(() => session.query("begin"));
    return judge(effect, observed);
  } catch (error) {
    const code = sqlStateOf(error);
    if (code === undefined) throw error;
    return { kind: "refused", code };
  }
}

function judge(predicted: Effect, observed: ObservedEffect): TraceOutcome {
  const { verdict, under, over } = compareEffects(predicted, observed);
  if (verdict === "confirmed") return { kind: "confirmed", observed };
  return {
    kind: "mismatch",
    observed,
    differences: [...under, ...over],
    under: under.map(describeDifference),
    over: over.map(describeDifference),
  };
}

function notRun(because: string): TraceOutcome {
  return { kind: "not-run", because };
}

function sqlStateOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
