import { renderMigration } from "@confiture/sql";
import type { AnalyzedStatement } from "./analysis.js";
import type { Subject } from "./subject.js";

/** A file with the gentler way in place of each statement that has one. */
export interface RewrittenFile {
  readonly file: string;
  /** Null: it cannot be put into this file; `kept` says why. */
  readonly sql: string | null;
  /** A second migration, for when no running code uses the old form any more. Null: none is needed. */
  readonly later: string | null;
  /** Statements that stayed as they were although others wait for them, and why. */
  readonly kept: readonly { readonly line: number; readonly because: string }[];
}

/** The files with gentler statements; those in which nothing would change are left out. */
export function rewriteSubjects(
  subjects: readonly Subject[],
  statements: readonly AnalyzedStatement[],
  options: { readonly lockTimeoutMs?: number },
): readonly RewrittenFile[] {
  return subjects.flatMap((subject, position) => {
    const own = statements.filter((one) => one.subject === position);
    if (subject.text === undefined || own.every(({ safer }) => safer?.kind !== "safer")) return [];
    return [rewriteFile(subject.file, subject.text, own, options)];
  });
}

function rewriteFile(
  file: string,
  text: string,
  statements: readonly AnalyzedStatement[],
  options: { readonly lockTimeoutMs?: number },
): RewrittenFile {
  const control = statements.find(({ operations }) => operations.includes("transaction_control"));
  if (control !== undefined) {
    const { line } = control.statement.at;
    const because =
      "it has transactions of its own, and the gentler way commits between its steps: take them out first";
    return { file, sql: null, later: null, kept: [{ line, because }] };
  }
  const parts: string[] = statements.length === 1 ? [] : [`${noLongerOne}\n\n`];
  const later: string[] = [];
  let copied = 0;
  for (const { statement, safer } of statements) {
    if (safer?.kind !== "safer") continue;
    parts.push(text.slice(copied, statement.start), renderMigration(safer, options).trimEnd());
    copied = behindSemicolon(text, statement.end);
    const hasLater = safer.steps.some(({ when }) => when === "later");
    if (hasLater) later.push(renderMigration(safer, { ...options, when: "later" }));
  }
  return {
    file,
    sql: `${[...parts, text.slice(copied)].join("").trimEnd()}\n`,
    later: later.length === 0 ? null : later.join("\n"),
    kept: statements.flatMap(({ statement, safer }) =>
      safer?.kind === "none" ? [{ line: statement.at.line, because: safer.because }] : [],
    ),
  };
}

const noLongerOne = "-- What was one transaction is several now: a run that is stopped goes on behind the last one.";

function behindSemicolon(text: string, end: number): number {
  const semicolon = /^\s*;/.exec(text.slice(end));
  return end + (semicolon?.[0].length ?? 0);
}
