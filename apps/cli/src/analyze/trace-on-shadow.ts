import { ConfitureError, type Statement } from "@confiture/model";
import { predictEffects, type StatementTrace, type TraceOutcome, traceEffects } from "@confiture/sql";
import type { Project } from "../project/open-project.js";
import { buildShadow, type ShadowOptions } from "./build-shadow.js";
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
 * Builds the environment's schema on a shadow database, runs the statements there and holds what the server did against
 * what was predicted. Of the rows, the shadow has those that DDL and migrations bring along.
 *
 * @throws what `buildShadow` throws
 */
export async function traceOnShadow(project: Project, options: TraceOptions): Promise<Traced> {
  const { subjects, view } = options;
  const statements = subjects.flatMap((subject) => subject.statements);
  const withoutValues = new Set(subjects.flatMap(parametrised));
  await using shadow = await buildShadow(project, options);
  const { searchPath, timeZone } = view;
  const trace = await traceEffects(
    shadow.database,
    statements.filter((statement) => !withoutValues.has(statement)),
    { predict: predictEffects, catalog: shadow.catalog, searchPath, timeZone },
  );
  const outcomes = trace.statements.values();
  const { base, differs } = shadow;
  return {
    base,
    differs,
    outcomes: statements.map((statement) => (withoutValues.has(statement) ? noValues : nextOf(outcomes))),
    notInspected: differs.length === 0 ? [] : [`the trace ran on a schema that differs in ${differs.length} objects`],
  };
}

const noValues: TraceOutcome = { kind: "not-run", because: "its values are known to the program alone" };

/** Queries of a program with places for values, which nobody kept. */
function parametrised({ migration, statements }: Subject): readonly Statement[] {
  return migration?.source === "typescript" ? statements.filter(({ text }) => /\$\d/.test(text)) : [];
}

function nextOf(outcomes: Iterator<StatementTrace, undefined>): TraceOutcome {
  const { value } = outcomes.next();
  if (value === undefined) throw new RangeError("a trace has an outcome for each statement");
  return value.outcome;
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
